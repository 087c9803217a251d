// The services' figures, as passive latency has them: which queries, and how their answers become
// one row a service or a backend elsewhere, what hurts first. What no time from request to answer
// can tell is counted beside them. Metric names: collectors/latency/REFERENCE.md. Pure.

import type { History } from './address.ts';
import type { Alert } from './alerts.ts';
import type { FeedQuery } from './feed.ts';
import type { Sample } from './timeline.ts';

// As long as the quantiles' own window, so that a row tells of one time.
const kWindow = '10s';
// What is rare must be seen by whoever looks up after a while.
const kCountWindow = '5m';

/** A text as PromQL quotes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A query for a table: as of now, without history. */
export function shown(expression: string): FeedQuery {
  return { expression: () => expression, history: false };
}

// What a table shows as of now, Explore shows over minutes and hours.
const kHistoryWindow = '1m';

const kAnswered = '{__name__=~"service_(client_)?latency_seconds_count",job="node"}';
const kFailed = 'status=~"5xx|error"';
function requests(more: string): string {
  return `sum by (service, port, remote) (rate({__name__=~"service_(client_)?requests_total",job="node"${more}}[${kWindow}]))`;
}

/** The table's queries by name. */
export const kService = {
  quantiles: shown('{__name__=~"service_(client_)?latency_quantile_seconds",job="node",quantile=~"0.5|0.99"}'),
  answered: shown(`sum by (service, port, remote) (rate(${kAnswered}[${kWindow}]))`),
  lately: shown(`sum by (service, port, remote) (increase(${kAnswered}[${kCountWindow}])) > 0`),
  asked: shown(requests('')),
  failed: shown(requests(`,${kFailed}`)),
  unclear: shown(`sum by (reason) (increase(lapwing_latency_unclear_total{job="lapwing"}[${kCountWindow}]))`),
  dropped: shown(`increase(lapwing_latency_dropped_packets_total{job="lapwing"}[${kCountWindow}])`),
  sampling: shown('lapwing_latency_sampling_ratio{job="lapwing"}'),
} satisfies Record<string, FeedQuery>;

export const kServiceQueries: readonly FeedQuery[] = Object.values(kService);

export type Answers = (name: keyof typeof kService) => readonly Sample[];

export interface Service {
  key: string;
  /** A service of this host, or the address of a backend elsewhere that it calls. */
  name: string;
  port: string;
  elsewhere: boolean;
  /** Requests a second, all connections, those that sampling left out too. */
  rate: number | null;
  /** Share of the requests that failed; nothing where the protocol is not read. */
  failed: number | null;
  p50: number | null;
  p99: number | null;
  /** It was called in the last minutes. */
  called: boolean;
  /** The worst alert that fires about it. */
  alert: Alert | null;
}

function key_of({ labels }: Sample): string {
  return [labels['service'] ?? '', labels['port'] ?? '', labels['remote'] ?? ''].join('\n');
}

function by_key(samples: readonly Sample[]): Map<string, number> {
  return new Map(samples.map((sample) => [key_of(sample), sample.value]));
}

/** The share of connections that is looked at; 1 until it is known. */
export function sampling_of(answers: Answers): number {
  const ratio = answers('sampling')[0]?.value ?? 1;
  return ratio > 0 && ratio < 1 ? ratio : 1;
}

function concerns(alert: Alert, service: Service): boolean {
  const { labels } = alert;
  if (alert.state !== 'firing') return false;
  if (service.elsewhere) return labels['remote'] === service.name;
  return labels['service'] === service.name && (labels['port'] ?? service.port) === service.port;
}

const kByName = new Intl.Collator('en', { numeric: true });

/** Those with a firing alert first, then those that are called, then the silent; each by name. */
function what_hurts_first(a: Service, b: Service): number {
  const rank = (one: Service) => (one.alert ? 0 : one.called ? 1 : 2);
  return rank(a) - rank(b) || kByName.compare(a.name, b.name) || kByName.compare(a.port, b.port);
}

/** `alerts`: worst first. */
export function services(answers: Answers, alerts: readonly Alert[]): Service[] {
  const found = new Map<string, Service>();
  const at = (sample: Sample): Service => {
    const key = key_of(sample);
    let one = found.get(key);
    if (!one) {
      const { service = '', port = '', remote = '' } = sample.labels;
      const elsewhere = remote !== '';
      one = { key, name: elsewhere ? remote : service, port, elsewhere, rate: null, failed: null, p50: null, p99: null, called: false, alert: null };
      found.set(key, one);
    }
    return one;
  };
  const ratio = sampling_of(answers);
  for (const sample of answers('answered')) at(sample).rate = sample.value / ratio;
  // What has gone is still in the count of the last minutes, but has no rate.
  for (const sample of answers('lately')) {
    const one = found.get(key_of(sample));
    if (one) one.called = true;
  }
  for (const sample of answers('quantiles')) at(sample)[sample.labels['quantile'] === '0.5' ? 'p50' : 'p99'] = sample.value;
  const failed = by_key(answers('failed'));
  for (const sample of answers('asked'))
    if (sample.value > 0) at(sample).failed = (failed.get(key_of(sample)) ?? 0) / sample.value;
  for (const one of found.values()) one.alert = alerts.find((alert) => concerns(alert, one)) ?? null;
  return [...found.values()].sort(what_hurts_first);
}

/** The queries that show a row's figures over time. */
export function service_history(
  one: Pick<Service, 'name' | 'port' | 'elsewhere'>,
): Record<'quantiles' | 'rate' | 'failed' | 'p50' | 'p99', History> {
  const prefix = one.elsewhere ? 'service_client' : 'service';
  const whose = one.elsewhere ? `remote=${quoted(one.name)}` : `service=${quoted(one.name)},port=${quoted(one.port)}`;
  const rate = (metric: string, more = '') => `sum(rate(${prefix}_${metric}{job="node",${whose}${more}}[${kHistoryWindow}]))`;
  const quantile = (more: string): History => ({
    query: `${prefix}_latency_quantile_seconds{job="node",${whose}${more}}`,
    unit: 'seconds',
  });
  const failed = `(${rate('requests_total', `,${kFailed}`)} or vector(0))`;
  return {
    quantiles: quantile(''),
    rate: { query: rate('latency_seconds_count'), unit: 'rate' },
    failed: { query: `100 * ${failed} / ${rate('requests_total')}`, unit: 'percent' },
    p50: quantile(',quantile="0.5"'),
    p99: quantile(',quantile="0.99"'),
  };
}

/** Reasons and packets that were counted, the most first; fewer than one is none. */
export function unclear(answers: Answers): [reason: string, count: number][] {
  const counts = answers('unclear').map(({ labels, value }): [string, number] => [labels['reason'] ?? '', Math.round(value)]);
  counts.push(['dropped', Math.round(answers('dropped')[0]?.value ?? 0)]);
  return counts.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
}
