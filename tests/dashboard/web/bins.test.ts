import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bin_width, binned } from '../../../dashboard/web/src/bins.ts';
import { peaks } from '../../../dashboard/web/src/charts/peaks.ts';
import { AxisEnd, nice, nice_bytes, time_lines, time_step, value_lines } from '../../../dashboard/web/src/scale.ts';

const seconds = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) * 1000);

test('bins: as many samples as pixels are drawn one by one', () => {
  assert.equal(bin_width(300_000, 1000, 300), 1000);
  assert.equal(bin_width(900_000, 1000, 300), 5000);
});

test('bins: the mean is the line, and a peak of one second is kept', () => {
  const column = seconds(10).map((_, index) => (index === 3 ? 100 : 0));
  const bins = binned(seconds(10), [column], 0, 10_000, 5000, 1000);
  assert.ok(bins.merged);
  assert.deepEqual(bins.mean[0], [20, 0]);
  assert.deepEqual(bins.high[0], [100, 0]);
  assert.deepEqual(bins.low[0], [0, 0]);
});

test('bins: a bin without a value is a gap, null is never zero', () => {
  const column = [1, 1, 1, 1, 1, null, null, null, null, null];
  assert.deepEqual(binned(seconds(10), [column], 0, 10_000, 5000, 1000).mean[0], [1, null]);
  assert.deepEqual(binned([1000, 2000], [[null, 4]], 0, 5000, 5000, 1000).mean[0], [4]);
});

test('bins: whole bins stay the same while the window moves', () => {
  const column = seconds(40).map((_, index) => index * index);
  const first = binned(seconds(30), [column.slice(0, 30)], 5000, 30_000, 5000, 1000);
  const later = binned(seconds(33), [column.slice(0, 33)], 8000, 33_000, 5000, 1000);
  for (const [index, time] of first.times.entries()) {
    const same = later.times.indexOf(time);
    if (same > 0 && index > 0) assert.equal(first.mean[0]![index], later.mean[0]![same]);
  }
  assert.ok(later.times.some((time) => first.times.includes(time)));
});

test('peaks: the greatest of each part, gaps stay gaps, times outside are left out', () => {
  assert.deepEqual(peaks([[0, 1], [4, 9], [5, NaN], [6, 2], [99, 5], [-1, 5]], 0, 10, 5), [1, null, 9, 2, null]);
});

test('scale: an axis ends at 1, 2, 2.5, 4, 5, 10; bytes at powers of two', () => {
  assert.deepEqual([0.9, 1.1, 2.1, 3, 4.5, 7, 120].map(nice), [1, 2, 2.5, 4, 5, 10, 200]);
  assert.deepEqual([1000, 3 * 1024, 600 * 1024].map(nice_bytes), [1024, 4 * 1024, 1024 * 1024]);
  for (const value of [0, -1, NaN, Infinity]) assert.equal(nice(value), 1);
});

test('scale: an axis grows at once and shrinks only after 30 s', () => {
  const axis = new AxisEnd('number');
  assert.equal(axis.step(0.9, 0), 1);
  assert.equal(axis.step(90, 1000), 100);
  assert.equal(axis.step(0.9, 2000), 100);
  assert.equal(axis.step(0.9, 31_000), 100);
  assert.equal(axis.step(0.9, 32_000), 1);
  assert.equal(axis.step(90, 33_000), 100);
  axis.forget();
  assert.equal(axis.step(0.9, 33_001), 1);
});

test('scale: an axis that has seen nothing waits, and zero does not stretch it', () => {
  const axis = new AxisEnd('number');
  assert.equal(axis.step(0, 0), 0);
  assert.equal(axis.step(0.15, 1000), 0.2);
  assert.equal(axis.step(0, 2000), 0.2);
});

test('scale: two lines on a low chart, four on a high one', () => {
  assert.deepEqual(value_lines(0, 100, 80), [50, 100]);
  assert.deepEqual(value_lines(0, 100, 200), [25, 50, 75, 100]);
});

test('scale: below zero too, zero has its line', () => {
  assert.deepEqual(value_lines(-100, 50, 200), [-100, -50, 0, 50]);
  assert.deepEqual(value_lines(-100, 0, 80), [-100, 0]);
  assert.deepEqual(value_lines(-60, 100, 200), [-50, 0, 50, 100]);
});

test('scale: time lines stand on whole local minutes and do not crowd', () => {
  const step = time_step(900_000, 320);
  assert.equal(step, 300_000);
  const zone = 5.5 * 3600 * 1000;
  const lines = time_lines(1_700_000_000_000, 1_700_000_900_000, step, zone);
  assert.ok(lines.length >= 2 && lines.length <= 4);
  for (const line of lines) assert.equal((line + zone) % step, 0);
});
