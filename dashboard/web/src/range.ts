// Which span of time the page shows, at what step it asks for it, and over what window rates are
// taken. Pure; milliseconds throughout.

export interface View {
  /** Length of the live window. */
  span_ms: number;
  /** A fixed window in the past, or null while live. */
  fixed: { from_ms: number; to_ms: number } | null;
}

export interface Preset {
  name: string;
  span_ms: number;
}

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

export const kPresets: readonly Preset[] = [
  { name: '5m', span_ms: 5 * kMinute },
  { name: '15m', span_ms: 15 * kMinute },
  { name: '1h', span_ms: kHour },
  { name: '6h', span_ms: 6 * kHour },
  { name: '24h', span_ms: kDay },
  { name: '7d', span_ms: 7 * kDay },
];
export const kDefaultSpan = 15 * kMinute;
const kShortestSpan = 10_000;
const kLongestSpan = 400 * kDay;

const kSteps = [1, 2, 4, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
// More points than this are below a pixel on the widest layout.
const kMostPoints = 960;

export function window_of(view: View, now_ms: number): [number, number] {
  if (view.fixed) return [view.fixed.from_ms, view.fixed.to_ms];
  return [now_ms - view.span_ms, now_ms];
}

export function span_of(view: View): number {
  return view.fixed ? view.fixed.to_ms - view.fixed.from_ms : view.span_ms;
}

/** The step of a query over a span: whole seconds, and no more points than a chart can show. */
export function step_for(span_ms: number): number {
  const seconds = kSteps.find((step) => span_ms / (step * 1000) <= kMostPoints);
  if (seconds !== undefined) return seconds * 1000;
  return Math.ceil(span_ms / kMostPoints / kDay) * kDay;
}

/**
 * The rate of a counter at a step. At one second it is the difference of the newest two samples,
 * looked for in five seconds; beyond it the mean of the step, so that no second is left out.
 */
export function rate_of(selector: string, step_ms: number): string {
  if (step_ms <= 1000) return `irate(${selector}[5s])`;
  return `rate(${selector}[${Math.max(5, Math.round(step_ms / 1000))}s])`;
}

/** A window that a drag chose: in order, not too short, not in the future. */
export function fixed_window(a_ms: number, b_ms: number, now_ms: number): View['fixed'] {
  const to_ms = Math.min(Math.max(a_ms, b_ms), now_ms);
  const from_ms = Math.max(Math.min(a_ms, b_ms, to_ms - kShortestSpan), to_ms - kLongestSpan);
  return { from_ms: Math.round(from_ms), to_ms: Math.round(to_ms) };
}

/** Moves a window by a part of its span; past now it is live again. */
export function shifted(view: View, part: number, now_ms: number): View {
  const [from, to] = window_of(view, now_ms);
  const move = (to - from) * part;
  if (to + move >= now_ms) return { span_ms: view.span_ms, fixed: null };
  return { span_ms: view.span_ms, fixed: { from_ms: Math.round(from + move), to_ms: Math.round(to + move) } };
}

/** Zooms about the middle of a fixed window, or keeps the right end of a live one. */
export function zoomed(view: View, factor: number, now_ms: number): View {
  const [from, to] = window_of(view, now_ms);
  const span = Math.min(kLongestSpan, Math.max(kShortestSpan, (to - from) * factor));
  if (!view.fixed) return { span_ms: Math.round(span), fixed: null };
  const middle = (from + to) / 2;
  return {
    span_ms: view.span_ms,
    fixed: fixed_window(middle - span / 2, middle + span / 2, now_ms),
  };
}
