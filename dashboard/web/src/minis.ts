// The history behind the alerts' mini charts: what a rule measures, without its comparison, over
// the page's range. Asked for anew every ten seconds, and never for more than a few alerts.

import type { Alert } from './alerts.ts';
import { query_range, type RuleAnswer } from './api.ts';
import { step_for } from './range.ts';
import type { HistorySeries, Labels } from './timeline.ts';

const kMostRules = 8;
const kEvery = 10_000;

/** The series whose labels the alert carries too; a rule's aggregation drops labels, adds none. */
export function series_of(answer: readonly HistorySeries[], labels: Labels): HistorySeries | null {
  const fits = (one: HistorySeries) =>
    Object.entries(one.labels).every(([name, value]) => name === '__name__' || labels[name] === value);
  return answer.find(fits) ?? null;
}

export class Minis {
  private readonly answers = new Map<RuleAnswer['expression'], HistorySeries[]>();
  private asked_at = -Infinity;
  private busy = false;
  from_ms = 0;
  to_ms = 1;

  constructor(private readonly changed: () => void) {}

  points(alert: Alert): HistorySeries['points'] {
    const answer = alert.limit ? this.answers.get(alert.limit.measured) : undefined;
    return (answer && series_of(answer, alert.labels)?.points) ?? [];
  }

  refresh(alerts: readonly Alert[], from_ms: number, to_ms: number, now_ms: number): void {
    const measured = [...new Set(alerts.flatMap((alert) => (alert.limit ? [alert.limit.measured] : [])))];
    const wanted = measured.slice(0, kMostRules);
    const known = wanted.every((one) => this.answers.has(one)) && to_ms - from_ms === this.to_ms - this.from_ms;
    if (this.busy || wanted.length === 0 || (known && now_ms - this.asked_at < kEvery)) return;
    this.asked_at = now_ms;
    void this.ask(wanted, from_ms, to_ms);
  }

  private async ask(wanted: readonly string[], from_ms: number, to_ms: number): Promise<void> {
    this.busy = true;
    const step_ms = Math.max(1000, step_for((to_ms - from_ms) * 4));
    for (const one of wanted) {
      try {
        this.answers.set(one, await query_range(one, from_ms, to_ms, step_ms));
      } catch {
        this.answers.set(one, []);
      }
    }
    for (const key of this.answers.keys()) if (!wanted.includes(key)) this.answers.delete(key);
    this.from_ms = from_ms;
    this.to_ms = to_ms;
    this.busy = false;
    this.changed();
  }
}
