import assert from 'node:assert/strict';
import { test } from 'node:test';

import { format, format_axis, three, type Unit } from '../../../dashboard/web/src/format.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

test('format: three significant figures with a unit', () => {
  const cases: [Unit, number, string][] = [
    ['bytes', 4.2 * 1024 ** 3, '4.20 GiB'],
    ['bytes', 1023, '1023 B'],
    ['bytes', 1023.8, '1.00 KiB'],
    ['bytes/s', 212 * 1024 ** 2, '212 MiB/s'],
    ['seconds', 0.00038, '380 µs'],
    ['seconds', 0.0009999, '1.00 ms'],
    ['seconds', 1.84, '1.84 s'],
    ['rate', 1200, '1.20 k/s'],
    ['rate', 999.4, '999/s'],
    ['percent', 3.1, '3.1 %'],
    ['percent', 0.02, '0.02 %'],
    ['percent', 98.4, '98 %'],
    ['percent', 0.0012, '0.001 %'],
    ['percent', 9.96, '10 %'],
    ['count', 9999, '9999'],
    ['count', 10840, '10.8 k'],
    ['number', 0.0512, '0.051'],
    ['number', -2.5, '-2.50'],
  ];
  for (const [unit, value, wanted] of cases) assert.equal(plain(format(unit, value)), wanted, `${unit} ${value}`);
});

test('format: the space before the unit is narrow and does not break', () => {
  assert.equal(format('percent', 50), '50\u202f%');
});

test('format: an exact zero is "0" in every unit', () => {
  const units: Unit[] = ['bytes/s', 'seconds', 'rate', 'percent', 'count', 'number'];
  for (const unit of units) assert.equal(format(unit, 0), '0', unit);
});

test('format: what is no number is a dash, never NaN or null', () => {
  for (const value of [null, undefined, NaN, Infinity, -Infinity]) assert.equal(format('bytes', value), '–');
});

test('format: huge and tiny values stay short', () => {
  for (const value of [1e300, 1e-300, -1e18, 5e-7]) assert.ok(format('number', value).length < 12, String(value));
  assert.equal(plain(format('bytes', 2 ** 60)), '1.00 EiB');
});

test('format: axes have no needless zeros and no "/s"', () => {
  assert.equal(plain(format_axis('bytes/s', 50 * 1024 ** 2)), '50 MiB');
  assert.equal(plain(format_axis('seconds', 2)), '2 s');
  assert.equal(plain(format_axis('number', 2.5)), '2.5');
  assert.equal(plain(format_axis('percent', 100)), '100 %');
  assert.equal(plain(format_axis('rate', 10)), '10');
});

test('three: digits follow size', () => {
  assert.deepEqual([0, 1, 12.34, 123.4, 99.96, 0.5].map(three), ['0', '1.00', '12.3', '123', '100', '0.50']);
});
