// The alerts as the page shows them, worst first: subject, measure, limit, value. Made from the
// API's rules, which carry their alerts. Pure.

import type { History } from './address.ts';
import type { AlertAnswer, GroupAnswer, RuleAnswer } from './api.ts';
import { folded } from './hostile.ts';
import { figure_of, figure_text, limit_figure, limit_word, parse_limit, type Figure, type Limit } from './limit.ts';
import { key_of, type Labels } from './timeline.ts';
import type { Clock } from './clock.ts';
import type { Words } from './words.ts';

export type Severity = 'critical' | 'warn' | 'info';

export interface Alert {
  /** Tells alerts apart and stays the same over time. */
  key: string;
  state: 'firing' | 'pending';
  severity: Severity;
  /** Whom it concerns; empty for the host as a whole. */
  subject: string;
  measure: string;
  limit: Limit | null;
  figure: Figure;
  value: number;
  active_at_ms: number;
  /** When a pending alert would fire. */
  fires_at_ms: number;
  hold_for_ms: number;
  labels: Labels;
  annotations: Labels;
  rule: RuleAnswer;
}

export interface AlertBook {
  alerts: Alert[];
  rule_count: number;
  alert_rule_count: number;
  group_count: number;
  broken: string[];
}

export const kNoAlerts: AlertBook = { alerts: [], rule_count: 0, alert_rule_count: 0, group_count: 0, broken: [] };

// Which label names the subject, the most telling first.
const kSubjects = ['service', 'mountpoint', 'device', 'unit', 'name', 'target', 'receiver', 'rule_group', 'collector'];

function subject_of(labels: Labels): string {
  for (const name of kSubjects) {
    const value = labels[name];
    if (value) return folded(value, 40);
  }
  const { job, instance } = labels;
  return instance && job && job !== 'node' && job !== 'lapwing' ? folded(instance, 40) : '';
}

/** "HostDiskAlmostFull" reads as "disk almost full"; abbreviations keep their capitals. */
export function name_in_words(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .split(/\s+/)
    .map((word) => (/^[A-Z\d]{2,}$/.test(word) ? word : word.toLowerCase()))
    .map((word) => (word === 'cpu' || word === 'io' ? (word === 'io' ? 'I/O' : 'CPU') : word));
  if (words.length > 2 && /^(?:host|node)$/.test(words[0]!)) words.shift();
  return folded(words.join(' '), 60);
}

function severity_of(labels: Labels): Severity {
  const severity = (labels['severity'] ?? '').toLowerCase();
  if (/^(?:critical|page|error|emergency|high)$/.test(severity)) return 'critical';
  if (/^(?:info|none|note|informational|low)$/.test(severity)) return 'info';
  return 'warn';
}

function alert_of(rule: RuleAnswer, answer: AlertAnswer): Alert {
  const limit = parse_limit(rule.expression);
  const { labels, annotations } = answer;
  return {
    key: key_of(labels),
    state: answer.state,
    severity: severity_of(labels),
    subject: subject_of(labels),
    measure: annotations['measure'] ? folded(annotations['measure'], 60) : name_in_words(rule.name),
    limit,
    figure: figure_of(limit?.measured ?? rule.expression, annotations, limit?.value),
    value: answer.value,
    active_at_ms: answer.active_at_ms,
    fires_at_ms: answer.active_at_ms + rule.hold_for_ms,
    hold_for_ms: rule.hold_for_ms,
    labels,
    annotations,
    rule,
  };
}

const kSeverityOrder: Record<Severity, number> = { critical: 0, warn: 1, info: 2 };

/** Firing before pending, critical before warning, the older first. */
export function worse_first(a: Alert, b: Alert): number {
  if (a.state !== b.state) return a.state === 'firing' ? -1 : 1;
  const severity = kSeverityOrder[a.severity] - kSeverityOrder[b.severity];
  if (severity !== 0) return severity;
  if (a.active_at_ms !== b.active_at_ms) return a.active_at_ms - b.active_at_ms;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

export function alert_book(groups: readonly GroupAnswer[]): AlertBook {
  const rules = groups.flatMap((group) => group.rules);
  return {
    alerts: rules.flatMap((rule) => rule.alerts.map((answer) => alert_of(rule, answer))).sort(worse_first),
    rule_count: rules.length,
    alert_rule_count: rules.filter((rule) => rule.kind === 'alerting').length,
    group_count: groups.length,
    broken: rules.filter((rule) => rule.health === 'err').map((rule) => folded(rule.name, 40)),
  };
}

export function firing(book: AlertBook): Alert[] {
  return book.alerts.filter((alert) => alert.state === 'firing');
}

/** What a rule measures, without its comparison, over time; an alert's annotations may say the unit. */
export function rule_history(rule: RuleAnswer, annotations: Labels = {}): History {
  const limit = parse_limit(rule.expression);
  const measured = limit?.measured ?? rule.expression;
  const { unit, factor } = figure_of(measured, annotations, limit?.value);
  return { query: factor === 1 ? measured : `${factor} * (${measured})`, unit };
}

/** When the condition of the oldest firing alert became true. */
export function onset_ms(book: AlertBook): number | null {
  const times = firing(book)
    .map((alert) => alert.active_at_ms)
    .filter((time) => Number.isFinite(time));
  return times.length ? Math.min(...times) : null;
}

/** The value of an alert; an annotation `value` is the rule's own wording of it. */
export function value_text(alert: Alert): string {
  const own = alert.annotations['value'];
  return own ? folded(own, 24) : figure_text(alert.figure, alert.value);
}

/** "above 250 ms for 30 s"; empty for a rule that has neither. */
export function limit_text(alert: Alert, words: Words, clock: Clock, with_for = true): string {
  const hold = with_for && alert.hold_for_ms > 0 ? clock.duration(alert.hold_for_ms) : '';
  if (!alert.limit) return hold ? words.say('limit.when', { duration: hold }) : '';
  const limit = words.say(limit_word(alert.limit), { value: limit_figure(alert.figure, alert.limit.value) });
  return hold ? words.say('limit.for', { limit, duration: hold }) : limit;
}
