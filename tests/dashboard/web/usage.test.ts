import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Sample } from '../../../dashboard/web/src/timeline.ts';
import { kUsageQueries, usage_history, usages, type UsageAnswers } from '../../../dashboard/web/src/usage.ts';

type Given = Partial<Record<Parameters<UsageAnswers>[0], Sample[]>>;
const of = (given: Given): UsageAnswers => (name) => given[name] ?? [];
const sample = (service: string, value: number): Sample => ({ labels: { service }, value });

test('usage: one row a service with whatever is known of it', () => {
  const rows = usages(
    of({
      cpu: [sample('redis', 0.25)],
      lately: [sample('redis', 0.2)],
      memory: [sample('redis', 1024), sample('cron', 512)],
      disk: [sample('redis', 10)],
      network: [sample('redis', 20)],
      waiting: [sample('redis', 0.5)],
    }),
  );
  assert.deepEqual(rows, [
    { service: 'redis', cpu: 0.25, lately: 0.2, memory: 1024, disk: 10, network: 20, waiting: 0.5 },
    { service: 'cron', memory: 512 },
  ]);
});

test('usage: the order follows the last minutes, not the last second, and the rest comes last', () => {
  const rows = usages(
    of({
      cpu: [sample('burst', 0.9), sample('steady', 0.3), sample('other', 1)],
      lately: [sample('other', 1), sample('burst', 0.1), sample('steady', 0.3), sample('b10', 0), sample('b9', 0)],
    }),
  );
  assert.deepEqual(rows.map((row) => row.service), ['steady', 'burst', 'b9', 'b10', 'other']);
});

test('usage: a figure leads to the same expression of its service alone', () => {
  assert.equal(
    usage_history('a "b"').memory.query,
    'sum by (service) (service_memory_proportional_bytes{job="node",service="a \\"b\\""}) or ' +
      'sum by (service) (service_memory_resident_bytes{job="node",service="a \\"b\\""})',
  );
  for (const { query } of Object.values(usage_history('redis'))) assert.equal(query.split('(').length, query.split(')').length, query);
});

test('usage: every query is closed and names its job', () => {
  for (const query of kUsageQueries) {
    const text = query.expression(1000);
    assert.match(text, /job="node"/);
    assert.equal(text.split('(').length, text.split(')').length, text);
  }
});
