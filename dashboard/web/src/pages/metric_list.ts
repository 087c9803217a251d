// Explore without a query: the metrics that this agent has, each a link to its graph. What is
// typed as a query narrows the list.

import { ApiError, metadata, type MetricAnswer } from '../api.ts';
import type { Context } from '../context.ts';
import { h, set_text } from '../dom.ts';
import { Grid, type Row } from '../grid.ts';
import { folded, visible } from '../hostile.ts';
import { by_interest, find_metrics, shows_metric, unit_of } from '../metrics.ts';
import { leading } from './devices.ts';

const kMostRows = 500;

export interface MetricList {
  element: HTMLElement;
  /** Shows those that the text finds. */
  narrow(text: string): void;
}

export function metric_list(context: Context): MetricList {
  const { words } = context;
  const grid = new Grid(words.say('metrics'), [
    { title: words.say('metric'), mono: true },
    { title: words.say('kind'), leaves: 'phone' },
    { title: words.say('meaning'), grow: true, leaves: 'phone' },
  ]);
  const count = h('span', { class: 'n' });
  const element = h(
    'section',
    { class: 'block clip', 'aria-label': words.say('metrics'), hidden: true },
    h('div', { class: 'head' }, h('h2', {}, words.say('metrics'), count)),
    grid.element,
  );
  let metrics: readonly MetricAnswer[] = [];
  let text = '';
  function row(metric: MetricAnswer): Row {
    return {
      key: metric.name,
      cells: [
        leading(context, { text: folded(metric.name, 80) }, { query: shows_metric(metric), unit: unit_of(metric) }),
        { text: folded(metric.type, 16), look: 'dim' },
        { text: folded(metric.help, 160), full: visible(metric.help) },
      ],
    };
  }
  function show(): void {
    const found = find_metrics(metrics, text);
    const more = found.length - kMostRows;
    set_text(count, String(found.length));
    grid.update(found.slice(0, kMostRows).map(row), more > 0 ? words.say('more', { count: more }) : '');
    element.hidden = metrics.length === 0;
  }
  metadata().then(
    (all) => {
      metrics = by_interest(all);
      show();
    },
    (error: unknown) => {
      const message = error instanceof ApiError ? error.message : String(error);
      grid.update([], words.say('failed', { what: words.say('metrics'), message: visible(message) }));
      element.hidden = false;
    },
  );
  return {
    element,
    narrow(typed) {
      text = typed;
      show();
    },
  };
}
