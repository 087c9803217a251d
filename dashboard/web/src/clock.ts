// Points in time and lengths of time as text, in the browser's zone or in UTC.

import { kNothing } from './format.ts';
import type { Words } from './words.ts';

export type Zone = 'local' | 'utc';

const kDay = 86_400_000;

// What a Date can hold, with room for a zone.
function is_date(time_ms: number): boolean {
  return Math.abs(time_ms) < 8.6e15;
}

export class Clock {
  constructor(
    private readonly words: Words,
    readonly zone: Zone,
  ) {}

  /** 03:06:41, or 03:06 without seconds. */
  time(time_ms: number, with_seconds = true): string {
    if (!is_date(time_ms)) return kNothing;
    const text = this.shifted(time_ms).toISOString();
    return text.slice(11, with_seconds ? 19 : 16);
  }

  /** The time of day; of another day "Wed 20:51", of an older one its date. */
  moment(time_ms: number, now_ms: number): string {
    if (!is_date(time_ms)) return kNothing;
    const days = this.day(now_ms) - this.day(time_ms);
    if (days === 0) return this.time(time_ms);
    const shifted = this.shifted(time_ms);
    if (Math.abs(days) < 7) {
      const weekday = new Intl.DateTimeFormat(this.words.locale, { weekday: 'short', timeZone: 'UTC' });
      return `${weekday.format(shifted)} ${this.time(time_ms, false)}`;
    }
    return shifted.toISOString().slice(0, 10);
  }

  /** A label of the time axis: as much as its distance to the next needs. */
  tick(time_ms: number, step_ms: number): string {
    if (step_ms < 60_000) return this.time(time_ms);
    if (this.time(time_ms) !== '00:00:00') return this.time(time_ms, false);
    const date = new Intl.DateTimeFormat(this.words.locale, { weekday: 'short', day: 'numeric', timeZone: 'UTC' });
    return date.format(this.shifted(time_ms));
  }

  /** Milliseconds east of UTC. */
  offset(time_ms: number): number {
    return this.zone === 'utc' ? 0 : -new Date(time_ms).getTimezoneOffset() * 60_000;
  }

  /** "UTC", "UTC+1", "UTC+5:30". */
  zone_name(time_ms: number): string {
    const minutes = this.offset(time_ms) / 60_000;
    if (minutes === 0) return 'UTC';
    const size = Math.abs(minutes);
    const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
    return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
  }

  /** 4 s, 5 min 26 s, 1 h 52 min, 2 d 3 h. */
  duration(length_ms: number): string {
    const seconds = Math.max(0, Math.round(length_ms / 1000));
    const s = seconds % 60;
    const min = Math.floor(seconds / 60) % 60;
    const h = Math.floor(seconds / 3600) % 24;
    const d = Math.floor(seconds / 86_400);
    const { words } = this;
    if (d >= 10) return words.say('duration.d', { d });
    if (d > 0) return h === 0 ? words.say('duration.d', { d }) : words.say('duration.d_h', { d, h });
    if (h > 0) return min === 0 ? words.say('duration.h', { h }) : words.say('duration.h_min', { h, min });
    if (min > 0) return s === 0 ? words.say('duration.min', { min }) : words.say('duration.min_s', { min, s });
    return words.say('duration.s', { s });
  }

  // A Date whose UTC fields read as the zone's.
  private shifted(time_ms: number): Date {
    return new Date(time_ms + this.offset(time_ms));
  }

  private day(time_ms: number): number {
    return Math.floor((time_ms + this.offset(time_ms)) / kDay);
  }
}
