// The state sentence: what hurts, how much, since when, before any chart. At most two alerts and
// about 90 characters. Pure: everything that it speaks of is given.

import { firing, value_text, type Alert, type AlertBook } from './alerts.ts';
import type { Clock } from './clock.ts';
import type { Segment, Words } from './words.ts';

export interface Situation {
  book: AlertBook;
  /** False until the rules were read once. */
  known: boolean;
  /** The agent does not answer; when it last did, if ever. */
  gone: boolean;
  last_heard_ms: number | null;
  /** When the first sample was taken, while that is under a minute ago. */
  collecting_since_ms: number | null;
  /** The charts show a window in the past. */
  past: boolean;
}

export interface Sentence {
  kind: 'loading' | 'gone' | 'alerts' | 'broken' | 'collecting' | 'pending' | 'quiet';
  sentence: Segment[];
  why: Segment[];
}

const kMostAlerts = 2;
const kLongest = 90;

const plain = (text: string): Segment => ({ look: '', text });
const length_of = (parts: readonly Segment[]): number => parts.reduce((sum, part) => sum + part.text.length, 0);

function item(alert: Alert, words: Words): Segment[] {
  const fills = { subject: alert.subject, measure: alert.measure, value: value_text(alert) };
  return words.parts(alert.subject ? 'state.item' : 'state.item_plain', fills);
}

/** The first two alerts, or the first alone where two are too long, and how many there are more. */
function listed(alerts: readonly Alert[], words: Words): Segment[] {
  const items = alerts.slice(0, kMostAlerts).map((alert) => item(alert, words));
  if (items.length > 1 && length_of(items.flat()) > kLongest) items.length = 1;
  const comma = plain(words.say('comma'));
  const out = items.flatMap((parts, index) => (index ? [comma, ...parts] : parts));
  const more = alerts.length - items.length;
  if (more > 0) out.push(comma, ...words.parts('state.more', { count: more }));
  return out;
}

function names(list: readonly string[], words: Words): Segment[] {
  const shown = list.slice(0, kMostAlerts).join(words.say('comma'));
  const more = list.length - Math.min(list.length, kMostAlerts);
  if (more === 0) return [plain(shown)];
  return [plain(shown + words.say('comma')), ...words.parts('state.more', { count: more })];
}

export function state_sentence(situation: Situation, words: Words, clock: Clock): Sentence {
  const { book } = situation;
  if (situation.gone) {
    const heard = situation.last_heard_ms;
    const sentence =
      heard === null ? words.parts('state.gone_never') : words.parts('state.gone', { time: clock.time(heard) });
    return { kind: 'gone', sentence, why: [] };
  }
  if (!situation.known) return { kind: 'loading', sentence: [], why: [] };
  const out = of_alerts(situation, book, words, clock);
  if (situation.past) out.why = [...out.why, ...(out.why.length ? [plain(' ')] : []), ...words.parts('state.past')];
  return out;
}

function of_alerts(situation: Situation, book: AlertBook, words: Words, clock: Clock): Sentence {
  const fires = firing(book);
  const pending = book.alerts.filter((alert) => alert.state === 'pending');
  const broken = book.broken.length;
  const why: Segment[] = [];
  const also = (parts: Segment[]) => why.push(...(why.length ? [plain(' ')] : []), ...parts);
  if (fires.length) {
    if (pending.length) also(words.count('why.pending', pending.length));
    if (broken) also(words.count('why.broken', broken));
    return {
      kind: 'alerts',
      sentence: words.count('state.alerts', fires.length, { list: listed(fires, words) }),
      why,
    };
  }
  if (broken) {
    if (pending.length) also(words.count('why.pending', pending.length));
    return {
      kind: 'broken',
      sentence: words.count('state.broken', broken, { list: names(book.broken, words) }),
      why,
    };
  }
  if (situation.collecting_since_ms !== null) {
    const time = clock.time(situation.collecting_since_ms);
    return { kind: 'collecting', sentence: words.parts('state.collecting', { time }), why: words.parts('why.collecting') };
  }
  if (pending.length) {
    const fills = { count: pending.length, list: listed(pending, words) };
    return { kind: 'pending', sentence: words.parts('state.pending', fills), why };
  }
  const counts = book.alert_rule_count
    ? words.count('why.quiet', book.alert_rule_count)
    : words.parts('why.no_rules');
  return { kind: 'quiet', sentence: words.parts('state.quiet'), why: counts };
}

/** The tab's title: how many fire, the worst of them, the host. */
export function page_title(book: AlertBook, host: string): string {
  const fires = firing(book);
  const worst = fires[0];
  const own = host ? `${host} · Lapwing` : 'Lapwing';
  if (!worst) return own;
  const what = [worst.subject, worst.measure, value_text(worst)].filter((part) => part !== '').join(' ');
  return `(${fires.length}) ${what} · ${own}`;
}

/** Since when the agent collects, while that is news: its first sample is under a minute old. */
export function collecting_since(first_sample_ms: number | null, window_from_ms: number, now_ms: number): number | null {
  if (first_sample_ms === null || now_ms - first_sample_ms >= 60_000) return null;
  return first_sample_ms - window_from_ms > 5000 ? first_sample_ms : null;
}
