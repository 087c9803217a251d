// The Alerts page: what fires or is pending beside the chosen one's labels and annotations, below
// them the notifications that were given up, if any, and every rule with its health.

import { AlertRows } from '../alert_rows.ts';
import { limit_text, name_in_words, rule_history, type Alert } from '../alerts.ts';
import type { GroupAnswer, RuleAnswer } from '../api.ts';
import type { Context, Page } from '../context.ts';
import { DeadLetters } from '../dead_letters.ts';
import { h, replace, set_text, spans } from '../dom.ts';
import { format, kNothing } from '../format.ts';
import { glyph } from '../glyphs.ts';
import { Grid, type Row } from '../grid.ts';
import { folded, visible } from '../hostile.ts';

function rule_rows(groups: readonly GroupAnswer[], context: Context): Row[] {
  return groups.flatMap((group) =>
    group.rules.map((rule, index): Row => ({
      key: `${group.file}\n${group.name}\n${index}`,
      cells: rule_cells(group, rule, context),
    })),
  );
}

function rule_cells(group: GroupAnswer, rule: RuleAnswer, context: Context): Row['cells'] {
  const { words, clock, now_ms } = context;
  const broken = rule.health === 'err';
  const health = broken ? 'health.err' : rule.health === 'ok' ? 'health.ok' : 'health.unknown';
  const state =
    rule.kind === 'recording'
      ? words.say('recording')
      : words.say(rule.state === 'firing' ? 'firing' : rule.state === 'pending' ? 'pending' : 'inactive');
  const evaluated = Number.isFinite(rule.last_evaluation_ms)
    ? words.say('ago', { duration: clock.duration(now_ms() - rule.last_evaluation_ms) })
    : kNothing;
  return [
    {
      text: folded(rule.name),
      full: visible(rule.expression),
      link: { href: context.explore(rule_history(rule)), title: words.say('over_time') },
      below: folded(broken && rule.last_error ? rule.last_error : rule.expression, 160),
    },
    { text: folded(group.name, 40), look: 'sub' },
    { text: state, look: rule.state === 'firing' ? 'bad' : 'sub' },
    broken
      ? { text: words.say(health), look: 'warnc', glyph: glyph('warn', words.say(health)) }
      : { text: words.say(health), look: 'sub' },
    { text: evaluated, look: 'sub' },
    { text: format('seconds', rule.evaluation_seconds) },
  ];
}

function measured_at(alert: Alert, context: Context): string {
  return context.explore(rule_history(alert.rule, alert.annotations));
}

function detail(alert: Alert, context: Context): Node[] {
  const { words, clock } = context;
  const texts = Object.entries(alert.annotations).filter(([name]) => name !== 'unit' && name !== 'measure');
  const chips = Object.entries(alert.labels).map(([name, value]) =>
    h('span', { class: 'chip', title: visible(value) }, `${visible(name)}="${folded(value)}"`),
  );
  return [
    h(
      'h3',
      {},
      glyph(alert.state === 'pending' ? 'pending' : alert.severity, words.say(alert.state)),
      ' ',
      [alert.subject, alert.measure, limit_text(alert, words, clock)].filter((part) => part !== '').join(' '),
    ),
    h('a', { class: 'expr', href: measured_at(alert, context), title: words.say('over_time') }, visible(alert.rule.expression)),
    h(
      'dl',
      { class: 'kv' },
      h('dt', {}, words.say('rule')),
      h('dd', {}, folded(alert.rule.name)),
      texts.map(([name, value]) => [h('dt', {}, folded(name, 24)), h('dd', { class: 'said' }, folded(value, 600))]),
      h('dt', {}, words.say('labels')),
      h('dd', { class: 'said' }, chips),
    ),
  ];
}

export function alerts_page(context: Context): Page {
  const { words } = context;
  let chosen: string | null = null;
  const rows = new AlertRows(context, {
    choose(alert) {
      chosen = alert.key;
      draw();
    },
    chosen: () => current()?.key ?? null,
  });
  const current = () => {
    const { alerts } = context.book();
    return alerts.find((alert) => alert.key === chosen) ?? alerts[0] ?? null;
  };
  const now_count = h('span', { class: 'n' });
  const none = h('div', { class: 'say' });
  const panel = h('div', { class: 'detail' });
  const panel_block = h('section', { class: 'block clip' }, panel);
  const rule_count = h('span', { class: 'n' });
  const grid = new Grid(words.say('rules'), [
    { title: words.say('rule'), grow: true },
    { title: words.say('group'), leaves: 'narrow' },
    { title: words.say('state') },
    { title: words.say('health') },
    { title: words.say('last_evaluation'), leaves: 'phone' },
    { title: words.say('cost'), figure: true, leaves: 'phone' },
  ]);
  grid.element.classList.add('two');
  const lost = new DeadLetters(context);
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'duo' },
      h('section', { class: 'block clip' }, h('div', { class: 'head' }, h('h2', {}, words.say('now'), now_count)), none, rows.element),
      panel_block,
    ),
    lost.element,
    h(
      'section',
      { class: 'block clip below' },
      h('div', { class: 'head' }, h('h2', {}, words.say('rules'), rule_count)),
      grid.element,
    ),
  );
  let shape = '';
  function draw(): void {
    const book = context.book();
    set_text(now_count, String(book.alerts.length));
    set_text(rule_count, String(book.rule_count));
    rows.draw();
    const alert = current();
    none.hidden = alert !== null;
    panel_block.hidden = alert === null;
    element.firstElementChild?.classList.toggle('single', alert === null);
    const next = JSON.stringify([alert?.key, alert?.annotations, alert?.state, alert && measured_at(alert, context), book.alert_rule_count]);
    if (next !== shape) {
      shape = next;
      if (alert) replace(panel, detail(alert, context));
      const parts = [h('p', {}, spans(words.parts('alerts.none')))];
      replace(none, parts, h('p', {}, spans(words.count('alerts.watching', book.alert_rule_count))));
    }
    lost.draw();
    grid.update(rule_rows(context.groups(), context));
  }
  return { element, queries: [], deck: null, draw, destroy: () => undefined };
}

/** The page's own sentence: how many of which, or the rule that fails. */
export function alerts_sentence(context: Context): { sentence: string; facts: string } {
  const { words } = context;
  const book = context.book();
  const firing = book.alerts.filter((alert) => alert.state === 'firing').length;
  const sentence = words.say('alerts.counts', { firing, pending: book.alerts.length - firing });
  const groups = words.say_count('alerts.groups', book.group_count);
  const broken = book.broken.length
    ? ` ${words.say_count('why.broken', book.broken.length)} ${book.broken.slice(0, 3).map((name) => name_in_words(name)).join(words.say('comma'))}`
    : '';
  return { sentence, facts: words.say_count('alerts.rules', book.rule_count, { groups }) + broken };
}
