import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alert_book, limit_text, name_in_words, onset_ms, rule_history, value_text } from '../../../dashboard/web/src/alerts.ts';
import { parse_groups } from '../../../dashboard/web/src/api.ts';
import { Clock } from '../../../dashboard/web/src/clock.ts';
import { figure_of, limit_figure, parse_limit } from '../../../dashboard/web/src/limit.ts';
import { Words } from '../../../dashboard/web/src/words.ts';
import { series_of } from '../../../dashboard/web/src/minis.ts';
import { rule } from './rules.ts';

const words = new Words('en');
const clock = new Clock(words, 'utc');
const plain = (text: string) => text.replaceAll('\u202f', ' ');
const book = (...rules: object[]) => alert_book(parse_groups({ groups: [{ name: 'g', file: 'f', interval: 1, rules }] }));

test('limit: the comparison at the end of an expression', () => {
  assert.deepEqual(parse_limit('rate(x[5m]) > 0.25'), { measured: 'rate(x[5m])', operator: '>', value: 0.25 });
  assert.deepEqual(parse_limit('(1 - a / b) <= 10'), { measured: '(1 - a / b)', operator: '<=', value: 10 });
  assert.equal(parse_limit('x > 5 * 1024 * 1024')?.value, 5 * 1024 * 1024);
  assert.equal(parse_limit('x{path="a > b"} == 0')?.value, 0);
  assert.equal(parse_limit('x < -1e3')?.value, -1000);
  const joined = parse_limit('free / (size > 0) < 0.1\nand on (device) read_only == 0');
  assert.deepEqual(joined, { measured: 'free / (size > 0)', operator: '<', value: 0.1 });
  assert.equal(parse_limit('a > b and c > 1'), null);
});

test('limit: what is no single comparison with a number has none', () => {
  for (const text of ['x', 'absent(x)', 'a > b', 'a > 1 or b > 2', 'and a > 1', 'a > 1 > 0.5', '(a > 1)', 'x > bool 1', '', '>>', 'x{a="']) {
    assert.equal(parse_limit(text), null, text);
  }
});

test('figure: the annotation decides, then the names in the expression', () => {
  const unit = (text: string, annotations = {}) => Object.values(figure_of(text, annotations)).join(' ');
  assert.equal(unit('x', { unit: 'ratio' }), 'percent 100');
  assert.equal(unit('1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes'), 'percent 100');
  assert.equal(unit('100 * a_bytes / b_bytes'), 'percent 1');
  assert.equal(unit('rate(node_disk_io_time_seconds_total{device="a/b"}[1m])'), 'percent 100');
  assert.equal(unit('rate(d_seconds_total[1m]) / rate(d_completed_total[1m])'), 'seconds 1');
  assert.equal(unit('rate(node_network_receive_bytes_total[1m])'), 'bytes/s 1');
  assert.equal(unit('rate(node_network_receive_errs_total[1m])'), 'rate 1');
  assert.equal(unit('node_load1'), 'number 1');
  assert.equal(Object.values(figure_of('node_load5 / count(c)', {}, 4)).join(' '), 'number 1');
  assert.equal(unit('rate(node_vmstat_pswpin[1m])'), 'rate 1');
});

test('figure: a limit is shown as it was written', () => {
  assert.equal(plain(limit_figure({ unit: 'percent', factor: 100 }, 0.9)), '90 %');
  assert.equal(plain(limit_figure({ unit: 'percent', factor: 100 }, 0.999)), '99.9 %');
  assert.equal(plain(limit_figure({ unit: 'seconds', factor: 1 }, 0.25)), '250 ms');
  assert.equal(plain(limit_figure({ unit: 'bytes', factor: 1 }, 1024 ** 3)), '1 GiB');
});

test('names: camel case reads as words, abbreviations stay', () => {
  assert.equal(name_in_words('HostFilesystemAlmostFull'), 'filesystem almost full');
  assert.equal(name_in_words('HighCPULoad'), 'high CPU load');
  assert.equal(name_in_words('io_pressure'), 'I/O pressure');
  assert.equal(name_in_words('Watchdog'), 'watchdog');
});

test('alerts: firing before pending, critical before warning, the older first', () => {
  const { alerts } = book(
    rule('A', { state: 'pending', at: 1, severity: 'critical' }),
    rule('B', { at: 2, severity: 'warning' }),
    rule('C', { at: 1, severity: 'warning' }),
    rule('D', { at: 9, severity: 'critical' }),
  );
  assert.deepEqual(alerts.map((alert) => alert.rule.name), ['D', 'C', 'B', 'A']);
});

test('alerts: the onset is that of the oldest firing alert, pending ones do not count', () => {
  const one = book(rule('A', { at: 50 }), rule('B', { at: 20 }), rule('C', { state: 'pending', at: 1 }));
  assert.equal(onset_ms(one), 20_000);
  assert.equal(onset_ms(book(rule('C', { state: 'pending', at: 1 }))), null);
});

test('alerts: limit, duration and value read as a sentence does', () => {
  const [alert] = book(rule('DiskSlow', { expr: 'rate(a_seconds_total[1m]) / rate(a_completed_total[1m]) > 0.02', hold: 30, value: '0.086' })).alerts;
  assert.equal(plain(limit_text(alert!, words, clock)), 'above 20 ms for 30 s');
  assert.equal(plain(limit_text(alert!, words, clock, false)), 'above 20 ms');
  assert.equal(plain(value_text(alert!)), '86.0 ms');
});

test('alerts: broken rules and counts', () => {
  const one = book(rule('A', {}), { ...rule('Bad', { none: true }), health: 'err', lastError: 'x' }, { type: 'recording', name: 'r', query: 'x', health: 'ok' });
  assert.deepEqual(one.broken, ['Bad']);
  assert.deepEqual([one.rule_count, one.alert_rule_count, one.group_count], [3, 2, 1]);
});

test('alerts: hostile and missing fields do not break the book', () => {
  for (const data of [null, 5, {}, { groups: null }, { groups: [null, 3, { rules: [null, { alerts: [{}] }] }] }]) {
    assert.deepEqual(alert_book(parse_groups(data)).alerts, []);
  }
  const [alert] = book(rule('X', { labels: { device: `${'a'.repeat(200)}\u202e` } })).alerts;
  assert.ok([...alert!.subject].length <= 40);
  assert.doesNotMatch(alert!.subject, /\u202e/);
});

test('minis: an alert finds the series whose labels it carries', () => {
  const answer = [
    { labels: { __name__: 'm', device: 'sda' }, points: [] },
    { labels: { device: 'sdb' }, points: [] },
  ];
  assert.equal(series_of(answer, { alertname: 'X', device: 'sdb' }), answer[1]);
  assert.equal(series_of(answer, { alertname: 'X', device: 'sdc' }), null);
});

test('alerts: a rule leads to what it measures, in the unit that its figures have', () => {
  const history = (expr: string, annotations = {}) => {
    const [alert] = book(rule('R', { expr, annotations })).alerts;
    return rule_history(alert!.rule, alert!.annotations);
  };
  assert.deepEqual(history('node_load1 > 4'), { query: 'node_load1', unit: 'number' });
  assert.deepEqual(history('avail / size < 0.1'), { query: '100 * (avail / size)', unit: 'percent' });
  assert.deepEqual(history('a > b', { unit: 'bytes' }), { query: 'a > b', unit: 'bytes' });
});
