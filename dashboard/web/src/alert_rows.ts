// The list of firing and pending alerts, as rows: glyph, subject and measure, limit, mini chart,
// value, since.

import { limit_text, value_text, type Alert } from './alerts.ts';
import { mini_chart } from './charts/mini.ts';
import type { Context } from './context.ts';
import { h, replace } from './dom.ts';
import { glyph } from './glyphs.ts';
import { folded, visible } from './hostile.ts';
import { Minis } from './minis.ts';
import { window_of } from './range.ts';

const kMostRows = 50;

export interface RowChoice {
  /** Rows are buttons that choose an alert. */
  choose: (alert: Alert) => void;
  chosen: () => string | null;
}

export class AlertRows {
  readonly element = h('div', {});
  private shape = '';
  private readonly minis: Minis;

  constructor(
    private readonly context: Context,
    private readonly choice: RowChoice | null = null,
  ) {
    this.minis = new Minis(() => {
      this.shape = '';
      this.draw();
    });
  }

  draw(): void {
    const { context } = this;
    const { alerts } = context.book();
    const now_ms = context.now_ms();
    const [from, to] = window_of(context.view(), now_ms);
    if (!this.choice) this.minis.refresh(alerts, from, to, now_ms);
    const rows = alerts.slice(0, kMostRows).map((alert) => ({ alert, texts: this.texts(alert, now_ms) }));
    const shape = JSON.stringify([rows.map((row) => [row.alert.key, row.texts]), this.choice?.chosen()]);
    if (shape === this.shape) return;
    this.shape = shape;
    const focused = this.element.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset['key']
      : undefined;
    const more = alerts.length - rows.length;
    replace(
      this.element,
      rows.map((row) => this.row(row.alert, row.texts)),
      more > 0 && h('div', { class: 'fold' }, context.words.say('more', { count: more })),
    );
    if (focused === undefined) return;
    for (const row of this.element.children) if ((row as HTMLElement).dataset['key'] === focused) (row as HTMLElement).focus();
  }

  private texts(alert: Alert, now_ms: number) {
    const { words, clock } = this.context;
    const pending = alert.state === 'pending';
    const left = alert.fires_at_ms - now_ms;
    const fires = left > 500 ? words.say('fires_in', { duration: clock.duration(left) }) : words.say('fires_now');
    return {
      look: pending ? 'pending' : alert.severity,
      state: words.say(pending ? 'pending' : alert.severity === 'warn' ? 'warning' : alert.severity),
      limit: limit_text(alert, words, clock, this.choice !== null),
      value: value_text(alert),
      since: Number.isFinite(alert.active_at_ms) ? clock.moment(alert.active_at_ms, now_ms) : '–',
      duration: pending ? fires : clock.duration(now_ms - alert.active_at_ms),
      said: alert.annotations['summary'] ?? alert.annotations['description'] ?? alert.annotations['message'] ?? '',
    } as const;
  }

  private row(alert: Alert, texts: ReturnType<AlertRows['texts']>): HTMLElement {
    const { choice } = this;
    const pending = alert.state === 'pending';
    const narrow = choice === null;
    const content = [
      glyph(texts.look, `${texts.state}, ${this.context.words.say(alert.state)}`),
      h(
        'div',
        { class: 'what', title: visible(texts.said) || null },
        h('p', {}, alert.subject ? [h('strong', {}, alert.subject), ' ', alert.measure] : h('strong', {}, alert.measure)),
        h('p', { class: 'lim' }, texts.limit || folded(texts.said, 80)),
      ),
      narrow && mini_chart(this.minis.points(alert), this.minis.from_ms, this.minis.to_ms, alert.limit?.value ?? null),
      h('div', { class: 'val' }, h('span', {}, texts.value), h('small', { class: 'only-p' }, texts.duration)),
      h(
        'div',
        { class: 'since hide-s' },
        narrow && pending ? h('span', { class: 'sub' }, texts.duration) : [texts.since, h('small', {}, texts.duration)],
      ),
    ];
    if (!choice) return h('a', { class: `arow ${texts.look}`, href: '#/alerts', 'data-key': alert.key }, content);
    return h(
      'button',
      {
        class: `arow ${texts.look}`,
        'aria-pressed': choice.chosen() === alert.key ? 'true' : 'false',
        'data-key': alert.key,
        click: () => choice.choose(alert),
      },
      content,
    );
  }
}
