// The dozen icons: shape says what state, colour (by class) how bad, the label says it again.

import { svg } from './dom.ts';

export type Glyph = 'critical' | 'warn' | 'pending' | 'info' | 'ok' | 'good' | 'odd';

type Shape = readonly [tag: 'path' | 'circle', look: string, shape: Readonly<Record<string, string | number>>];

const kRing: Shape = ['circle', 'o', { cx: 7, cy: 7, r: 5.6 }];
const kShapes: Record<Glyph, readonly Shape[]> = {
  critical: [
    ['path', '', { d: 'M4.2.8h5.6L13.2 4.2v5.6L9.8 13.2H4.2L.8 9.8V4.2Z' }],
    ['path', 'cut', { d: 'M6 2.9h2v5H6zM6 9.2h2v2H6z' }],
  ],
  warn: [
    ['path', '', { d: 'M7 1 13.6 12.7H.4Z' }],
    ['path', 'cut', { d: 'M6.3 5h1.4v4H6.3zM6.3 10h1.4v1.3H6.3z' }],
  ],
  odd: [['path', 'o', { d: 'M7 2.2 12.4 11.8H1.6Z', 'stroke-linejoin': 'round' }]],
  pending: [kRing, ['path', 'o', { d: 'M7 3.8V7l2.2 1.6' }]],
  info: [kRing, ['path', '', { d: 'M6.3 6.2h1.4v4.2H6.3zM6.3 3.6h1.4V5H6.3z' }]],
  ok: [['circle', '', { cx: 7, cy: 7, r: 2.2 }]],
  good: [['path', 'o', { d: 'm2.5 7.5 3 3 6-7' }]],
};

export function glyph(name: Glyph, label: string): SVGSVGElement {
  const look = name === 'odd' ? 'warn' : name;
  return svg(
    'svg',
    { class: `g ${look}`, viewBox: '0 0 14 14', role: 'img', 'aria-label': label },
    kShapes[name].map(([tag, part, shape]) => svg(tag, { class: part, ...shape })),
  );
}

const kPageIcons: Readonly<Record<string, string>> = {
  overview: 'M3 12h4l2.5-7 5 14 2.5-7h4',
  alerts: 'M6 16c1.3-1.5 1.3-3 1.3-5.5a4.7 4.7 0 0 1 9.4 0c0 2.5 0 4 1.3 5.5ZM10 19.5h4',
  explore: 'm5 8 4 4-4 4M12 17h7',
  status: 'M4 6h16M4 12h10M4 18h6',
};

export function page_icon(page: string): SVGSVGElement {
  return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: kPageIcons[page] ?? '' }));
}

export function mark(): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', width: 22, height: 22, 'aria-hidden': 'true' },
    svg('path', { class: 'crest', d: 'M9.2 8.6C7.4 6.2 5 4.4 1.8 3.6c2.5-.4 6.6.5 9.4 3.1' }),
    svg('path', {
      class: 'bird',
      d: 'M8.2 11.2a5.6 5.6 0 0 1 11-1.3l3 1.5-2.9 1.2c-.4 4.7-3.5 7.9-8.9 7.9-2.5 0-4.3-.5-5.8-1.5 2.9-1.6 3.6-4.3 3.6-7.8Z',
    }),
    svg('circle', { class: 'eye', cx: 14.6, cy: 9.7, r: 1.1 }),
  );
}

// 中, the sign for Chinese, drawn: a reader of English may have no font that has it.
export function middle(): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('path', { class: 'ring', d: 'M2.5 5h11v5.5h-11ZM8 2v12.5' }),
  );
}

export function half_moon(): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('circle', { class: 'ring', cx: 8, cy: 8, r: 5.5 }),
    svg('path', { class: 'half', d: 'M8 2.5a5.5 5.5 0 0 1 0 11Z' }),
  );
}
