// A chart as it stands on a page: heading with readouts that follow the cursor, the plot, the
// cursor's tag on the time axis, a summary in words, and its values as a table on Enter.

import type { Clock } from '../clock.ts';
import { h, replace, set_text } from '../dom.ts';
import { format } from '../format.ts';
import type { Words } from '../words.ts';
import type { Palette } from './palette.ts';
import { Plot } from './plot.ts';
import type { ChartSpec, Frame, Line } from './spec.ts';

export interface ChartEvents {
  hover(chart: Chart, time_ms: number | null, client_x: number, client_y: number): void;
  zoom(from_ms: number, to_ms: number): void;
  reset(): void;
  values(chart: Chart): void;
}

const kDefaultKeys = 4;
// A summary that changed each second would be read out each second.
const kSummaryEvery = 10_000;
const kLookBack = 2;

export class Chart {
  readonly element: HTMLElement;
  visible = true;
  lines: Line[] = [];
  frame: Frame | null = null;
  private readonly big = h('span', { class: 'big' });
  private readonly of = h('span', { class: 'of' });
  private readonly keys = h('span', { class: 'keys' });
  private readonly note = h('div', { class: 'note', hidden: true });
  private readonly tag = h('div', { class: 'curtag', hidden: true });
  private readonly holder: HTMLElement;
  private readonly plot: Plot;
  private key_shape = '';
  private summary_at = 0;

  constructor(
    readonly spec: ChartSpec,
    palette: Palette,
    private readonly clock: Clock,
    private readonly words: Words,
    private readonly events: ChartEvents,
  ) {
    this.holder = h('div', {
      class: `plot ${spec.height}`,
      tabindex: 0,
      role: 'img',
      'aria-label': spec.title,
      keydown: (event: KeyboardEvent) => {
        if (event.key === 'Enter') this.events.values(this);
      },
    });
    this.holder.append(this.note, this.tag);
    this.element = h(
      'figure',
      { class: 'chart', 'data-chart': spec.id, 'data-points': 0 },
      h(
        'figcaption',
        { class: 'ct' },
        h('h3', {}, spec.title),
        spec.lead > 0 && this.big,
        spec.of && this.of,
        this.keys,
      ),
      this.holder,
    );
    this.plot = new Plot(this.holder, spec, palette, clock, {
      hover: (time, x, y) => {
        const box = this.holder.getBoundingClientRect();
        this.events.hover(this, time, box.left + x, box.top + y);
      },
      zoom: (from, to) => this.events.zoom(from, to),
      reset: () => this.events.reset(),
    });
  }

  draw(frame: Frame): void {
    this.frame = frame;
    this.lines = this.spec.lines(frame.timeline);
    this.plot.draw(frame, this.lines);
    this.element.dataset['points'] = String(this.plot.points);
    const empty = this.plot.points === 0;
    this.note.hidden = !empty;
    if (empty) set_text(this.note, frame.note(this.spec));
    if (this.spec.of) set_text(this.of, this.spec.of(frame.timeline));
    if (frame.to_ms - this.summary_at >= kSummaryEvery || frame.to_ms < this.summary_at) {
      this.summary_at = frame.to_ms;
      this.holder.setAttribute('aria-label', this.summary());
    }
  }

  /** Heading and cursor for a time; null means the newest figures and no cursor. */
  read(time_ms: number | null): void {
    const { frame } = this;
    if (!frame) return;
    const x = this.plot.place_cursor(time_ms);
    this.tag.hidden = x === null || !this.spec.axis;
    if (x !== null && this.spec.axis && time_ms !== null) {
      set_text(this.tag, this.clock.time(time_ms));
      const half = 28;
      this.tag.style.left = `${Math.min(Math.max(x, half), this.holder.clientWidth - half)}px`;
    }
    this.show_figures(x === null ? null : time_ms);
  }

  /** The value of a line at a time, or its newest. */
  value_at(line: Line, time_ms: number | null): number | null {
    const times = this.frame?.timeline.times ?? [];
    if (time_ms !== null) return line.values[nearest(times, time_ms)] ?? null;
    let last = times.length - 1;
    const end = this.frame?.live ? times.length : 0;
    while (!this.frame?.live && last > 0 && times[last]! > (this.frame?.to_ms ?? 0)) last -= 1;
    for (let slot = last; slot >= 0 && slot >= Math.max(last, end - 1) - kLookBack; slot -= 1) {
      const value = line.values[slot];
      if (value !== null && value !== undefined) return value;
    }
    return null;
  }

  destroy(): void {
    this.plot.destroy();
  }

  private show_figures(time_ms: number | null): void {
    const most = this.spec.keys ?? kDefaultKeys;
    const shown = this.lines.filter((line) => !line.unnamed).slice(0, most);
    const shape = JSON.stringify(shown.map((line) => [line.name, line.colour]));
    if (shape !== this.key_shape) {
      this.key_shape = shape;
      const look = this.spec.kind === 'stack' ? '' : 'ln';
      replace(
        this.keys,
        shown.map((line) => h('span', { class: look }, h('i', { class: `k-${line.colour}` }), line.name, h('b'))),
      );
    }
    const figures = this.keys.querySelectorAll('b');
    shown.forEach((line, index) => {
      const figure = figures[index];
      if (figure) set_text(figure, format(this.spec.unit, this.value_at(line, time_ms)));
    });
    if (this.spec.lead > 0) set_text(this.big, format(this.spec.unit, this.lead(time_ms)));
  }

  private lead(time_ms: number | null): number | null {
    const values = this.lines.slice(0, this.spec.lead).map((line) => this.value_at(line, time_ms));
    if (values.every((value) => value === null)) return null;
    const sum = values.reduce<number>((all, value) => all + (value ?? 0), 0);
    // Counters read a moment apart can add up to a little more than there is.
    return this.spec.unit === 'percent' ? Math.min(100, sum) : sum;
  }

  private summary(): string {
    const { words, frame } = this;
    if (!frame) return this.spec.title;
    const items = this.lines.slice(0, 6).map((line) => {
      const seen = line.values.filter((value): value is number => value !== null);
      return words.say('summary.item', {
        name: line.name,
        last: format(this.spec.unit, this.value_at(line, null)),
        greatest: format(this.spec.unit, seen.reduce((most, value) => Math.max(most, value), 0)),
      });
    });
    const range = `${this.clock.time(frame.from_ms)} – ${this.clock.time(frame.to_ms)}`;
    const list = items.length ? items.join(words.say('comma')) : frame.note(this.spec);
    return words.say('summary.line', { title: this.spec.title, range, list });
  }
}

/** The slot whose time is nearest. */
export function nearest(times: readonly number[], time_ms: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time_ms) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  return before !== undefined && time_ms - before < times[low]! - time_ms ? low - 1 : low;
}
