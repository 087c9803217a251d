import assert from 'node:assert/strict';
import { test } from 'node:test';

import { live_url, LiveStream, parse_instant, type EventStream, type Instant } from '../../../dashboard/web/src/live.ts';

class FakeStream implements EventStream {
  onmessage: EventStream['onmessage'] = null;
  onerror: EventStream['onerror'] = null;
  closed = false;
  constructor(readonly url: string) {}
  close() {
    this.closed = true;
  }
}

function setup() {
  const opened: FakeStream[] = [];
  const instants: Instant[] = [];
  const states: string[] = [];
  const time = { now_ms: 0 };
  const live = new LiveStream(
    (url) => {
      const stream = new FakeStream(url);
      opened.push(stream);
      return stream;
    },
    () => time.now_ms,
    (instant) => instants.push(instant),
    (state) => states.push(state),
  );
  const event = (seconds: number) => JSON.stringify({ time: seconds, results: [{ result: [] }], alerts: 'a' });
  return { live, opened, instants, states, time, event };
}

test('live: queries are in the address, in order and escaped', () => {
  assert.equal(live_url(['up{a="b"}', 'x + y']), '/api/v1/live?query=up%7Ba%3D%22b%22%7D&query=x%20%2B%20y');
});

test('live: an instant has an answer or an error a query', () => {
  const data = JSON.stringify({
    time: 1700000000.5,
    results: [{ result: [{ metric: { a: 'b' }, value: '0.5' }, { metric: {}, value: 'NaN' }] }, { error: 'bad' }],
    alerts: 'f',
  });
  const instant = parse_instant(data, 3)!;
  assert.equal(instant.time_ms, 1700000000500);
  assert.equal(instant.answers[0]![0]!.value, 0.5);
  assert.equal(instant.answers[0]![0]!.labels['a'], 'b');
  assert.ok(Number.isNaN(instant.answers[0]![1]!.value));
  assert.deepEqual(instant.answers.slice(1), [null, null]);
  assert.deepEqual(instant.errors, [null, 'bad', null]);
});

test('live: what is not the promised shape is no instant', () => {
  for (const data of ['', '{', 'null', '[]', '{"time":"x","results":[]}', '{"time":1}', '{"time":1,"results":{}}', '7']) {
    assert.equal(parse_instant(data, 1), null, data);
  }
});

test('live: an error is told once and tried again with growing pauses', () => {
  const { live, opened, states, time } = setup();
  live.open(['up']);
  opened[0]!.onerror!();
  assert.deepEqual(states, ['lost']);
  assert.ok(opened[0]!.closed);
  assert.equal(live.seconds_left(), 1);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const pause = live.seconds_left()!;
    pauses.push(pause);
    time.now_ms += pause * 1000 - 1;
    live.step();
    assert.equal(opened.length, attempt + 1, 'not before it is time');
    time.now_ms += 1;
    live.step();
    opened.at(-1)!.onerror!();
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 15, 15]);
  assert.deepEqual(states, ['lost']);
});

test('live: an instant brings it back, and the next pause is short again', () => {
  const { live, opened, states, instants, time, event } = setup();
  live.open(['up']);
  opened[0]!.onmessage!({ data: event(1) });
  opened[0]!.onerror!();
  time.now_ms = 1000;
  live.step();
  opened[1]!.onmessage!({ data: event(2) });
  assert.deepEqual(states, ['live', 'lost', 'live']);
  assert.equal(instants.length, 2);
  opened[1]!.onerror!();
  assert.equal(live.seconds_left(), 1);
});

test('live: five seconds of silence are a loss', () => {
  const { live, opened, states, time, event } = setup();
  live.open(['up']);
  opened[0]!.onmessage!({ data: event(1) });
  time.now_ms = 5000;
  live.step();
  assert.deepEqual(states, ['live']);
  time.now_ms = 5001;
  live.step();
  assert.deepEqual(states, ['live', 'lost']);
});

test('live: garbage does not count as hearing from the agent', () => {
  const { live, opened, states, time } = setup();
  live.open(['up']);
  time.now_ms = 4000;
  opened[0]!.onmessage!({ data: 'garbage' });
  time.now_ms = 5001;
  live.step();
  assert.deepEqual(states, ['lost']);
});

test('live: a stream that was replaced is not listened to any more', () => {
  const { live, opened, instants, states, event } = setup();
  live.open(['a']);
  live.open(['b']);
  assert.ok(opened[0]!.closed);
  opened[0]!.onmessage!({ data: event(1) });
  opened[0]!.onerror!();
  assert.equal(instants.length, 0);
  assert.deepEqual(states, []);
  live.try_now();
  assert.equal(opened.length, 3);
  live.close();
  assert.equal(live.seconds_left(), null);
});
