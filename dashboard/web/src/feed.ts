// What a page's queries say: the history of the range that is shown, the live stream appended to
// it, and the newest answers. One feed at a time; another page or range makes it start over,
// and the old samples stay until the new ones are there.

import { ApiError, query, query_range } from './api.ts';
import { LiveStream, type EventStream, type Instant, type LiveState } from './live.ts';
import { step_for, span_of, window_of, type View } from './range.ts';
import { Timeline, type HistorySeries, type Sample } from './timeline.ts';

/** A query of the page; what depends on the step (a rate's window) is made for it. */
export interface FeedQuery {
  expression: (step_ms: number) => string;
  /** False for figures that are only shown as they are now. */
  history: boolean;
}

export interface FeedEvents {
  /** A live instant has arrived; history may have grown by it. */
  instant(instant: Instant): void;
  /** History was loaded, or could not be. */
  loaded(): void;
  state(state: LiveState, before: LiveState): void;
}

const kAtOnce = 4;
const kMargin = 5_000;

export class Feed {
  timeline = new Timeline(1000, 0);
  /** The newest live answers, in the order of the queries. */
  latest: (Sample[] | null)[] = [];
  errors: (string | null)[] = [];
  /** The agent's time of the newest instant. */
  now_ms: number;
  last_heard_ms: number | null = null;
  loading = false;
  readonly live: LiveStream;
  private queries: readonly FeedQuery[] = [];
  private view: View = { span_ms: 0, fixed: null };
  private round = 0;
  private abort: AbortController | null = null;
  private waiting: Instant[] = [];
  /** What the stream was opened with; null: it is not open. */
  private open_expressions: string | null = null;

  constructor(
    open_stream: (url: string) => EventStream,
    now: () => number,
    private readonly events: FeedEvents,
  ) {
    this.now_ms = now();
    this.live = new LiveStream(
      open_stream,
      now,
      (instant) => this.hear(instant),
      (state, before) => this.change(state, before),
    );
  }

  /** The newest live answer to one of the queries that are shown; nothing yet: none. */
  answer(query: FeedQuery): readonly Sample[] {
    return this.latest[this.queries.indexOf(query)] ?? [];
  }

  /** Shows these queries over this view; takes both up anew even if they are the same. */
  show(queries: readonly FeedQuery[], view: View): void {
    if (queries !== this.queries) {
      this.latest = queries.map(() => null);
      this.errors = queries.map(() => null);
      this.timeline = new Timeline(step_for(span_of(view)), queries.length);
    }
    this.queries = queries;
    this.view = view;
    this.open_live();
    void this.load();
  }

  /** Takes up the stream and the history again, as after a pause. */
  resume(): void {
    this.open_expressions = null;
    this.open_live();
    void this.load();
  }

  pause(): void {
    this.open_expressions = null;
    this.live.close();
  }

  private open_live(): void {
    const step_ms = this.view.fixed ? 1000 : step_for(this.view.span_ms);
    const expressions = this.queries.map((one) => one.expression(step_ms));
    const all = expressions.join('\n');
    if (all === this.open_expressions) return;
    this.open_expressions = all;
    this.live.open(expressions);
  }

  private hear(instant: Instant): void {
    this.now_ms = instant.time_ms;
    this.last_heard_ms = instant.time_ms;
    this.latest = instant.answers;
    this.errors = this.errors.map((error, index) => instant.errors[index] ?? (instant.answers[index] ? null : error));
    if (!this.view.fixed) {
      // History may take a while on a busy host; the present is shown at once, and put behind
      // history again when that has come.
      if (this.loading) this.waiting.push(instant);
      this.extend(instant);
    }
    this.events.instant(instant);
  }

  private extend(instant: Instant): void {
    this.timeline.append(
      instant.time_ms,
      instant.answers.map((answer, index) => (this.queries[index]?.history ? answer : null)),
    );
    this.timeline.trim(instant.time_ms - this.view.span_ms - 2 * this.timeline.step_ms);
  }

  private change(state: LiveState, before: LiveState): void {
    // What was missed while the stream was gone is filled in.
    if (state === 'live' && before === 'lost') void this.load();
    this.events.state(state, before);
  }

  private async load(): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const round = (this.round += 1);
    this.loading = true;
    this.waiting = [];
    const step_ms = step_for(span_of(this.view));
    const next = new Timeline(step_ms, this.queries.length);
    try {
      const [from, to] = window_of(this.view, await this.agent_time(abort.signal));
      const first = Math.ceil((from - kMargin) / step_ms) * step_ms;
      const last = Math.floor(to / step_ms) * step_ms;
      const answers = await this.ask(first, last, step_ms, abort.signal);
      if (round !== this.round) return;
      next.load(first, last, answers);
      this.timeline = next;
    } catch {
      // The stream's own loss tells that the agent is gone; the samples that are there stay.
    }
    if (round !== this.round) return;
    this.loading = false;
    for (const instant of this.waiting) this.extend(instant);
    this.waiting = [];
    this.events.loaded();
  }

  /** The agent's clock, not the browser's, says what "now" is. */
  private async agent_time(signal: AbortSignal): Promise<number> {
    const [sample] = await query('time()', signal);
    const time_ms = (sample?.value ?? NaN) * 1000;
    if (!Number.isFinite(time_ms)) throw new ApiError('the agent tells no time');
    this.now_ms = Math.max(time_ms, this.last_heard_ms ?? 0);
    return time_ms;
  }

  private async ask(from: number, to: number, step_ms: number, signal: AbortSignal): Promise<HistorySeries[][]> {
    const answers: HistorySeries[][] = this.queries.map(() => []);
    const waiting = this.queries.map((_, index) => index).filter((index) => this.queries[index]!.history);
    const { queries } = this;
    const errors = [...this.errors];
    const work = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        try {
          answers[index] = await query_range(queries[index]!.expression(step_ms), from, to, step_ms, signal);
          errors[index] = null;
        } catch (error) {
          if (signal.aborted) throw error;
          errors[index] = error instanceof Error ? error.message : String(error);
        }
      }
    };
    await Promise.all(Array.from({ length: kAtOnce }, work));
    if (queries === this.queries) this.errors = errors;
    return answers;
  }
}
