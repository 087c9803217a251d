// The charts of a page as one instrument: one range, one cursor, one tooltip. Only what is on the
// screen is drawn.

import type { Clock } from '../clock.ts';
import { h, replace } from '../dom.ts';
import { format } from '../format.ts';
import { visible } from '../hostile.ts';
import type { Words } from '../words.ts';
import { Chart, nearest } from './chart.ts';
import type { Palette } from './palette.ts';
import type { ChartSpec, Frame } from './spec.ts';

export interface DeckEvents {
  zoom(from_ms: number, to_ms: number): void;
  reset(): void;
}

const kTooltipFrom = 3;
const kTooltipLines = 10;
const kValueRows = 200;

export class Deck {
  readonly charts: Chart[];
  cursor_ms: number | null = null;
  private frame: Frame | null = null;
  private readonly tooltip = h('div', { class: 'tip', role: 'status', hidden: true });
  private readonly on_screen: IntersectionObserver;
  private readonly resized: ResizeObserver;

  constructor(
    specs: readonly ChartSpec[],
    palette: Palette,
    private readonly clock: Clock,
    private readonly words: Words,
    events: DeckEvents,
  ) {
    this.charts = specs.map(
      (spec) =>
        new Chart(spec, palette, clock, words, {
          hover: (chart, time, x, y) => this.hover(chart, time, x, y),
          zoom: (from, to) => {
            this.set_cursor(null);
            events.zoom(from, to);
          },
          reset: () => events.reset(),
          values: (chart) => this.show_values(chart),
        }),
    );
    document.body.append(this.tooltip);
    this.on_screen = new IntersectionObserver((entries) => this.seen(entries));
    this.resized = new ResizeObserver(() => this.redraw());
    for (const chart of this.charts) {
      this.on_screen.observe(chart.element);
      this.resized.observe(chart.element);
    }
  }

  draw(frame: Frame): void {
    this.frame = frame;
    this.redraw();
  }

  redraw(): void {
    const { frame } = this;
    if (!frame) return;
    for (const chart of this.charts) {
      if (!chart.visible) continue;
      chart.draw(frame);
      chart.read(this.cursor_ms);
    }
  }

  set_cursor(time_ms: number | null): void {
    this.cursor_ms = time_ms;
    if (time_ms === null) this.tooltip.hidden = true;
    for (const chart of this.charts) if (chart.visible) chart.read(time_ms);
  }

  /** Moves the cursor by so many samples; it starts at the newest. */
  step_cursor(samples: number): void {
    const times = this.frame?.timeline.times ?? [];
    if (!times.length) return;
    const from = this.cursor_ms === null ? times.length - 1 : nearest(times, this.cursor_ms);
    this.set_cursor(times[Math.min(Math.max(from + samples, 0), times.length - 1)] ?? null);
  }

  destroy(): void {
    this.on_screen.disconnect();
    this.resized.disconnect();
    for (const chart of this.charts) chart.destroy();
    this.tooltip.remove();
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const chart = this.charts.find((one) => one.element === entry.target);
      if (!chart || chart.visible === entry.isIntersecting) continue;
      chart.visible = entry.isIntersecting;
      if (chart.visible && this.frame) {
        chart.draw(this.frame);
        chart.read(this.cursor_ms);
      }
    }
  }

  private hover(chart: Chart, time_ms: number | null, x: number, y: number): void {
    this.set_cursor(time_ms);
    if (time_ms === null || chart.lines.length < kTooltipFrom) {
      this.tooltip.hidden = true;
      return;
    }
    this.fill_tooltip(chart, time_ms);
    this.tooltip.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.tooltip;
    // Beside the pointer: never under it, never over the cursor's line.
    const left = x + 16 + width > innerWidth - 8 ? x - width - 14 : x + 16;
    this.tooltip.style.left = `${Math.max(4, left)}px`;
    this.tooltip.style.top = `${Math.max(4, Math.min(innerHeight - height - 8, y + 14))}px`;
  }

  private fill_tooltip(chart: Chart, time_ms: number): void {
    const rows = chart.lines
      .map((line) => ({ line, value: chart.value_at(line, time_ms) }))
      .sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
    const more = rows.length - kTooltipLines;
    replace(
      this.tooltip,
      h('time', {}, this.clock.time(time_ms)),
      rows
        .slice(0, kTooltipLines)
        .map(({ line, value }) =>
          h(
            'div',
            {},
            h('span', {}, h('i', { class: `k-${line.colour}` }), visible(line.name)),
            h('b', {}, format(chart.spec.unit, value)),
          ),
        ),
      more > 0 && h('div', { class: 'dim' }, this.words.say('more', { count: more })),
    );
  }

  /** The values of a chart as a table, for those who cannot see its lines. */
  private show_values(chart: Chart): void {
    const { words } = this;
    const { frame, lines, spec } = chart;
    if (!frame) return;
    const { times } = frame.timeline;
    const slots: number[] = [];
    for (let slot = times.length - 1; slot >= 0 && slots.length < kValueRows; slot -= 1) {
      if (times[slot]! >= frame.from_ms && times[slot]! <= frame.to_ms) slots.push(slot);
    }
    const head = h('tr', {}, h('th', {}, words.say('time')), lines.map((line) => h('th', { class: 'num' }, line.name)));
    const body = slots.map((slot) =>
      h(
        'tr',
        {},
        h('td', {}, this.clock.time(times[slot]!)),
        lines.map((line) => h('td', { class: 'num' }, format(spec.unit, line.values[slot]))),
      ),
    );
    const dialog = h(
      'dialog',
      { class: 'sheet wide', close: () => dialog.remove() },
      h('h2', {}, words.say('values.title', { title: spec.title })),
      h('div', { class: 'scroll' }, h('table', { class: 'tab' }, h('thead', {}, head), h('tbody', {}, body))),
      h('div', { class: 'acts' }, h('button', { class: 'btn', click: () => dialog.close() }, words.say('close'))),
    );
    document.body.append(dialog);
    dialog.showModal();
  }
}
