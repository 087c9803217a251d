import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alert_book, kNoAlerts } from '../../../dashboard/web/src/alerts.ts';
import { parse_groups } from '../../../dashboard/web/src/api.ts';
import { Clock } from '../../../dashboard/web/src/clock.ts';
import { collecting_since, page_title, state_sentence, type Situation } from '../../../dashboard/web/src/sentence.ts';
import { Words, type Language } from '../../../dashboard/web/src/words.ts';
import { rule, type RuleShape } from './rules.ts';

const kAt = Date.UTC(2026, 2, 5, 3, 11, 58);
const book = (...rules: object[]) => alert_book(parse_groups({ groups: [{ name: 'g', rules }] }));
const latency = (name: string, shape: RuleShape = {}) =>
  rule(name, { value: '1.84', annotations: { unit: 'seconds' }, ...shape });

function say(change: Partial<Situation>, language: Language = 'en') {
  const words = new Words(language);
  const situation = { book: kNoAlerts, known: true, gone: false, last_heard_ms: kAt, collecting_since_ms: null, past: false };
  const said = state_sentence({ ...situation, ...change }, words, new Clock(words, 'utc'));
  const text = (parts: readonly { text: string }[]) => parts.map((part) => part.text).join('').replaceAll('\u202f', ' ');
  return { kind: said.kind, sentence: text(said.sentence), why: text(said.why), parts: said.sentence };
}

test('sentence: nothing hurts', () => {
  const quiet = book(latency('X', { none: true }));
  assert.equal(say({ book: quiet }).sentence, 'All quiet');
  assert.equal(say({ book: quiet }).why, '1 rule, nothing firing or pending.');
  assert.equal(say({ book: quiet }, 'zh').sentence, '一切正常');
});

test('sentence: one alert names subject, measure and value', () => {
  const one = book(latency('P99Latency', { labels: { service: 'redis' } }));
  assert.equal(say({ book: one }).sentence, '1 alert: redis P99 latency 1.84 s');
  assert.equal(say({ book: one }, 'zh').sentence, '1 条告警：redis P99 latency 1.84 s');
  assert.equal(say({ book: one }).parts.find((part) => part.look === 'v')?.text, '1.84\u202fs');
});

test('sentence: at most two alerts, the rest is counted', () => {
  const three = book(...['A', 'B', 'C'].map((service, at) => latency('Slow', { at, labels: { service } })));
  assert.equal(say({ book: three }).sentence, '3 alerts: A slow 1.84 s, B slow 1.84 s, and 1 more');
});

test('sentence: two long alerts are too much, one is named', () => {
  const two = book(...['first', 'second'].map((name, at) => latency('AVeryLongNameOfAnAlertThatSaysMuch', { at, labels: { service: `${name}-service` } })));
  assert.match(say({ book: two }).sentence, /^2 alerts: first-service .* 1\.84 s, and 1 more$/);
});

test('sentence: only pending', () => {
  const one = book(latency('QueueLong', { state: 'pending', labels: { service: 'rabbitmq' } }));
  assert.equal(say({ book: one }).sentence, 'Nothing firing, 1 pending: rabbitmq queue long 1.84 s');
});

test('sentence: rules that cannot be evaluated are named', () => {
  const broken = book({ ...latency('One', { none: true }), health: 'err' }, { ...latency('Two', { none: true }), health: 'err' });
  assert.equal(say({ book: broken }).sentence, '2 rules cannot be evaluated: One, Two');
  assert.equal(say({ book: broken }, 'zh').sentence, '2 条规则无法评估：One，Two');
});

test('sentence: a firing alert comes before broken rules, which are still told', () => {
  const both = book(latency('X'), { ...latency('Bad', { none: true }), health: 'err' });
  assert.equal(say({ book: both }).kind, 'alerts');
  assert.equal(say({ book: both }).why, '1 rule cannot be evaluated.');
});

test('sentence: no answer comes before everything', () => {
  const one = book(latency('X'));
  assert.equal(say({ book: one, gone: true }).sentence, 'No answer from the agent since 03:11:58');
  assert.equal(say({ gone: true }, 'zh').sentence, '自 03:11:58 起代理无响应');
  assert.equal(say({ gone: true, last_heard_ms: null }).sentence, 'No answer from the agent');
});

test('sentence: the first minute', () => {
  assert.equal(say({ collecting_since_ms: kAt - 18_000 }).sentence, 'Collecting since 03:11:40');
});

test('sentence: it says so when the charts show the past', () => {
  assert.match(say({ past: true }).why, /speaks of now/);
});

test('sentence: nothing is claimed before the rules were read', () => {
  assert.deepEqual(say({ known: false }).sentence, '');
  assert.equal(say({ known: false }).kind, 'loading');
});

test('collecting: only while the first sample is young and lies inside the window', () => {
  assert.equal(collecting_since(kAt - 20_000, kAt - 900_000, kAt), kAt - 20_000);
  assert.equal(collecting_since(kAt - 61_000, kAt - 900_000, kAt), null);
  assert.equal(collecting_since(kAt - 30_000, kAt - 31_000, kAt), null);
  assert.equal(collecting_since(null, 0, kAt), null);
});

test('title: begins with the count and names the worst', () => {
  const two = book(latency('Slow', { labels: { service: 'orders' } }), latency('P99', { severity: 'critical', labels: { service: 'postgresql' } }));
  assert.equal(page_title(two, 'shop-1').replaceAll('\u202f', ' '), '(2) postgresql P99 1.84 s · shop-1 · Lapwing');
  assert.equal(page_title(kNoAlerts, ''), 'Lapwing');
});
