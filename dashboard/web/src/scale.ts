// Where an axis ends and where its lines lie. An axis grows at once and shrinks only after a
// while, so that it does not jump.

import type { Unit } from './format.ts';

const kShrinkAfter = 30_000;

/** The next of 1, 2, 2.5, 4, 5, 10 times a power of ten. */
export function nice(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = value / power;
  return ([1, 2, 2.5, 4, 5].find((step) => factor <= step) ?? 10) * power;
}

const kByteSteps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The next power of two. */
export function nice_bytes(value: number): number {
  if (!(value > 1) || !Number.isFinite(value)) return 1;
  const power = 1024 ** Math.floor(Math.log(value) / Math.log(1024));
  return (kByteSteps.find((step) => value / power <= step) ?? 1024) * power;
}

export function nice_for(unit: Unit, value: number): number {
  return unit === 'bytes' || unit === 'bytes/s' ? nice_bytes(value) : nice(value);
}

/** An axis's end over time: grows at once, shrinks when less was enough for 30 s. 0: nothing was seen yet. */
export class AxisEnd {
  private end = 0;
  private smaller_since: number | null = null;

  constructor(private readonly unit: Unit) {}

  step(greatest: number, now_ms: number): number {
    if (!(greatest > 0)) return this.end;
    const wanted = nice_for(this.unit, greatest * 1.04);
    if (wanted === this.end) {
      this.smaller_since = null;
    } else if (wanted > this.end) {
      this.end = wanted;
      this.smaller_since = null;
    } else if (this.smaller_since === null || now_ms < this.smaller_since) {
      this.smaller_since = now_ms;
    } else if (now_ms - this.smaller_since >= kShrinkAfter) {
      this.end = wanted;
      this.smaller_since = null;
    }
    return this.end;
  }

  /** Another range is another picture: the next step may shrink at once. */
  forget(): void {
    this.end = 0;
    this.smaller_since = null;
  }
}

/** Two lines up to 160 pixels of height, four above; with zero, and fewer on each side, below zero. */
export function value_lines(start: number, end: number, height_px: number): number[] {
  const tall = height_px > 160;
  if (start >= 0) return tall ? [end / 4, end / 2, (end * 3) / 4, end] : [end / 2, end];
  const step = Math.max(end, -start) / (tall ? 2 : 1);
  const lines: number[] = [];
  for (let at = Math.ceil(start / step); at <= Math.floor(end / step); at += 1) lines.push(at * step);
  return lines;
}

const kTimeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
  2592000,
];

/** Distance of time lines in milliseconds: labels of 74 pixels must fit. */
export function time_step(span_ms: number, width_px: number): number {
  const most = Math.max(1, width_px / 74);
  const step = kTimeSteps.find((seconds) => span_ms / 1000 / seconds <= most);
  return (step ?? kTimeSteps[kTimeSteps.length - 1]!) * 1000;
}

/** Multiples of the step in local time (`zone_ms` east of UTC) between two times. */
export function time_lines(from_ms: number, to_ms: number, step_ms: number, zone_ms: number): number[] {
  const lines: number[] = [];
  let time = Math.ceil((from_ms + zone_ms) / step_ms) * step_ms - zone_ms;
  for (; time <= to_ms && lines.length < 100; time += step_ms) lines.push(time);
  return lines;
}
