// Explore: one PromQL query over the page's range, as lines and as a table of its newest values.

import { ColourBook } from '../charts/palette.ts';
import { Deck } from '../charts/deck.ts';
import type { Line } from '../charts/spec.ts';
import type { Context, Page } from '../context.ts';
import type { FeedQuery } from '../feed.ts';
import { h, set_text, svg } from '../dom.ts';
import { format } from '../format.ts';
import { Grid } from '../grid.ts';
import { folded, visible } from '../hostile.ts';
import { key_of, type Labels, type Series, type Timeline } from '../timeline.ts';
import { metric_list } from './metric_list.ts';

const kMostLines = 10;
const kMostRows = 50;

/** A series as PromQL writes it: name{label="value"}. */
export function series_name(labels: Labels): string {
  const name = labels['__name__'] ?? '';
  const pairs = Object.entries(labels)
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${visible(label)}="${visible(value)}"`);
  return pairs.length ? `${visible(name)}{${pairs.join(', ')}}` : visible(name) || '{}';
}

function newest(values: Line['values']): number {
  for (let slot = values.length - 1; slot >= 0; slot -= 1) if (values[slot] !== null) return values[slot]!;
  return -Infinity;
}

/** Those that become lines, the greatest newest value first. */
function drawn_series(timeline: Timeline): Series[] {
  return timeline
    .series(0)
    .map((one) => ({ one, value: newest(one.values) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, kMostLines)
    .map(({ one }) => one);
}

/** The colour of a series' line, before its row; an empty one keeps the place. */
function swatch(colour: string): SVGSVGElement {
  const look = { width: 10, height: 10, rx: 2, fill: colour || 'none' };
  return svg('svg', { class: 'swatch', viewBox: '0 0 10 10', 'aria-hidden': 'true' }, svg('rect', look));
}

export function explore_page(context: Context): Page {
  const { words } = context;
  const colours = new ColourBook();
  const expression = context.query();
  const unit = context.unit();
  const queries: FeedQuery[] = expression === '' ? [] : [{ expression: () => expression, history: true }];
  const input = h('textarea', {
    class: 'editor',
    id: 'query',
    rows: 2,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': 'query-note',
    placeholder: words.say('explore.hint'),
    keydown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      context.set_query(input.value.trim());
    },
    input: () => metrics?.narrow(input.value),
  });
  input.value = expression;
  const metrics = expression === '' ? metric_list(context) : null;
  const note = h('p', { class: 'fold', id: 'query-note', role: 'status' });
  const count = h('span', { class: 'n' });
  const lines = (timeline: Timeline): Line[] =>
    drawn_series(timeline).map((one) => ({
      name: folded(series_name(one.labels), 48),
      colour: colours.of(key_of(one.labels)),
      values: one.values,
    }));
  const deck = new Deck(
    queries.length
      ? [{ id: 'explore', title: words.say('graph'), kind: 'line', unit, height: 'h-alert', axis: true, lead: 0, pulse: 0, names_gaps: true, keys: 2, lines }]
      : [],
    context.palette,
    context.clock,
    words,
    { zoom: context.zoom, reset: context.back_to_live },
  );
  const grid = new Grid(words.say('table'), [
    { title: words.say('labels'), grow: true, mono: true },
    { title: words.say('value'), figure: true },
  ]);
  const table = h(
    'section',
    { class: 'block clip', hidden: queries.length === 0 },
    h('div', { class: 'head' }, h('h2', {}, words.say('table'), count)),
    grid.element,
  );
  const element = h(
    'div',
    {},
    h(
      'form',
      {
        class: 'block ask',
        submit: (event: SubmitEvent) => {
          event.preventDefault();
          context.set_query(input.value.trim());
        },
      },
      h('label', { class: 'sr', for: 'query' }, words.say('query')),
      input,
      h('button', { class: 'btn main', type: 'submit' }, words.say('run')),
    ),
    h('section', { class: 'block clip', hidden: queries.length === 0 }, note, deck.charts.map((chart) => chart.element)),
    table,
    metrics?.element,
  );
  function note_text(total: number): string {
    const error = context.feed.errors[0];
    if (error) return visible(error);
    if (!queries.length) return '';
    if (total === 0) return context.feed.loading ? '' : words.say('explore.empty');
    if (total > kMostLines) return words.say('explore.many', { count: total, drawn: kMostLines });
    return '';
  }
  return {
    element,
    queries,
    deck,
    draw() {
      const latest = context.feed.latest[0] ?? [];
      const total = Math.max(latest.length, queries.length ? context.feed.timeline.series(0).length : 0);
      const text = note_text(total);
      set_text(note, text);
      note.hidden = text === '';
      const failed = Boolean(context.feed.errors[0]);
      note.classList.toggle('bad', failed);
      table.hidden = failed || queries.length === 0;
      for (const chart of deck.charts) chart.element.hidden = failed;
      set_text(count, latest.length ? String(latest.length) : '');
      const drawn = new Set(drawn_series(context.feed.timeline).map((one) => key_of(one.labels)));
      const sorted = [...latest].sort((a, b) => b.value - a.value).slice(0, kMostRows);
      grid.update(
        sorted.map((sample) => {
          const name = series_name(sample.labels);
          const key = key_of(sample.labels);
          const first = { text: folded(name, 200), full: name, glyph: swatch(drawn.has(key) ? context.palette.get(colours.of(key)) : '') };
          return { key, cells: [first, { text: format(unit, sample.value) }] };
        }),
        latest.length > kMostRows ? words.say('more', { count: latest.length - kMostRows }) : '',
      );
      deck.draw(context.frame());
    },
    destroy: () => deck.destroy(),
  };
}
