// An alert's mini chart: what its rule measures, over the page's range, with the limit dashed.

import { h, svg } from '../dom.ts';
import { peaks } from './peaks.ts';

const kWidth = 100;
const kHeight = 30;
const kFloor = 28;
const kBins = 70;

export function mini_chart(
  points: readonly (readonly [number, number])[],
  from_ms: number,
  to_ms: number,
  limit: number | null,
): Element {
  const values = peaks(points, from_ms, to_ms, kBins);
  const seen = values.filter((value): value is number => value !== null);
  if (!seen.length) return h('span', { class: 'mini' });
  const greatest = Math.max(...seen, limit ?? 0, 0) * 1.05 || 1;
  const y = (value: number) => (kFloor - (Math.max(0, value) / greatest) * 26).toFixed(1);
  const x = (bin: number) => ((bin / (kBins - 1)) * kWidth).toFixed(1);
  let line = '';
  let area = '';
  let begin: number | null = null;
  values.forEach((value, bin) => {
    if (value === null) return;
    const starts = bin === 0 || values[bin - 1] === null;
    if (starts) begin = bin;
    line += `${starts ? 'M' : 'L'}${x(bin)} ${y(value)}`;
    area += starts ? `M${x(bin)} ${kFloor}L${x(bin)} ${y(value)}` : `L${x(bin)} ${y(value)}`;
    const ends = bin === kBins - 1 || values[bin + 1] === null;
    if (ends && begin !== null) area += `L${x(bin)} ${kFloor}Z`;
  });
  return svg(
    'svg',
    { class: 'mini', viewBox: `0 0 ${kWidth} ${kHeight}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('path', { class: 'a', d: area }),
    svg('path', { class: 'l', d: line }),
    limit !== null && svg('path', { class: 'th', d: `M0 ${y(limit)}H${kWidth}` }),
  );
}
