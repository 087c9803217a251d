// What each service takes of the host: which queries, and how their answers become one row a
// service, the busiest first. Pure.

import type { History } from './address.ts';
import type { FeedQuery } from './feed.ts';
import { quoted, shown } from './services.ts';
import type { Sample } from './timeline.ts';

// Three collections of the slowest of these series.
const kWindow = '15s';
// The order must not jump under the eye: it follows the last minutes.
const kOrderWindow = '5m';
// What a table shows as of now, Explore shows over minutes and hours.
const kHistoryWindow = '1m';

const kCores = 'scalar(count(node_cpu_seconds_total{job="node",mode="idle"}))';

/** The figures' expressions over a window, of the services that a matcher chooses. */
function expressions(window: string, whose = ''): Record<'cpu' | 'memory' | 'disk' | 'network' | 'waiting', string> {
  const of = (metric: string) => `service_${metric}{job="node"${whose}}`;
  // A sum for each metric: rate() drops names, and series of two metrics would be alike then.
  const rate = (...metrics: string[]) =>
    metrics.map((metric) => `sum by (service) (rate(${of(`${metric}_total`)}[${window}]))`).join(' + ');
  return {
    cpu: `${rate('cpu_seconds')} / ${kCores}`,
    memory: `sum by (service) (${of('memory_proportional_bytes')}) or sum by (service) (${of('memory_resident_bytes')})`,
    disk: rate('disk_read_bytes', 'disk_written_bytes'),
    network: rate('network_receive_bytes', 'network_transmit_bytes'),
    waiting: rate('run_delay_seconds', 'io_delay_seconds'),
  };
}

/** The queries that show a service's figures over time. */
export function usage_history(service: string): Record<keyof ReturnType<typeof expressions>, History> {
  const of = expressions(kHistoryWindow, `,service=${quoted(service)}`);
  return {
    cpu: { query: `100 * (${of.cpu})`, unit: 'percent' },
    memory: { query: of.memory, unit: 'bytes' },
    disk: { query: of.disk, unit: 'bytes/s' },
    network: { query: of.network, unit: 'bytes/s' },
    waiting: { query: `100 * (${of.waiting})`, unit: 'percent' },
  };
}

const kNow = expressions(kWindow);

/** The table's queries by name. */
export const kUsage = {
  cpu: shown(kNow.cpu),
  lately: shown(expressions(kOrderWindow).cpu),
  memory: shown(kNow.memory),
  disk: shown(kNow.disk),
  network: shown(kNow.network),
  waiting: shown(kNow.waiting),
} satisfies Record<string, FeedQuery>;

type UsageQuery = keyof typeof kUsage;
const kOrder = Object.keys(kUsage) as UsageQuery[];
export const kUsageQueries: readonly FeedQuery[] = kOrder.map((name) => kUsage[name]);

export type UsageAnswers = (name: UsageQuery) => readonly Sample[];

export interface Usage {
  service: string;
  /** Share of all the host's processors, 0 to 1. */
  cpu?: number;
  /** Share of all the host's processors over the last minutes. */
  lately?: number;
  /** Bytes; memory shared with other services is divided where the kernel was asked. */
  memory?: number;
  /** Bytes a second, read and written. */
  disk?: number;
  /** Bytes a second, received and sent. */
  network?: number;
  /** Seconds a second that its processes waited for a processor or a disk. */
  waiting?: number;
}

// What all the smaller services take together stands below those that have a name.
const kRest = 'other';
const kByName = new Intl.Collator('en', { numeric: true });

function busiest_first(a: Usage, b: Usage): number {
  return (
    Number(a.service === kRest) - Number(b.service === kRest) ||
    (b.lately ?? 0) - (a.lately ?? 0) ||
    kByName.compare(a.service, b.service)
  );
}

export function usages(answers: UsageAnswers): Usage[] {
  const found = new Map<string, Usage>();
  for (const name of kOrder) {
    for (const { labels, value } of answers(name)) {
      const service = labels['service'] ?? '';
      const one = found.get(service) ?? { service };
      one[name] = value;
      found.set(service, one);
    }
  }
  return [...found.values()].sort(busiest_first);
}
