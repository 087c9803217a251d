// Notifications that were given up: a block that is there only when there are any, with what was
// lost, where it should have gone, and why.

import { dead_letters, type DeadLetterAnswer } from './api.ts';
import type { Context } from './context.ts';
import { h, set_text } from './dom.ts';
import { format, kNothing } from './format.ts';
import { glyph } from './glyphs.ts';
import { Grid, type Row } from './grid.ts';
import { folded, visible } from './hostile.ts';

const kEvery = 10_000;
const kShown = 20;

/** "HostCpuBusy, DiskSlow", or the group where no alert has a name. */
function lost_text(letter: DeadLetterAnswer): string {
  if (letter.alerts.length > 0) return letter.alerts.join(', ');
  const labels = Object.entries(letter.group_labels).map(([name, value]) => `${name}="${value}"`);
  return labels.length > 0 ? labels.join(', ') : letter.group_key;
}

export function dead_letter_row(letter: DeadLetterAnswer, context: Pick<Context, 'words' | 'clock' | 'now_ms'>): Row {
  const { words, clock, now_ms } = context;
  const what = lost_text(letter);
  const why = letter.last_error ? `${letter.why}: ${letter.last_error}` : letter.why;
  return {
    key: `${letter.at_ms}\n${letter.receiver}\n${letter.group_key}`,
    cells: [
      { text: folded(what), full: visible(what), below: folded(why, 160) },
      { text: format('count', letter.alert_count) },
      { text: folded(letter.receiver, 40), look: 'sub' },
      {
        text: Number.isFinite(letter.at_ms) ? words.say('ago', { duration: clock.duration(now_ms() - letter.at_ms) }) : kNothing,
        look: 'sub',
      },
      { text: format('count', letter.attempts) },
    ],
  };
}

export class DeadLetters {
  readonly element: HTMLElement;
  private readonly count = h('span', { class: 'n' });
  private readonly grid: Grid;
  private letters: DeadLetterAnswer[] = [];
  private asked_at = -Infinity;

  constructor(private readonly context: Context) {
    const { words } = context;
    this.grid = new Grid(words.say('lost'), [
      { title: words.say('lost.what'), grow: true },
      { title: words.say('lost.alerts'), figure: true, leaves: 'phone' },
      { title: words.say('receiver') },
      { title: words.say('lost.at'), leaves: 'phone' },
      { title: words.say('lost.tries'), figure: true, leaves: 'phone' },
    ]);
    this.grid.element.classList.add('two');
    this.element = h(
      'section',
      { class: 'block clip below lost', hidden: true },
      h('div', { class: 'head' }, h('h2', {}, glyph('warn', words.say('lost')), ' ', words.say('lost')), this.count),
      this.grid.element,
    );
  }

  draw(): void {
    const now = Date.now();
    if (now - this.asked_at >= kEvery) {
      this.asked_at = now;
      void this.ask();
    }
    this.show();
  }

  private async ask(): Promise<void> {
    this.letters = await dead_letters(kShown);
    this.show();
  }

  private show(): void {
    const { letters } = this;
    this.element.hidden = letters.length === 0;
    set_text(this.count, letters.length < kShown ? String(letters.length) : this.context.words.say('lost.newest', { count: kShown }));
    this.grid.update(letters.map((letter) => dead_letter_row(letter, this.context)));
  }
}
