import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse_dead_letters } from '../../../dashboard/web/src/api.ts';
import { Clock } from '../../../dashboard/web/src/clock.ts';
import { dead_letter_row } from '../../../dashboard/web/src/dead_letters.ts';
import { Words } from '../../../dashboard/web/src/words.ts';

const words = new Words('en');
const context = { words, clock: new Clock(words, 'utc'), now_ms: () => Date.parse('2026-01-01T00:02:00Z') };
const plain = (text: string | undefined) => (text ?? '').replaceAll('\u202f', ' ');

const letter = {
  at: '2026-01-01T00:00:00.000Z',
  receiver: 'team',
  groupKey: '{}:{alertname="A"}',
  groupLabels: { alertname: 'A' },
  why: 'given up',
  attempts: 7,
  lastError: 'refused',
  notification: { alerts: [{ labels: { alertname: 'A', i: '1' } }, { labels: { alertname: 'A', i: '2' } }, { labels: { alertname: 'B' } }] },
};

test('dead letters: what was lost, how much, where, when and why', () => {
  const [row] = parse_dead_letters([letter]).map((one) => dead_letter_row(one, context));
  assert.deepEqual(row!.cells.map((cell) => plain(cell.text)), ['A, B', '3', 'team', '2 min ago', '7']);
  assert.equal(row!.cells[0]!.below, 'given up: refused');
});

test('dead letters: without names the group tells which', () => {
  const nameless = (more: object) => dead_letter_row(parse_dead_letters([{ ...letter, notification: {}, ...more }])[0]!, context).cells[0]!.text;
  assert.equal(nameless({ groupLabels: { zone: 'west' } }), 'zone="west"');
  assert.equal(nameless({ groupLabels: {} }), '{}:{alertname="A"}');
});

test('dead letters: what is no list is none, and odd members do no harm', () => {
  assert.deepEqual(parse_dead_letters({}), []);
  assert.deepEqual(parse_dead_letters(null), []);
  const [odd] = parse_dead_letters([{ at: 7, receiver: [], alerts: 'x', notification: { alerts: [null, { labels: { alertname: 'a\u202eb' } }] } }]);
  const row = dead_letter_row(odd!, context);
  assert.equal(row.cells[0]!.text, 'a\u2421b');
  assert.equal(row.cells[3]!.text, '–');
});
