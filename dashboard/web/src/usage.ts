// What each service takes of the host: which queries, and how their answers become one row a
// service, the busiest first. Pure.

import type { FeedQuery } from './feed.ts';
import { shown } from './services.ts';
import type { Sample } from './timeline.ts';

// Three collections of the slowest of these series.
const kWindow = '15s';
// The order must not jump under the eye: it follows the last minutes.
const kOrderWindow = '5m';

const kCores = 'scalar(count(node_cpu_seconds_total{job="node",mode="idle"}))';

// A sum for each metric: rate() drops names, and series of two metrics would be alike then.
function rate(window: string, ...metrics: string[]): string {
  return metrics.map((metric) => `sum by (service) (rate(service_${metric}_total{job="node"}[${window}]))`).join(' + ');
}

/** The table's queries by name. */
export const kUsage = {
  cpu: shown(`${rate(kWindow, 'cpu_seconds')} / ${kCores}`),
  lately: shown(`${rate(kOrderWindow, 'cpu_seconds')} / ${kCores}`),
  memory: shown(
    'sum by (service) (service_memory_proportional_bytes{job="node"}) or sum by (service) (service_memory_resident_bytes{job="node"})',
  ),
  disk: shown(rate(kWindow, 'disk_read_bytes', 'disk_written_bytes')),
  network: shown(rate(kWindow, 'network_receive_bytes', 'network_transmit_bytes')),
  waiting: shown(rate(kWindow, 'run_delay_seconds', 'io_delay_seconds')),
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
