// The live stream (/api/v1/live): one event a second with the answers to the page's queries.
// It is taken up again by itself, with growing pauses; a stream that falls silent counts as lost.
// Time and the event source are given, so that tests need neither.

import { parse_live_vector } from './api.ts';
import type { Sample } from './timeline.ts';

export interface Instant {
  time_ms: number;
  /** In the order of the queries; null where the query failed. */
  answers: (Sample[] | null)[];
  errors: (string | null)[];
  /** Changes when the alerts change. */
  alerts: string;
}

export type LiveState = 'connecting' | 'live' | 'lost';

/** What LiveStream needs of an EventSource. */
export interface EventStream {
  onmessage: ((event: { data: string }) => void) | null;
  onerror: (() => void) | null;
  close(): void;
}

const kSilence = 5000;
const kFirstPause = 1000;
const kLongestPause = 15_000;

/** One event's text; null if it is not what the stream promises. */
export function parse_instant(data: string, query_count: number): Instant | null {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof event !== 'object' || event === null) return null;
  const { time, results, alerts } = event as Record<string, unknown>;
  if (typeof time !== 'number' || !Number.isFinite(time) || !Array.isArray(results)) return null;
  const instant: Instant = {
    time_ms: Math.round(time * 1000),
    answers: [],
    errors: [],
    alerts: typeof alerts === 'string' ? alerts : '',
  };
  for (let index = 0; index < query_count; index += 1) {
    const one = (results[index] ?? {}) as Record<string, unknown>;
    const failed = typeof one['error'] === 'string' ? one['error'] : null;
    instant.errors.push(failed);
    instant.answers.push(failed === null && Array.isArray(one['result']) ? parse_live_vector(one['result']) : null);
  }
  return instant;
}

export function live_url(expressions: readonly string[]): string {
  return `/api/v1/live?${expressions.map((one) => `query=${encodeURIComponent(one)}`).join('&')}`;
}

export class LiveStream {
  state: LiveState = 'connecting';
  private stream: EventStream | null = null;
  private expressions: readonly string[] = [];
  private heard_at = 0;
  private retry_at: number | null = null;
  private pause = kFirstPause;

  constructor(
    private readonly open_stream: (url: string) => EventStream,
    private readonly now: () => number,
    private readonly on_instant: (instant: Instant) => void,
    private readonly on_state: (state: LiveState, before: LiveState) => void,
  ) {}

  /** Opens the stream for these queries; the one before is closed. */
  open(expressions: readonly string[]): void {
    this.expressions = expressions;
    this.connect();
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
    this.retry_at = null;
  }

  /** Call it about once a second: finds silence, and tries again when it is time. */
  step(): void {
    const now_ms = this.now();
    if (this.retry_at !== null && now_ms >= this.retry_at) this.connect();
    else if (this.stream && now_ms - this.heard_at > kSilence) this.lose();
  }

  try_now(): void {
    this.connect();
  }

  /** Whole seconds until the next try; null while none is due. */
  seconds_left(): number | null {
    return this.retry_at === null ? null : Math.max(0, Math.ceil((this.retry_at - this.now()) / 1000));
  }

  private connect(): void {
    this.close();
    this.heard_at = this.now();
    const stream = this.open_stream(live_url(this.expressions));
    this.stream = stream;
    stream.onmessage = (event) => {
      if (this.stream === stream) this.hear(event.data);
    };
    stream.onerror = () => {
      // The browser would try again by itself; the page wants to say when.
      if (this.stream === stream) this.lose();
    };
  }

  private hear(data: string): void {
    const instant = parse_instant(data, this.expressions.length);
    if (!instant) return;
    this.heard_at = this.now();
    this.pause = kFirstPause;
    this.change('live');
    this.on_instant(instant);
  }

  private lose(): void {
    this.close();
    this.retry_at = this.now() + this.pause;
    this.pause = Math.min(this.pause * 2, kLongestPause);
    this.change('lost');
  }

  private change(state: LiveState): void {
    const before = this.state;
    this.state = state;
    if (state !== before) this.on_state(state, before);
  }
}
