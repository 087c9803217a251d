// The Status page: which build runs, how the store does, what is scraped, which receivers are told,
// and what the collectors say of themselves.

import { ApiError, build_info, own_status, targets } from '../api.ts';
import type { CollectorAnswer, OwnStatus, ReceiverAnswer, TargetAnswer } from '../api.ts';
import type { Context, Page } from '../context.ts';
import { h, replace, set_text } from '../dom.ts';
import { format, kNothing } from '../format.ts';
import { glyph } from '../glyphs.ts';
import { Grid, type Cell, type Row } from '../grid.ts';
import { folded, visible } from '../hostile.ts';
import { key_of, type Labels } from '../timeline.ts';

const kEvery = 10_000;

/**
 * What this host lacks is no failure: it is told quietly, below the collectors that work. Nor is a
 * part that is hidden from a collector: the rest of its series goes on.
 */
function collector_health({ available, error, series }: CollectorAnswer, context: Context): Cell {
  const { words } = context;
  if (!available) return { text: words.say('absent'), look: 'dim' };
  if (!error) return { text: words.say('health.ok'), look: 'sub' };
  if (series > 0) return { text: words.say('in_part'), look: 'warnc', glyph: glyph('warn', words.say('in_part')) };
  return { text: words.say('failing'), look: 'bad', glyph: glyph('critical', words.say('failing')) };
}

function collector_row(collector: CollectorAnswer, context: Context): Row {
  const { words } = context;
  const series = format('count', collector.series);
  return {
    key: collector.name,
    cells: [
      { text: folded(collector.name), ...(collector.error ? { below: folded(collector.error, 160) } : {}) },
      collector_health(collector, context),
      { text: context.clock.duration(collector.interval_seconds * 1000) },
      { text: format('seconds', collector.duration_seconds) },
      collector.refused > 0
        ? { text: words.say('refused', { count: series, refused: collector.refused }), look: 'warnc' }
        : { text: series },
    ],
  };
}

function receiver_row(receiver: ReceiverAnswer): Row {
  return {
    key: receiver.name,
    cells: [
      { text: folded(receiver.name), ...(receiver.error ? { below: folded(receiver.error, 160) } : {}) },
      { text: format('count', receiver.delivered) },
      { text: format('count', receiver.waiting), look: receiver.waiting > 0 ? 'warnc' : '' },
      { text: format('count', receiver.failed), look: receiver.failed > 0 ? 'bad' : '' },
    ],
  };
}

function health_cell(health: string, context: Context): Cell {
  if (health === 'up' || health === 'ok') return { text: health, look: 'sub' };
  if (health === 'unknown') return { text: context.words.say('health.unknown'), look: 'dim' };
  return { text: folded(health, 16), look: 'bad', glyph: glyph('critical', health) };
}

function target_row(target: TargetAnswer, context: Context): Row {
  const { words, clock, now_ms } = context;
  const scraped = Number.isFinite(target.last_scrape_ms)
    ? words.say('ago', { duration: clock.duration(now_ms() - target.last_scrape_ms) })
    : kNothing;
  return {
    key: `${target.job}\n${target.url}\n${key_of(target.labels)}`,
    cells: [
      { text: folded(target.url), full: visible(target.url), ...(target.last_error ? { below: folded(target.last_error, 160) } : {}) },
      { text: folded(target.job, 32), look: 'sub' },
      health_cell(target.health, context),
      { text: scraped, look: 'sub' },
      { text: format('seconds', target.scrape_seconds) },
    ],
  };
}

