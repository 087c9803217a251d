import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { Feed, type FeedQuery } from '../../../dashboard/web/src/feed.ts';
import type { EventStream } from '../../../dashboard/web/src/live.ts';

const kNow = 1_700_000_000;

class FakeStream implements EventStream {
  onmessage: EventStream['onmessage'] = null;
  onerror: EventStream['onerror'] = null;
  closed = false;
  constructor(readonly url: string) {}
  close() {
    this.closed = true;
  }
  say(seconds: number, value: string) {
    const results = [{ result: [{ metric: {}, value }] }, { result: [{ metric: {}, value }] }];
    this.onmessage!({ data: JSON.stringify({ time: seconds, results, alerts: '' }) });
  }
}

const charted: FeedQuery = { expression: (step) => `a[${step / 1000}]`, history: true };
const shown: FeedQuery = { expression: () => 'b', history: false };
const view = (seconds: number) => ({ span_ms: seconds * 1000, fixed: null });

/** A feed whose agent answers history with 1 at every step; `refuse` makes it answer otherwise. */
function setup(t: TestContext) {
  const agent = { asked: [] as string[], refuse: null as string | null, down: false };
  const before = globalThis.fetch;
  t.after(() => {
    globalThis.fetch = before;
  });
  globalThis.fetch = (async (path: string, init: { body: URLSearchParams }) => {
    if (agent.down) throw new TypeError('connection refused');
    const form = init.body;
    agent.asked.push(`${path} ${form.get('query')}`);
    if (form.get('query') === 'time()') return answer({ resultType: 'scalar', result: [kNow, String(kNow)] });
    if (agent.refuse) return Response.json({ status: 'error', error: agent.refuse }, { status: 400 });
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name))) as [number, number, number];
    const values: [number, string][] = [];
    for (let time = start; time <= end; time += step) values.push([time, '1']);
    return answer({ resultType: 'matrix', result: [{ metric: {}, values }] });
  }) as unknown as typeof fetch;
  const answer = (data: object) => Response.json({ status: 'success', data });
  const streams: FakeStream[] = [];
  let loaded: () => void = () => undefined;
  const time = { now_ms: kNow * 1000 };
  const feed = new Feed(
    (url) => {
      const stream = new FakeStream(url);
      streams.push(stream);
      return stream;
    },
    () => time.now_ms,
    { instant: () => undefined, loaded: () => loaded(), state: () => undefined },
  );
  const next_load = () => new Promise<void>((resolve) => (loaded = resolve));
  return { feed, streams, agent, time, next_load };
}

test('feed: a page without queries hears the agent too', (t) => {
  const { feed, streams } = setup(t);
  feed.show([], view(10));
  assert.equal(streams.length, 1);
  feed.show([], view(60));
  assert.equal(streams.length, 1, 'the stream that is open serves');
});

test('feed: history of the range, then a point a second', async (t) => {
  const { feed, streams, next_load } = setup(t);
  const done = next_load();
  feed.show([charted, shown], view(300));
  await done;
  assert.equal(feed.timeline.step_ms, 1000);
  assert.equal(feed.timeline.times.at(-1), kNow * 1000);
  assert.ok(feed.timeline.times[0]! <= (kNow - 300) * 1000);
  streams[0]!.say(kNow + 1, '5');
  assert.deepEqual(feed.timeline.series(0)[0]!.values.slice(-2), [1, 5]);
});

test('feed: only charted queries are asked for their history', async (t) => {
  const { feed, streams, agent, next_load } = setup(t);
  const done = next_load();
  feed.show([charted, shown], view(300));
  await done;
  assert.deepEqual(agent.asked, ['/api/v1/query time()', '/api/v1/query_range a[1]']);
  streams[0]!.say(kNow + 1, '5');
  assert.equal(feed.timeline.series(1).length, 0);
  assert.equal(feed.latest[1]![0]!.value, 5);
});

test('feed: what arrives while history is under way is not lost', async (t) => {
  const { feed, streams, next_load } = setup(t);
  const done = next_load();
  feed.show([charted, shown], view(300));
  streams[0]!.say(kNow + 1, '5');
  streams[0]!.say(kNow + 2, '6');
  assert.deepEqual(feed.timeline.series(0)[0]!.values, [5, 6], 'it is shown at once');
  await done;
  assert.deepEqual(feed.timeline.series(0)[0]!.values.slice(-3), [1, 5, 6]);
});

test('feed: after a loss the gap is filled from history', async (t) => {
  const { feed, streams, agent, time, next_load } = setup(t);
  const first = next_load();
  feed.show([charted, shown], view(300));
  await first;
  streams[0]!.say(kNow - 30, '5');
  streams[0]!.onerror!();
  assert.equal(feed.live.state, 'lost');
  const asked = agent.asked.length;
  time.now_ms += 1000;
  feed.live.step();
  const again = next_load();
  streams[1]!.say(kNow + 1, '7');
  await again;
  assert.ok(agent.asked.length > asked);
  const { values } = feed.timeline.series(0)[0]!;
  assert.ok(!values.includes(null));
  assert.equal(values.at(-1), 7);
});

test('feed: an agent that is down leaves the old samples where they are', async (t) => {
  const { feed, agent, next_load } = setup(t);
  const queries = [charted, shown];
  const first = next_load();
  feed.show(queries, view(300));
  await first;
  agent.down = true;
  const again = next_load();
  feed.show(queries, view(3600));
  await again;
  assert.equal(feed.timeline.step_ms, 1000);
  assert.ok(feed.timeline.times.length > 300);
});

test('feed: a refused query is told, the others are not harmed', async (t) => {
  const { feed, streams, agent, next_load } = setup(t);
  agent.refuse = 'parse error';
  const done = next_load();
  feed.show([charted, shown], view(300));
  await done;
  assert.deepEqual(feed.errors, ['parse error', null]);
  streams[0]!.say(kNow + 1, '5');
  assert.deepEqual(feed.errors, [null, null]);
});

test('feed: another step opens another stream, the same step does not', async (t) => {
  const { feed, streams, next_load } = setup(t);
  const queries = [charted, shown];
  feed.show(queries, view(300));
  feed.show(queries, view(900));
  assert.equal(streams.length, 1);
  const done = next_load();
  feed.show(queries, view(3600));
  assert.equal(streams.length, 2);
  assert.ok(streams[0]!.closed);
  await done;
  assert.equal(feed.timeline.step_ms, 4000, 'only the newest view counts');
});

test('feed: a window in the past is not extended by the present', async (t) => {
  const { feed, streams, next_load } = setup(t);
  const done = next_load();
  const fixed = { from_ms: (kNow - 900) * 1000, to_ms: (kNow - 600) * 1000 };
  feed.show([charted, shown], { span_ms: 900_000, fixed });
  await done;
  streams[0]!.say(kNow + 1, '5');
  assert.equal(feed.timeline.times.at(-1), fixed.to_ms);
  assert.equal(feed.latest[0]![0]!.value, 5);
});
