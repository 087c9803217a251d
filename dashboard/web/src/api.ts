// The agent's HTTP API (Prometheus's, under /api/v1), read with suspicion: what does not have the
// expected shape is an error with a place, never a broken page.

import type { HistorySeries, Labels, Sample } from './timeline.ts';

/** What the API, or the way to it, refused; the message is for people. */
export class ApiError extends Error {}

export interface AlertAnswer {
  state: 'firing' | 'pending';
  labels: Labels;
  annotations: Labels;
  active_at_ms: number;
  value: number;
}

export interface RuleAnswer {
  kind: 'alerting' | 'recording';
  name: string;
  expression: string;
  hold_for_ms: number;
  state: string;
  health: string;
  last_error: string;
  last_evaluation_ms: number;
  evaluation_seconds: number;
  labels: Labels;
  alerts: AlertAnswer[];
}

export interface GroupAnswer {
  name: string;
  file: string;
  interval_ms: number;
  rules: RuleAnswer[];
}

export interface TargetAnswer {
  job: string;
  url: string;
  health: string;
  last_error: string;
  last_scrape_ms: number;
  scrape_seconds: number;
  labels: Labels;
}

export interface CollectorAnswer {
  name: string;
  available: boolean;
  error: string;
  interval_seconds: number;
  duration_seconds: number;
  series: number;
  refused: number;
}

export interface ReceiverAnswer {
  name: string;
  delivered: number;
  failed: number;
  waiting: number;
  error: string;
}

/** A notification that was given up. */
export interface DeadLetterAnswer {
  at_ms: number;
  receiver: string;
  /** Names of the alerts in it, each once. */
  alerts: string[];
  alert_count: number;
  group_labels: Labels;
  group_key: string;
  why: string;
  attempts: number;
  last_error: string;
}

export interface MetricAnswer {
  name: string;
  type: string;
  help: string;
}

export interface OwnStatus {
  collectors: CollectorAnswer[];
  receivers: ReceiverAnswer[];
  store: { series: number; bytes_on_disk: number; oldest_ms: number; trouble: string };
}

type Json = unknown;
const kTimeout = 15_000;

function record(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : {};
}
function list(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}
function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}
function number(value: Json): number {
  return typeof value === 'number' ? value : NaN;
}

/** A sample's value as Prometheus writes it: "+Inf", "-Inf", "NaN" or a number. */
export function parse_value(value: Json): number {
  if (value === '+Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  return typeof value === 'string' && value !== '' ? Number(value) : NaN;
}

/** RFC 3339 to milliseconds; Go's zero time and what cannot be read are NaN. */
export function parse_time(value: Json): number {
  const time = Date.parse(text(value));
  return time > 0 ? time : NaN;
}

export function parse_labels(value: Json): Labels {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, one] of Object.entries(record(value))) if (typeof one === 'string') out[name] = one;
  return out;
}

/** [{metric, value: "0.5"}] of the live stream. */
export function parse_live_vector(value: Json): Sample[] {
  return list(value).map((one) => {
    const { metric, value: sample } = record(one);
    return { labels: parse_labels(metric), value: parse_value(sample) };
  });
}

function parse_vector(data: Json): Sample[] {
  const { resultType, result } = record(data);
  if (resultType === 'scalar') return [{ labels: {}, value: parse_value(list(result)[1]) }];
  if (resultType !== 'vector') throw new ApiError(`the answer is a ${text(resultType) || 'mystery'}, not a vector`);
  return list(result).map((one) => {
    const { metric, value } = record(one);
    return { labels: parse_labels(metric), value: parse_value(list(value)[1]) };
  });
}

function parse_matrix(data: Json): HistorySeries[] {
  return list(record(data)['result']).map((one) => {
    const { metric, values } = record(one);
    const points = list(values).map((pair): [number, number] => {
      const [time, value] = list(pair);
      return [Math.round(number(time) * 1000), parse_value(value)];
    });
    return { labels: parse_labels(metric), points };
  });
}

export function parse_alert(value: Json): AlertAnswer {
  const one = record(value);
  return {
    state: one['state'] === 'pending' ? 'pending' : 'firing',
    labels: parse_labels(one['labels']),
    annotations: parse_labels(one['annotations']),
    active_at_ms: parse_time(one['activeAt']),
    value: parse_value(one['value']),
  };
}

export function parse_groups(data: Json): GroupAnswer[] {
  return list(record(data)['groups']).map((value) => {
    const group = record(value);
    return {
      name: text(group['name']),
      file: text(group['file']),
      interval_ms: number(group['interval']) * 1000,
      rules: list(group['rules']).map(parse_rule),
    };
  });
}

function parse_rule(value: Json): RuleAnswer {
  const rule = record(value);
  return {
    kind: rule['type'] === 'recording' ? 'recording' : 'alerting',
    name: text(rule['name']),
    expression: text(rule['query']),
    hold_for_ms: (number(rule['duration']) || 0) * 1000,
    state: text(rule['state']),
    health: text(rule['health']) || 'unknown',
    last_error: text(rule['lastError']),
    last_evaluation_ms: parse_time(rule['lastEvaluation']),
    evaluation_seconds: number(rule['evaluationTime']),
    labels: parse_labels(rule['labels']),
    alerts: list(rule['alerts'])
      .map(parse_alert)
      .filter((alert) => text(alert.labels['alertname']) !== ''),
  };
}