export function status_page(context: Context): Page {
  const { words } = context;
  const build = h('dl', { class: 'kv pad' });
  const failed = h('p', { class: 'fold bad', role: 'status', hidden: true });
  const none = h('p', { class: 'fold', hidden: true }, words.say('none_targets'));
  const count = h('span', { class: 'n' });
  const table = new Grid(words.say('targets'), [
    { title: words.say('target'), grow: true },
    { title: words.say('job') },
    { title: words.say('health') },
    { title: words.say('last_scrape'), leaves: 'phone' },
    { title: words.say('took'), figure: true, leaves: 'phone' },
  ]);
  const collector_table = new Grid(words.say('collectors'), [
    { title: words.say('collector'), grow: true },
    { title: words.say('health') },
    { title: words.say('interval'), figure: true, leaves: 'phone' },
    { title: words.say('took'), figure: true },
    { title: words.say('series'), figure: true, leaves: 'phone' },
  ]);
  const receiver_table = new Grid(words.say('receivers'), [
    { title: words.say('receiver'), grow: true },
    { title: words.say('delivered'), figure: true },
    { title: words.say('waiting'), figure: true },
    { title: words.say('failures'), figure: true },
  ]);
  table.element.classList.add('two');
  receiver_table.element.classList.add('two');
  const collector_block = h(
    'section',
    { class: 'block clip', hidden: true },
    h('div', { class: 'head' }, h('h2', {}, words.say('collectors'))),
    collector_table.element,
  );
  const receiver_block = h(
    'section',
    { class: 'block clip', hidden: true },
    h('div', { class: 'head' }, h('h2', {}, words.say('receivers'))),
    receiver_table.element,
  );
  const element = h(
    'div',
    { class: 'duo' },
    h('section', { class: 'block clip' }, h('div', { class: 'head' }, h('h2', {}, words.say('build'))), build, failed),
    h('section', { class: 'block clip' }, h('div', { class: 'head' }, h('h2', {}, words.say('targets'), count)), table.element, none),
    receiver_block,
    collector_block,
  );

  function show_build(info: Labels, own: OwnStatus): void {
    const rows: [string, string][] = [];
    const add = (title: string, text: string | undefined) => {
      if (text) rows.push([title, folded(text)]);
    };
    // `version` is the Prometheus whose API this is; a Prometheus itself has no other.
    add(words.say('version'), info.lapwingVersion ?? info.version);
    add(words.say('revision'), info.revision);
    add(words.say('built_by'), info.goVersion);
    if (info.lapwingVersion) add(words.say('api'), `Prometheus ${info.version ?? ''}`);
    const { store } = own;
    if (Number.isFinite(store.series)) add(words.say('series'), format('count', store.series));
    if (Number.isFinite(store.bytes_on_disk)) add(words.say('on_disk'), format('bytes', store.bytes_on_disk));
    if (Number.isFinite(store.oldest_ms)) add(words.say('history'), context.clock.moment(store.oldest_ms, context.now_ms()));
    replace(
      build,
      rows.map(([title, text]) => [h('dt', {}, title), h('dd', { class: 'mono' }, text)]),
      store.trouble ? [h('dt', {}, words.say('trouble')), h('dd', { class: 'bad' }, folded(store.trouble, 200))] : null,
    );
  }
  let asked_at = -Infinity;
  let alive = true;
  async function ask(): Promise<void> {
    try {
      const [info, scraped, own] = await Promise.all([build_info(), targets(), own_status()]);
      if (!alive) return;
      failed.hidden = true;
      show_build(info, own);
      table.update(scraped.map((target) => target_row(target, context)));
      set_text(count, String(scraped.length));
      none.hidden = scraped.length > 0;
      table.element.hidden = scraped.length === 0;
      collector_block.hidden = own.collectors.length === 0;
      const here_first = [...own.collectors].sort((a, b) => Number(b.available) - Number(a.available));
      collector_table.update(here_first.map((one) => collector_row(one, context)));
      receiver_block.hidden = own.receivers.length === 0;
      receiver_table.update(own.receivers.map(receiver_row));
    } catch (error) {
      failed.hidden = false;
      const message = error instanceof ApiError ? error.message : String(error);
      set_text(failed, words.say('failed', { what: words.say('status'), message: visible(message) }));
    }
  }
  return {
    element,
    queries: [],
    deck: null,
    draw() {
      const now = Date.now();
      if (now - asked_at < kEvery) return;
      asked_at = now;
      void ask();
    },
    destroy: () => (alive = false),
  };
}
