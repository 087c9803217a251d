import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  fixed_window, kPresets, rate_of, shifted, span_of, step_for, window_of, zoomed,
} from '../../../dashboard/web/src/range.ts';
import { format_address, parse_address } from '../../../dashboard/web/src/address.ts';

const kMinute = 60_000;

test('step: whole seconds, and never more points than a chart can show', () => {
  for (const { span_ms } of [...kPresets, { span_ms: 1 }, { span_ms: 400 * 86_400_000 }]) {
    const step = step_for(span_ms);
    assert.equal(step % 1000, 0);
    assert.ok(step >= 1000 && span_ms / step <= 960, `${span_ms}: ${step}`);
  }
});

test('step: five and fifteen minutes are shown second by second', () => {
  assert.equal(step_for(5 * kMinute), 1000);
  assert.equal(step_for(15 * kMinute), 1000);
  assert.equal(step_for(60 * kMinute), 4000);
});

test('rate: at one second the newest difference, beyond it no second is left out', () => {
  assert.equal(rate_of('x', 1000), 'irate(x[5s])');
  assert.equal(rate_of('x', 4000), 'rate(x[5s])');
  assert.equal(rate_of('x', 900_000), 'rate(x[900s])');
});

test('window: live ends now, fixed stays', () => {
  assert.deepEqual(window_of({ span_ms: 1000, fixed: null }, 5000), [4000, 5000]);
  const fixed = { from_ms: 10, to_ms: 20 };
  assert.deepEqual(window_of({ span_ms: 1000, fixed }, 5000), [10, 20]);
  assert.equal(span_of({ span_ms: 1000, fixed }), 10);
});

test('drag: backwards is the same as forwards, short is widened, the future is cut', () => {
  assert.deepEqual(fixed_window(90_000, 30_000, 1e6), { from_ms: 30_000, to_ms: 90_000 });
  const short = fixed_window(50_000, 50_100, 1e6)!;
  assert.equal(short.to_ms - short.from_ms, 10_000);
  assert.equal(fixed_window(900_000, 2e6, 1e6)!.to_ms, 1e6);
});

test('shift: back leaves live, forward past now returns to it', () => {
  const live = { span_ms: kMinute, fixed: null };
  const now = 1e9;
  const back = shifted(live, -0.5, now);
  assert.deepEqual(back.fixed, { from_ms: now - 90_000, to_ms: now - 30_000 });
  assert.equal(shifted(back, 0.5, now).fixed, null);
});

test('zoom: about the middle of a fixed window, live keeps its right end', () => {
  const fixed = { span_ms: kMinute, fixed: { from_ms: 0, to_ms: 100_000 } };
  assert.deepEqual(zoomed(fixed, 0.5, 1e9).fixed, { from_ms: 25_000, to_ms: 75_000 });
  assert.deepEqual(zoomed({ span_ms: kMinute, fixed: null }, 2, 1e9), { span_ms: 2 * kMinute, fixed: null });
});

test('address: page, range, window and query survive the way there and back', () => {
  const addresses = [
    '#/overview', '#/alerts', '#/overview?range=1h', '#/overview?range=90s',
    '#/overview?range=7d&from=1700000000000&to=1700000600000', '#/explore?query=rate%28x%5B5m%5D%29',
    '#/explore?unit=bytes%2Fs&query=x',
  ];
  for (const hash of addresses) assert.equal(format_address(parse_address(hash)), hash);
});

test('address: nonsense is the default Overview', () => {
  for (const hash of ['', '#', '#/nowhere', '#/overview?range=-3s', '#/overview?from=5&to=4', '#/overview?from=x&to=y', '#/overview?unit=seconds']) {
    assert.equal(format_address(parse_address(hash)), '#/overview', hash);
  }
});
