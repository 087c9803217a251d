import assert from 'node:assert/strict';
import { test } from 'node:test';

import { by_interest, find_metrics, shows_metric, unit_of } from '../../../dashboard/web/src/metrics.ts';

const metrics = [
  { name: 'node_disk_read_bytes_total', type: 'counter', help: 'Bytes read.' },
  { name: 'node_load1', type: 'gauge', help: 'Load over a minute.' },
  { name: 'service_latency_seconds', type: 'histogram', help: 'Time to answer.' },
];

test('metrics: every word must be in the name or the help, in any case and order', () => {
  const names = (text: string) => find_metrics(metrics, text).map(({ name }) => name);
  assert.deepEqual(names(''), metrics.map(({ name }) => name));
  assert.deepEqual(names('  bytes DISK '), ['node_disk_read_bytes_total']);
  assert.deepEqual(names('minute'), ['node_load1']);
  assert.deepEqual(names('load disk'), []);
});

test('metrics: a counter shows its rate, a histogram its p99, all others themselves', () => {
  assert.deepEqual(metrics.map(shows_metric), [
    'rate(node_disk_read_bytes_total[1m])',
    'node_load1',
    'histogram_quantile(0.99, sum by (le) (rate(service_latency_seconds_bucket[1m])))',
  ]);
});

test('metrics: the unit is what the name says of it', () => {
  assert.deepEqual(metrics.map(unit_of), ['bytes/s', 'number', 'seconds']);
  const of = (name: string, type: string) => unit_of({ name, type });
  assert.equal(of('node_cpu_seconds_total', 'counter'), 'number', 'seconds a second');
  assert.equal(of('node_memory_MemFree_bytes', 'gauge'), 'bytes');
  assert.equal(of('node_boot_time_seconds', 'gauge'), 'number', 'a moment, no duration');
});

test('metrics: the host comes before the agent itself', () => {
  const own = { name: 'lapwing_alerts', type: 'gauge', help: '' };
  const names = by_interest([own, metrics[2]!, metrics[0]!]).map(({ name }) => name);
  assert.deepEqual(names, ['node_disk_read_bytes_total', 'service_latency_seconds', 'lapwing_alerts']);
});
