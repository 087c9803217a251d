// More samples than pixels: the mean, least and greatest of each bin. Bins lie on a fixed grid of
// time, so that a bin's figures do not change while the window moves over them.

import type { Column } from './timeline.ts';

export interface Bins {
  times: number[];
  mean: Column[];
  low: Column[];
  high: Column[];
  /** False when every bin holds one sample: then low and high say nothing. */
  merged: boolean;
}

/** Width of a bin: a whole number of steps, at least 1.4 pixels. */
export function bin_width(span_ms: number, step_ms: number, pixels: number): number {
  const steps_a_pixel = span_ms / step_ms / Math.max(1, pixels);
  return step_ms * (steps_a_pixel > 1.2 ? Math.ceil(steps_a_pixel * 1.4) : 1);
}

/** Bins of all columns between two times (with one bin beyond each end, to draw to the edge). */
export function binned(
  times: readonly number[],
  columns: readonly Column[],
  from_ms: number,
  to_ms: number,
  width_ms: number,
  step_ms: number,
): Bins {
  const out: Bins = {
    times: [],
    mean: columns.map(() => []),
    low: columns.map(() => []),
    high: columns.map(() => []),
    merged: width_ms > step_ms,
  };
  let slot = 0;
  while (slot < times.length && times[slot]! < from_ms - width_ms) slot += 1;
  while (slot < times.length && times[slot]! <= to_ms + width_ms) {
    const bin = Math.ceil(times[slot]! / width_ms);
    let end = slot + 1;
    while (end < times.length && Math.ceil(times[end]! / width_ms) === bin) end += 1;
    // A whole bin stands at its middle; the newest, not yet full, at its newest sample.
    const newest = end === times.length;
    out.times.push(end - slot === 1 || newest ? times[end - 1]! : (times[slot]! + times[end - 1]!) / 2);
    columns.forEach((column, index) => fold(out, index, column, slot, end));
    slot = end;
  }
  return out;
}

function fold(out: Bins, index: number, column: Column, begin: number, end: number): void {
  let sum = 0;
  let seen = 0;
  let least = Infinity;
  let greatest = -Infinity;
  for (let slot = begin; slot < end; slot += 1) {
    const value = column[slot];
    if (value === null || value === undefined) continue;
    sum += value;
    seen += 1;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  out.mean[index]!.push(seen ? sum / seen : null);
  out.low[index]!.push(seen ? least : null);
  out.high[index]!.push(seen ? greatest : null);
}
