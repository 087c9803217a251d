// What a rule's expression says about its limit: `X > 0.25` is "X", "above", 0.25, and so is
// `X > 0.25 and Y`, whose value is X. Any other form has no limit to show. And the unit in which a
// rule's figures read best.

import { format, kThinSpace, type Unit } from './format.ts';
import type { Labels } from './timeline.ts';
import type { Key } from './words.ts';

export interface Limit {
  /** The expression without its comparison. */
  measured: string;
  operator: '>' | '>=' | '<' | '<=' | '==' | '!=';
  value: number;
}

const kWords: Record<Limit['operator'], Key> = {
  '>': 'limit.above',
  '>=': 'limit.from',
  '<': 'limit.below',
  '<=': 'limit.to',
  '==': 'limit.is',
  '!=': 'limit.not',
};

export function limit_word(limit: Limit): Key {
  return kWords[limit.operator];
}

/** The expression with strings and comments blanked, and its depth of brackets at each place. */
function outline(expression: string): { plain: string; depth: number[] } {
  const plain = expression.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*/g, (text) =>
    '_'.repeat(text.length),
  );
  const depth: number[] = [];
  let level = 0;
  for (const character of plain) {
    if (')]}'.includes(character)) level -= 1;
    depth.push(level);
    if ('([{'.includes(character)) level += 1;
  }
  return { plain, depth };
}

export function parse_limit(whole: string): Limit | null {
  const joined = outline(whole);
  const words = [...joined.plain.matchAll(/\b(?:and|or|unless|bool)\b/gi)].filter((word) => joined.depth[word.index] === 0);
  if (words.some((word) => /or|bool/i.test(word[0]))) return null;
  // "and" and "unless" only choose among the results on their left.
  const expression = words[0] ? whole.slice(0, words[0].index) : whole;
  const { plain, depth } = outline(expression);
  const last = [...plain.matchAll(/[<>=!]=|[<>]/g)].filter((match) => depth[match.index] === 0);
  const match = last.length === 1 ? last[0] : undefined;
  if (!match) return null;
  const right = expression.slice(match.index + match[0].length).trim();
  const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:\s*[*/]\s*(?:\d+\.?\d*)(?:[eE][-+]?\d+)?)*$/.test(right)
    ? product(right)
    : NaN;
  if (!Number.isFinite(number)) return null;
  return { measured: expression.slice(0, match.index).trim(), operator: match[0] as Limit['operator'], value: number };
}

// "5 * 1024 * 1024", "1 / 10": factors in order.
function product(text: string): number {
  const [first = '', ...rest] = text.split(/([*/])/);
  let value = Number(first);
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const factor = Number(rest[index + 1]);
    value = rest[index] === '*' ? value * factor : value / factor;
  }
  return value;
}

export interface Figure {
  unit: Unit;
  /** What a value is multiplied by before it is shown: 100 for a share. */
  factor: number;
}

const kNamed: Readonly<Record<string, Figure>> = {
  percent: { unit: 'percent', factor: 1 },
  ratio: { unit: 'percent', factor: 100 },
  share: { unit: 'percent', factor: 100 },
  bytes: { unit: 'bytes', factor: 1 },
  'bytes/s': { unit: 'bytes/s', factor: 1 },
  seconds: { unit: 'seconds', factor: 1 },
  rate: { unit: 'rate', factor: 1 },
  count: { unit: 'count', factor: 1 },
};
const kPlain: Figure = { unit: 'number', factor: 1 };

/**
 * The rule's own annotation `unit` decides; without it the names in the expression do. A quotient
 * is a share of a whole only where its limit is at most one.
 */
export function figure_of(measured: string, annotations: Labels, limit = 1): Figure {
  const named = kNamed[annotations['unit'] ?? ''];
  if (named) return named;
  const { plain } = outline(measured);
  const names = plain.replace(/\{[^}]*\}/g, '');
  const rated = /\bi?rate\s*\(/.test(names);
  const [above = '', below = ''] = names.split('/', 2);
  if (/\b100\s*\*|\*\s*100\b/.test(names)) return { unit: 'percent', factor: 1 };
  if (below !== '') {
    if (/_seconds/.test(above) && !/_seconds/.test(below)) return { unit: 'seconds', factor: 1 };
    const alike = /_bytes/.test(above) === /_bytes/.test(below);
    if (alike && Math.abs(limit) <= 1) return { unit: 'percent', factor: 100 };
    return kPlain;
  }
  if (/_ratio\b|:ratio\b/.test(names)) return { unit: 'percent', factor: 100 };
  if (/_bytes/.test(names)) return { unit: rated ? 'bytes/s' : 'bytes', factor: 1 };
  if (/_seconds/.test(names)) return rated ? { unit: 'percent', factor: 100 } : { unit: 'seconds', factor: 1 };
  if (rated) return { unit: 'rate', factor: 1 };
  return kPlain;
}

export function figure_text(figure: Figure, value: number): string {
  return format(figure.unit, value * figure.factor);
}

/** A limit as its author wrote it: 90 %, not 90.0 %, and 99.9 %, not 100 %. */
export function limit_figure(figure: Figure, value: number): string {
  if (figure.unit === 'percent') return `${Number((value * figure.factor).toPrecision(6))}${kThinSpace}%`;
  return figure_text(figure, value).replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}
