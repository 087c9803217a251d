// The peaks of a span, for pictures too small for every sample.

/** The greatest value of each of `count` equal parts of a window; null where there is none. */
export function peaks(
  points: readonly (readonly [number, number])[],
  from_ms: number,
  to_ms: number,
  count: number,
): (number | null)[] {
  const out: (number | null)[] = new Array<number | null>(count).fill(null);
  for (const [time, value] of points) {
    const bin = Math.min(count - 1, Math.floor(((time - from_ms) / (to_ms - from_ms)) * count));
    if (bin < 0 || time > to_ms || !Number.isFinite(value)) continue;
    const before = out[bin];
    out[bin] = before === null || before === undefined ? value : Math.max(before, value);
  }
  return out;
}
