// What there is to ask for: which metrics a text finds, and the query that shows one. Pure.

import type { MetricAnswer } from './api.ts';
import type { Unit } from './format.ts';

/** By name, the agent's own words about itself last. */
export function by_interest(metrics: readonly MetricAnswer[]): MetricAnswer[] {
  const own = ({ name }: MetricAnswer) => Number(name.startsWith('lapwing_'));
  return [...metrics].sort((a, b) => own(a) - own(b) || (a.name < b.name ? -1 : 1));
}

/** Those whose name or help has every word of the text, in the order given. */
export function find_metrics(metrics: readonly MetricAnswer[], text: string): MetricAnswer[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return metrics.filter(({ name, help }) => {
    const said = `${name} ${help}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

// Seconds since 1970 are a moment, seconds a second a share: neither is a duration.
const kMoment = /time(stamp)?_seconds$/;

/** The unit of what shows_metric() gives, as far as the name says it (in Prometheus's naming it comes last). */
export function unit_of({ name, type }: Pick<MetricAnswer, 'name' | 'type'>): Unit {
  if (type === 'counter') {
    if (name.endsWith('_seconds_total')) return 'number';
    return name.endsWith('_bytes_total') ? 'bytes/s' : 'rate';
  }
  if (name.endsWith('_bytes')) return 'bytes';
  return name.endsWith('_seconds') && !kMoment.test(name) ? 'seconds' : 'number';
}

/** What one wants to see of a metric of its type: a counter's rate, a histogram's p99. */
export function shows_metric({ name, type }: Pick<MetricAnswer, 'name' | 'type'>): string {
  if (type === 'counter') return `rate(${name}[1m])`;
  if (type === 'histogram') return `histogram_quantile(0.99, sum by (le) (rate(${name}_bucket[1m])))`;
  return name;
}
