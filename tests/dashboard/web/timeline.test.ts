import assert from 'node:assert/strict';
import { test } from 'node:test';

import { key_of, Timeline, type HistorySeries, type Sample } from '../../../dashboard/web/src/timeline.ts';

const sample = (value: number, labels = {}): Sample => ({ labels, value });
const series = (points: [number, number][], labels = {}): HistorySeries => ({ labels, points });
const values = (timeline: Timeline, query = 0) => timeline.series(query).map((one) => one.values);

test('timeline: history lies on the grid, missing steps are null', () => {
  const timeline = new Timeline(1000, 1);
  timeline.load(1000, 4000, [[series([[1000, 1], [2000, 2], [4000, 4]])]]);
  assert.deepEqual(timeline.times, [1000, 2000, 3000, 4000]);
  assert.deepEqual(values(timeline), [[1, 2, null, 4]]);
});

test('timeline: NaN and infinities of history are missing', () => {
  const timeline = new Timeline(1000, 1);
  timeline.load(1000, 3000, [[series([[1000, NaN], [2000, Infinity], [3000, 3]])]]);
  assert.deepEqual(values(timeline), [[null, null, 3]]);
});

test('timeline: points outside the grid are left out', () => {
  const timeline = new Timeline(1000, 1);
  timeline.load(1000, 2000, [[series([[0, 9], [1000, 1], [9000, 9]])]]);
  assert.deepEqual(values(timeline), [[1, null]]);
});

test('timeline: live instants follow history, older ones are ignored', () => {
  const timeline = new Timeline(1000, 1);
  timeline.load(1000, 2000, [[series([[1000, 1], [2000, 2]])]]);
  timeline.append(3000, [[sample(3)]]);
  timeline.append(3000, [[sample(9)]]);
  timeline.append(2500, [[sample(9)]]);
  assert.deepEqual(timeline.times, [1000, 2000, 3000]);
  assert.deepEqual(values(timeline), [[1, 2, 3]]);
});

test('timeline: within a coarse step the newest instant replaces the one before', () => {
  const timeline = new Timeline(4000, 1);
  timeline.load(4000, 8000, [[series([[4000, 1], [8000, 2]])]]);
  for (const time of [9000, 10_000, 11_000, 12_000]) timeline.append(time, [[sample(time)]]);
  assert.deepEqual(timeline.times, [4000, 8000, 12_000]);
  assert.deepEqual(values(timeline), [[1, 2, 12_000]]);
  timeline.append(13_000, [[sample(13)]]);
  assert.equal(timeline.times.length, 4);
});

test('timeline: a missed stretch breaks the line', () => {
  const timeline = new Timeline(1000, 1);
  timeline.append(1000, [[sample(1)]]);
  timeline.append(10_000, [[sample(2)]]);
  assert.deepEqual(timeline.times, [1000, 2000, 10_000]);
  assert.deepEqual(values(timeline), [[1, null, 2]]);
});

test('timeline: one late second does not break the line', () => {
  const timeline = new Timeline(1000, 1);
  timeline.append(1000, [[sample(1)]]);
  timeline.append(3000, [[sample(2)]]);
  assert.deepEqual(values(timeline), [[1, 2]]);
});

test('timeline: a failed query leaves a gap in its series only', () => {
  const timeline = new Timeline(1000, 2);
  timeline.append(1000, [[sample(1)], [sample(10)]]);
  timeline.append(2000, [null, [sample(20)]]);
  assert.deepEqual(values(timeline, 0), [[1, null]]);
  assert.deepEqual(values(timeline, 1), [[10, 20]]);
});

test('timeline: a series that appears later has nulls before', () => {
  const timeline = new Timeline(1000, 1);
  timeline.append(1000, [[sample(1, { device: 'sda' })]]);
  timeline.append(2000, [[sample(2, { device: 'sda' }), sample(5, { device: 'sdb' })]]);
  assert.deepEqual(values(timeline), [[1, 2], [null, 5]]);
});

test('timeline: the order of labels does not make another series', () => {
  assert.equal(key_of({ a: '1', b: '2' }), key_of({ b: '2', a: '1' }));
  assert.notEqual(key_of({ a: '1,b=2' }), key_of({ a: '1', b: '2' }));
});

test('timeline: more series than the limit are refused and counted', () => {
  const timeline = new Timeline(1000, 1, 2);
  timeline.append(1000, [['a', 'b', 'c'].map((device) => sample(1, { device }))]);
  assert.equal(timeline.series(0).length, 2);
  assert.equal(timeline.refused, 1);
});

test('timeline: trimming drops the old in batches, and series that are gone', () => {
  const timeline = new Timeline(1000, 1);
  for (let second = 1; second <= 200; second += 1) {
    timeline.append(second * 1000, [[sample(second), ...(second < 50 ? [sample(1, { device: 'gone' })] : [])]]);
  }
  timeline.trim(30_000);
  assert.equal(timeline.times.length, 200, 'a few are kept until there is a batch');
  timeline.trim(101_000);
  assert.equal(timeline.times[0], 101_000);
  assert.equal(timeline.series(0).length, 1);
  assert.equal(values(timeline)[0]!.length, timeline.times.length);
});

test('timeline: gaps are where no series of the query has a value', () => {
  const timeline = new Timeline(1000, 1);
  timeline.load(0, 6000, [[series([[1000, 1], [2000, 1], [5000, 1]]), series([[3000, 1]], { device: 'b' })]]);
  assert.deepEqual(timeline.gaps(0), [[3000, 5000]]);
  assert.equal(timeline.first_sample_ms(0), 1000);
});

test('timeline: an empty one has no first sample and no gap', () => {
  const timeline = new Timeline(1000, 1);
  assert.equal(timeline.first_sample_ms(0), null);
  assert.deepEqual(timeline.gaps(0), []);
});
