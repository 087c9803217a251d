// The Overview's table of services: how often each is called, how many calls fail, how long they
// take; below it those that nobody calls, and what the times do not tell.

import type { Context } from '../context.ts';
import { format } from '../format.ts';
import { glyph } from '../glyphs.ts';
import { Grid, type Cell, type Row } from '../grid.ts';
import { folded } from '../hostile.ts';
import { kService, sampling_of, service_history, services, unclear, type Answers, type Service } from '../services.ts';
import { kTables, type Key, type Words } from '../words.ts';
import { figure, leading, type DeviceTable } from './devices.ts';

const kMostRows = 20;

function name_cell(service: Service, words: Words): Cell {
  const { alert, name, port } = service;
  const where = service.elsewhere ? words.say('elsewhere') : port ? `:${port}` : '';
  const cell: Cell = { text: `${folded(name, 40)} ${where}`, full: `${name} ${where}` };
  if (!alert) return cell;
  return { ...cell, look: alert.severity === 'critical' ? 'bad' : 'warnc', glyph: glyph(alert.severity, words.say('firing')) };
}

function row(service: Service, context: Context): Row {
  const history = service_history(service);
  return {
    key: service.key,
    cells: [
      leading(context, name_cell(service, context.words), history.quantiles),
      leading(context, figure('rate', service.rate), history.rate),
      leading(context, figure('percent', service.failed === null ? null : service.failed * 100), history.failed),
      leading(context, figure('seconds', service.p50), history.p50),
      leading(context, figure('seconds', service.p99), history.p99),
    ],
  };
}

function reason_words(reason: string): Key {
  const key = `unclear.${reason}`;
  return key in kTables.en ? (key as Key) : 'unclear.other';
}

/** What the table does not tell, in one line; empty: it tells all. */
export function unclear_line(answers: Answers, words: Words): string {
  const said: string[] = [];
  const ratio = sampling_of(answers);
  if (ratio < 1) said.push(words.say('services.sampled', { number: Math.round(1 / ratio) }));
  const counts = unclear(answers).map(([reason, count]) =>
    words.say(reason_words(reason), { count: format('count', count), reason: folded(reason, 24) }),
  );
  if (counts.length) said.push(words.say('services.unclear', { list: counts.join(words.say('comma')) }));
  return said.join(' ');
}

export function service_table(context: Context): DeviceTable {
  const { words } = context;
  const grid = new Grid(words.say('services'), [
    { title: words.say('service'), grow: true },
    { title: words.say('rate'), figure: true },
    { title: words.say('failed_share'), figure: true },
    { title: 'p50', figure: true, leaves: 'phone' },
    { title: 'p99', figure: true },
  ]);
  return {
    grid,
    title: words.say('services'),
    none: words.say('none_services'),
    update(feed) {
      const answers: Answers = (name) => feed.answer(kService[name]);
      const all = services(answers, context.book().alerts);
      const seen = all.filter((one) => one.called || one.alert !== null);
      const more = seen.length - kMostRows;
      const silent = all.length - seen.length;
      const foot = [
        more > 0 ? words.say('more', { count: more }) : '',
        silent > 0 ? words.say_count('services.silent', silent) : '',
        unclear_line(answers, words),
      ];
      grid.update(seen.slice(0, kMostRows).map((one) => row(one, context)), foot.filter((text) => text !== '').join(' '));
      return all.length;
    },
  };
}
