// The Overview: the state sentence, the alerts and the tables of services and devices on the left,
// the host's charts in one column on the right.

import { Deck } from '../charts/deck.ts';
import type { Context, Page } from '../context.ts';
import { AlertRows } from '../alert_rows.ts';
import { h, set_text } from '../dom.ts';
import { host_charts, kHostQueries } from '../host.ts';
import { kServiceQueries } from '../services.ts';
import { kUsageQueries } from '../usage.ts';
import { disk_table, filesystem_table, interface_table, type DeviceTable } from './devices.ts';
import { service_table } from './services.ts';
import { usage_table } from './usage.ts';

const kQueries = [...kHostQueries, ...kServiceQueries, ...kUsageQueries];

function device_block(table: DeviceTable): { element: HTMLElement; draw: (context: Context) => void } {
  const count = h('span', { class: 'n' });
  const none = h('p', { class: 'fold', hidden: true }, table.none);
  const element = h(
    'section',
    { class: 'block clip', 'aria-label': table.title },
    h('div', { class: 'head' }, h('h2', {}, table.title, count)),
    table.grid.element,
    none,
  );
  return {
    element,
    draw({ feed }) {
      const rows = table.update(feed);
      set_text(count, rows ? String(rows) : '');
      none.hidden = rows > 0 || feed.latest.every((answer) => answer === null);
      table.grid.element.hidden = rows === 0;
    },
  };
}

export function overview_page(context: Context): Page {
  const { words } = context;
  const rows = new AlertRows(context);
  const alerts = h('section', { class: 'block clip', 'aria-label': words.say('alerts'), hidden: true }, rows.element);
  const tables = [
    service_table(context),
    usage_table(context),
    disk_table(words),
    filesystem_table(words),
    interface_table(words),
  ];
  const blocks = tables.map(device_block);
  const deck = new Deck(host_charts(words, context.colours), context.palette, context.clock, words, {
    zoom: context.zoom,
    reset: context.back_to_live,
  });
  const element = h(
    'div',
    { class: 'split' },
    h('div', { class: 'column' }, alerts, blocks.map((block) => block.element)),
    h(
      'section',
      { class: 'block clip charts', 'aria-label': words.say('host') },
      deck.charts.map((chart) => chart.element),
    ),
  );
  return {
    element,
    queries: kQueries,
    deck,
    draw() {
      alerts.hidden = context.book().alerts.length === 0;
      rows.draw();
      for (const block of blocks) block.draw(context);
      deck.draw(context.frame());
    },
    destroy: () => deck.destroy(),
  };
}
