import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse_labels, parse_metadata, parse_own_status, parse_time, parse_value } from '../../../dashboard/web/src/api.ts';
import { Clock } from '../../../dashboard/web/src/clock.ts';
import { host_index, is_physical_disk, is_physical_interface, kHostQueries, memory_parts, summed } from '../../../dashboard/web/src/host.ts';
import { Timeline } from '../../../dashboard/web/src/timeline.ts';
import { Words } from '../../../dashboard/web/src/words.ts';

test('host: used memory is what is neither free, cache nor buffers', () => {
  const timeline = new Timeline(1000, kHostQueries.length);
  const answers = kHostQueries.map(() => [] as { labels: Record<string, string>; value: number }[]);
  const sizes = { MemTotal: 100, MemFree: 30, Buffers: 5, Cached: 20, SReclaimable: 10 };
  answers[host_index('memory')] = Object.entries(sizes).map(([name, value]) => ({
    labels: { __name__: `node_memory_${name}_bytes` },
    value,
  }));
  timeline.append(1000, answers);
  assert.deepEqual(memory_parts(timeline), { used: [35], cache: [30], buffers: [5] });
});

test('host: memory that is not known is a gap, not zero', () => {
  const timeline = new Timeline(1000, kHostQueries.length);
  timeline.append(1000, kHostQueries.map(() => []));
  assert.deepEqual(memory_parts(timeline), { used: [null], cache: [null], buffers: [null] });
});

test('host: sums leave gaps only where nothing has a value', () => {
  assert.deepEqual(summed([[1, null, null], [2, 3, null]], 3), [3, 3, null]);
  assert.deepEqual(summed([], 2), [null, null]);
});

test('host: devices that rest on others are not counted twice', () => {
  for (const name of ['sda', 'nvme0n1', 'vda', 'mmcblk0', 'xvdb']) assert.ok(is_physical_disk(name), name);
  for (const name of ['dm-0', 'md127', 'zram0', 'loop3']) assert.ok(!is_physical_disk(name), name);
  for (const name of ['eth0', 'enp3s0', 'wlan0', 'bond0', 'localnet']) assert.ok(is_physical_interface(name), name);
  for (const name of ['lo', 'veth12ab', 'docker0', 'br-3f', 'cali0']) assert.ok(!is_physical_interface(name), name);
});

test('host: every query of the page is closed and names its job', () => {
  for (const query of kHostQueries) {
    for (const step of [1000, 60_000]) {
      const text = query.expression(step);
      assert.match(text, /job="node"/);
      assert.equal(text.split('(').length, text.split(')').length, text);
    }
  }
});

test('api: values and times as Prometheus writes them', () => {
  assert.deepEqual(['1e+00', '+Inf', '-Inf'].map(parse_value), [1, Infinity, -Infinity]);
  for (const value of ['NaN', '', null, 5, {}]) assert.ok(Number.isNaN(parse_value(value)));
  assert.equal(parse_time('2023-11-14T22:13:20.123456789Z'), 1700000000123);
  for (const value of ['0001-01-01T00:00:00Z', '', null, 'yesterday']) assert.ok(Number.isNaN(parse_time(value)));
});

test('api: labels named as parts of objects are ordinary labels', () => {
  const labels = parse_labels(JSON.parse('{"__proto__":"x","constructor":"y","n":5}'));
  assert.equal(labels['constructor'], 'y');
  assert.equal(labels['__proto__'], 'x');
  assert.equal(labels['n'], undefined);
});

test('api: metrics with the first word about each', () => {
  const said = { up: [{ type: 'gauge', help: 'Up?' }, { type: 'counter', help: 'Else.' }], a_total: [{ type: 'counter' }], odd: 'text' };
  assert.deepEqual(parse_metadata(said), [
    { name: 'up', type: 'gauge', help: 'Up?' },
    { name: 'a_total', type: 'counter', help: '' },
    { name: 'odd', type: '', help: '' },
  ]);
  assert.deepEqual(parse_metadata(null), []);
});

test("api: the agent's own status, whatever of it is there", () => {
  const status = parse_own_status({
    collectors: [{ name: 'cpu', available: true, lastError: '', intervalSeconds: 1, series: 5, refusedSeries: 2 }, null],
    store: { series: 9, bytesOnDisk: 10, oldest: null, trouble: 'full' },
  });
  assert.equal(status.collectors[0]!.refused, 2);
  assert.equal(status.collectors.length, 2);
  assert.equal(status.store.trouble, 'full');
  assert.ok(Number.isNaN(status.store.oldest_ms));
  for (const nothing of [null, 5, [], { collectors: 7, receivers: {} }]) {
    assert.deepEqual(parse_own_status(nothing).collectors, []);
    assert.deepEqual(parse_own_status(nothing).receivers, []);
  }
});

test('clock: durations as people say them', () => {
  const clock = new Clock(new Words('en'), 'utc');
  const lengths = [0, 4000, 326_000, 60_000, 6_720_000, 183_600_000, 41 * 86_400_000];
  assert.deepEqual(lengths.map((one) => clock.duration(one)), ['0 s', '4 s', '5 min 26 s', '1 min', '1 h 52 min', '2 d 3 h', '41 d']);
  assert.equal(new Clock(new Words('zh'), 'utc').duration(326_000), '5 分 26 秒');
});

test('clock: today the time, this week the weekday, older the date', () => {
  const clock = new Clock(new Words('en'), 'utc');
  const now = Date.UTC(2026, 2, 5, 3, 12, 7);
  assert.equal(clock.moment(now - 1000, now), '03:12:06');
  assert.equal(clock.moment(Date.UTC(2026, 2, 4, 20, 51, 0), now), 'Wed 20:51');
  assert.equal(clock.moment(Date.UTC(2026, 1, 11), now), '2026-02-11');
  assert.equal(clock.zone_name(now), 'UTC');
  assert.equal(clock.moment(NaN, now), '–');
  assert.equal(clock.time(1e300), '–');
});