function parse_targets(data: Json): TargetAnswer[] {
  return list(record(data)['activeTargets']).map((value) => {
    const target = record(value);
    const labels = parse_labels(target['labels']);
    return {
      job: labels['job'] ?? text(target['scrapePool']),
      url: text(target['scrapeUrl']),
      health: text(target['health']) || 'unknown',
      last_error: text(target['lastError']),
      last_scrape_ms: parse_time(target['lastScrape']),
      scrape_seconds: number(target['lastScrapeDuration']),
      labels,
    };
  });
}

export function parse_own_status(data: Json): OwnStatus {
  const status = record(data);
  const store = record(status['store']);
  return {
    collectors: list(status['collectors']).map((value): CollectorAnswer => {
      const one = record(value);
      return {
        name: text(one['name']),
        available: one['available'] !== false,
        error: text(one['lastError']),
        interval_seconds: number(one['intervalSeconds']),
        duration_seconds: number(one['lastDurationSeconds']),
        series: number(one['series']),
        refused: number(one['refusedSeries']),
      };
    }),
    receivers: list(status['receivers']).map((value): ReceiverAnswer => {
      const one = record(value);
      return {
        name: text(one['name']),
        delivered: number(one['delivered']),
        failed: number(one['failed']),
        waiting: number(one['waiting']),
        error: text(one['lastError']),
      };
    }),
    store: {
      series: number(store['series']),
      bytes_on_disk: number(store['bytesOnDisk']),
      oldest_ms: parse_time(store['oldest']),
      trouble: text(store['trouble']),
    },
  };
}

export function parse_dead_letters(data: Json): DeadLetterAnswer[] {
  return list(data).map((value) => {
    const letter = record(value);
    const alerts = list(record(letter['notification'])['alerts']).map((one) => parse_labels(record(one)['labels']));
    const names = alerts.map((labels) => labels['alertname'] ?? '').filter((name) => name !== '');
    return {
      at_ms: parse_time(letter['at']),
      receiver: text(letter['receiver']),
      alerts: [...new Set(names)],
      alert_count: alerts.length,
      group_labels: parse_labels(letter['groupLabels']),
      group_key: text(letter['groupKey']),
      why: text(letter['why']),
      attempts: number(letter['attempts']) || 0,
      last_error: text(letter['lastError']),
    };
  });
}

/** One a name; of several sources' words the first. */
export function parse_metadata(data: Json): MetricAnswer[] {
  return Object.entries(record(data)).map(([name, said]) => {
    const { type, help } = record(list(said)[0]);
    return { name, type: text(type), help: text(help) };
  });
}

async function call(path: string, form?: URLSearchParams, signal?: AbortSignal): Promise<Json> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), kTimeout);
  const stop = () => timeout.abort();
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(`/api/v1/${path}`, {
      signal: timeout.signal,
      cache: 'no-store',
      ...(form ? { method: 'POST', body: form } : {}),
    });
    return await read(response);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(signal?.aborted ? 'given up' : 'the agent does not answer');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function read(response: Response): Promise<Json> {
  let body: Record<string, Json>;
  try {
    body = record(await response.json());
  } catch {
    throw new ApiError(`HTTP ${response.status}`);
  }
  if (body['status'] !== 'success') throw new ApiError(text(body['error']) || `HTTP ${response.status}`);
  return body['data'];
}

export async function query(expression: string, signal?: AbortSignal): Promise<Sample[]> {
  return parse_vector(await call('query', new URLSearchParams({ query: expression }), signal));
}

export async function query_range(
  expression: string,
  from_ms: number,
  to_ms: number,
  step_ms: number,
  signal?: AbortSignal,
): Promise<HistorySeries[]> {
  const form = new URLSearchParams({
    query: expression,
    start: (from_ms / 1000).toFixed(3),
    end: (to_ms / 1000).toFixed(3),
    step: String(step_ms / 1000),
  });
  return parse_matrix(await call('query_range', form, signal));
}

export async function rule_groups(): Promise<GroupAnswer[]> {
  return parse_groups(await call('rules'));
}

export async function targets(): Promise<TargetAnswer[]> {
  return parse_targets(await call('targets'));
}

export async function metadata(): Promise<MetricAnswer[]> {
  return parse_metadata(await call('metadata'));
}

export async function build_info(): Promise<Labels> {
  return parse_labels(await call('status/buildinfo'));
}

/** Collectors, receivers and store; empty where the server has none of its own to tell. */
export async function own_status(): Promise<OwnStatus> {
  try {
    return parse_own_status(await call('status/lapwing'));
  } catch {
    return parse_own_status(null);
  }
}

/** What no receiver took, newest first; empty where the server keeps no such history. */
export async function dead_letters(limit: number): Promise<DeadLetterAnswer[]> {
  try {
    return parse_dead_letters(await call(`history/dead_letters?limit=${limit}`));
  } catch {
    return [];
  }
}
