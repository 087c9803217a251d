// The address after "#" holds page, range and, on Explore, the query, so that a link shows what
// its sender saw. What cannot be read falls back to the Overview's default.

import { kUnits, type Unit } from './format.ts';
import { kDefaultSpan, kPresets, type View } from './range.ts';

export type PageName = 'overview' | 'alerts' | 'explore' | 'status';
export const kPages: readonly PageName[] = ['overview', 'alerts', 'explore', 'status'];

/** A figure over time, as Explore shows it. */
export interface History {
  query: string;
  /** What its values are; "number" where nobody said. */
  unit: Unit;
}

export interface Address extends History {
  page: PageName;
  view: View;
}

const kLongestQuery = 8000;

export function parse_address(hash: string): Address {
  const [path = '', words = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const page = kPages.find((name) => name === path) ?? 'overview';
  const parameters = new URLSearchParams(words);
  const query = (parameters.get('query') ?? '').slice(0, kLongestQuery);
  const unit = kUnits.find((name) => name === parameters.get('unit')) ?? 'number';
  return { page, view: parse_view(parameters), query, unit };
}

function parse_view(parameters: URLSearchParams): View {
  const from_ms = Number(parameters.get('from') ?? NaN);
  const to_ms = Number(parameters.get('to') ?? NaN);
  const range = parameters.get('range') ?? '';
  const seconds = /^(\d{1,9})s$/.exec(range);
  const span_ms =
    kPresets.find((preset) => preset.name === range)?.span_ms ??
    (seconds ? Math.max(10, Number(seconds[1])) * 1000 : kDefaultSpan);
  if (from_ms > 0 && to_ms > from_ms && to_ms < 8e15) {
    return { span_ms, fixed: { from_ms: Math.round(from_ms), to_ms: Math.round(to_ms) } };
  }
  return { span_ms, fixed: null };
}

export function format_address(address: Address): string {
  const parameters = new URLSearchParams();
  const { view } = address;
  if (view.span_ms !== kDefaultSpan) {
    const preset = kPresets.find((candidate) => candidate.span_ms === view.span_ms);
    parameters.set('range', preset?.name ?? `${Math.round(view.span_ms / 1000)}s`);
  }
  if (view.fixed) {
    parameters.set('from', String(view.fixed.from_ms));
    parameters.set('to', String(view.fixed.to_ms));
  }
  if (address.page === 'explore' && address.query !== '') {
    if (address.unit !== 'number') parameters.set('unit', address.unit);
    parameters.set('query', address.query);
  }
  const words = parameters.toString();
  return `#/${address.page}${words === '' ? '' : `?${words}`}`;
}
