// The Overview's table of what each service takes of the host, as of now.

import type { Context } from '../context.ts';
import { format } from '../format.ts';
import { Grid, type Cell, type Row } from '../grid.ts';
import { folded } from '../hostile.ts';
import { kUsage, usage_history, usages, type Usage } from '../usage.ts';
import { figure, leading, limited, type DeviceTable } from './devices.ts';

function cpu_cell(cpu: number | undefined): Cell {
  if (cpu === undefined) return figure('percent', undefined);
  const share = Math.min(1, cpu);
  return { ...figure('percent', share * 100), share };
}

function row(one: Usage, context: Context): Row {
  const history = usage_history(one.service);
  return {
    key: one.service,
    cells: [
      { text: folded(one.service, 40), full: one.service },
      leading(context, cpu_cell(one.cpu), history.cpu),
      leading(context, { text: format('bytes', one.memory) }, history.memory),
      leading(context, figure('bytes/s', one.disk), history.disk),
      leading(context, figure('bytes/s', one.network), history.network),
      leading(context, figure('percent', one.waiting === undefined ? undefined : one.waiting * 100), history.waiting),
    ],
  };
}

export function usage_table(context: Context): DeviceTable {
  const { words } = context;
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
      const rows = usages((name) => feed.answer(kUsage[name])).map((one) => row(one, context));
      grid.update(...limited(words, rows));
      return rows.length;
    },
  };
}
