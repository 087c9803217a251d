// The Overview's table of what each service takes of the host, as of now.

import type { Context } from '../context.ts';
import { format } from '../format.ts';
import { Grid, type Cell, type Row } from '../grid.ts';
import { folded } from '../hostile.ts';
import { kUsage, usages, type Usage } from '../usage.ts';
import { figure, limited, type DeviceTable } from './devices.ts';

function cpu_cell(cpu: number | undefined): Cell {
  if (cpu === undefined) return figure('percent', undefined);
  const share = Math.min(1, cpu);
  return { ...figure('percent', share * 100), share };
}

function row(one: Usage): Row {
  return {
    key: one.service,
    cells: [
      { text: folded(one.service, 40), full: one.service },
      cpu_cell(one.cpu),
      { text: format('bytes', one.memory) },
      figure('bytes/s', one.disk),
      figure('bytes/s', one.network),
      figure('percent', one.waiting === undefined ? undefined : one.waiting * 100),
    ],
  };
}

export function usage_table({ words }: Context): DeviceTable {
  const grid = new Grid(words.say('usage'), [
    { title: words.say('service'), grow: true },
    { title: words.say('cpu'), figure: true },
    { title: words.say('memory'), figure: true },
    { title: words.say('disk_io'), figure: true },
    { title: words.say('network'), figure: true, leaves: 'phone' },
    { title: words.say('waits'), figure: true, leaves: 'narrow' },
  ]);
  return {
    grid,
    title: words.say('usage'),
    none: words.say('none_usage'),
    update(feed) {
      const rows = usages((name) => feed.answer(kUsage[name])).map(row);
      grid.update(...limited(words, rows));
      return rows.length;
    },
  };
}
