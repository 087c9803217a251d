import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alert_book, kNoAlerts, type Alert } from '../../../dashboard/web/src/alerts.ts';
import { parse_groups } from '../../../dashboard/web/src/api.ts';
import { unclear_line } from '../../../dashboard/web/src/pages/services.ts';
import { kServiceQueries, sampling_of, service_history, services, unclear, type Answers } from '../../../dashboard/web/src/services.ts';
import type { Sample } from '../../../dashboard/web/src/timeline.ts';
import { Words } from '../../../dashboard/web/src/words.ts';
import { rule } from './rules.ts';

type Given = Partial<Record<Parameters<Answers>[0], Sample[]>>;
const of = (given: Given): Answers => (name) => given[name] ?? [];
const sample = (value: number, labels: Record<string, string>): Sample => ({ labels, value });
const redis = { service: 'redis', port: '6379' };
const nginx = { service: 'nginx', port: '80' };
const backend = { remote: '10.0.0.5:5432' };

function alerts_about(labels: Record<string, string>): Alert[] {
  const rules = [rule('ServiceLatencyHigh', { severity: 'critical', labels })];
  return alert_book(parse_groups({ groups: [{ name: 'g', file: 'f', interval: 15, rules }] })).alerts;
}

test('services: one row each, with rate, share of errors and quantiles', () => {
  const rows = services(
    of({
      answered: [sample(100, redis), sample(5, backend)],
      asked: [sample(100, redis)],
      failed: [sample(2, redis)],
      quantiles: [sample(0.001, { ...redis, quantile: '0.5' }), sample(0.02, { ...redis, quantile: '0.99' })],
    }),
    kNoAlerts.alerts,
  );
  assert.deepEqual(
    rows.map(({ name, port, elsewhere, rate, failed, p50, p99 }) => [name, port, elsewhere, rate, failed, p50, p99]),
    [
      ['10.0.0.5:5432', '', true, 5, null, null, null],
      ['redis', '6379', false, 100, 0.02, 0.001, 0.02],
    ],
  );
});

test('services: without a failed request the share is zero; without requests it is not known', () => {
  const rows = services(of({ answered: [sample(1, redis), sample(0, nginx)], asked: [sample(1, redis), sample(0, nginx)] }), []);
  assert.deepEqual(rows.map((row) => [row.name, row.failed]), [['nginx', null], ['redis', 0]]);
});

test('services: what hurts comes first, then those that are called, then the silent', () => {
  const silent = { service: 'a', port: '1' };
  // Nginx was called, though not in the last ten seconds.
  const answered = [sample(0, silent), sample(0, nginx), sample(9, redis)];
  const given = of({ answered, lately: [sample(3, nginx), sample(90, redis)] });
  assert.deepEqual(services(given, []).map((row) => row.name), ['nginx', 'redis', 'a']);
  assert.deepEqual(services(of({ lately: [sample(3, nginx)] }), []), [], 'one that has gone');
  assert.deepEqual(services(given, alerts_about(redis)).map((row) => row.name), ['redis', 'nginx', 'a']);
  assert.deepEqual(services(given, alerts_about({ ...redis, port: '6380' })).map((row) => row.alert), [null, null, null]);
});

test('services: a sample of the connections stands for all of them', () => {
  const given = of({ answered: [sample(10, redis)], sampling: [sample(0.25, {})] });
  assert.equal(services(given, [])[0]?.rate, 40);
  assert.equal(sampling_of(of({ sampling: [sample(NaN, {})] })), 1);
  assert.match(unclear_line(given, new Words('en')), /1 in 4 connections/);
});

test('services: what times do not tell is said, the most first, and nothing when there is nothing', () => {
  const given = of({
    unclear: [sample(2.9, { reason: 'tls' }), sample(0.2, { reason: 'gap' }), sample(1500, { reason: 'pipelined' })],
    dropped: [sample(40, {})],
  });
  assert.deepEqual(unclear(given), [['pipelined', 1500], ['dropped', 40], ['tls', 3]]);
  const line = unclear_line(given, new Words('en'));
  assert.match(line, /1500 × request sent before.*40 × packet dropped.*3 × encrypted/);
  assert.equal(unclear_line(of({}), new Words('en')), '');
  assert.match(unclear_line(of({ unclear: [sample(1, { reason: 'new' })] }), new Words('zh')), /1 new/);
});

test('services: figures lead to their series, here and elsewhere', () => {
  const here = service_history({ name: 'redis', port: '6379', elsewhere: false });
  assert.equal(here.p99.query, 'service_latency_quantile_seconds{job="node",service="redis",port="6379",quantile="0.99"}');
  assert.equal(here.rate.query, 'sum(rate(service_latency_seconds_count{job="node",service="redis",port="6379"}[1m]))');
  const there = service_history({ name: '10.0.0.5:5432', port: '', elsewhere: true });
  assert.equal(there.quantiles.query, 'service_client_latency_quantile_seconds{job="node",remote="10.0.0.5:5432"}');
});

test('services: every query is closed and names its job', () => {
  for (const query of kServiceQueries) {
    const text = query.expression(1000);
    assert.match(text, /job="(node|lapwing)"/);
    assert.equal(text.split('(').length, text.split(')').length, text);
  }
});
