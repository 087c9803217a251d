// A plain table whose rows are kept by key: a second changes texts, never the rows' order under
// the pointer, and nothing is built anew that did not change.

import { h, replace, set_text, svg } from './dom.ts';

export interface Column {
  title: string;
  /** Figures stand right, text left. */
  figure?: boolean;
  /** The column that takes what is left; its text is cut. */
  grow?: boolean;
  /** Left out on phones, or on narrow layouts. */
  leaves?: 'phone' | 'narrow';
  mono?: boolean;
}

export interface Cell {
  text: string;
  /** A bar from 0 to 1 before the text. */
  share?: number;
  look?: '' | 'dim' | 'bad' | 'warnc' | 'sub';
  /** A second line below. */
  below?: string;
  /** The whole text where the cell shows it folded. */
  full?: string;
  glyph?: Element;
  /** Where the text leads, and what one finds there. */
  link?: { href: string; title: string };
}

export interface Row {
  key: string;
  cells: readonly Cell[];
}

const kLeaves = { phone: 'hide-p', narrow: 'hide-s' } as const;

export class Grid {
  readonly element: HTMLElement;
  private readonly body = h('tbody');
  private readonly foot = h('div', { class: 'fold', hidden: true });
  private readonly rows = new Map<string, HTMLTableRowElement>();

  constructor(
    label: string,
    private readonly columns: readonly Column[],
  ) {
    const head = columns.map((column) => h('th', { class: this.look(column), scope: 'col' }, column.title));
    this.element = h(
      'div',
      { class: 'scroll' },
      h('table', { class: 'tab', 'aria-label': label }, h('thead', {}, h('tr', {}, head)), this.body),
      this.foot,
    );
  }

  update(rows: readonly Row[], foot = ''): void {
    const gone = new Set(this.rows.keys());
    let before: Element | null = null;
    for (const row of rows) {
      gone.delete(row.key);
      let element = this.rows.get(row.key);
      if (!element) {
        element = h('tr', {}, this.columns.map((column) => h('td', { class: this.look(column) })));
        this.rows.set(row.key, element);
      }
      row.cells.forEach((cell, index) => this.fill(element.children[index]!, cell));
      const place: Element | null = before ? before.nextElementSibling : this.body.firstElementChild;
      if (place !== element) this.body.insertBefore(element, place);
      before = element;
    }
    for (const key of gone) {
      this.rows.get(key)?.remove();
      this.rows.delete(key);
    }
    this.foot.hidden = foot === '';
    set_text(this.foot, foot);
  }

  private look(column: Column): string {
    const looks = [column.figure && 'num', column.grow && 'grow', column.mono && 'mono'];
    if (column.leaves) looks.push(kLeaves[column.leaves]);
    return looks.filter(Boolean).join(' ');
  }

  private fill(element: Element, cell: Cell): void {
    const shape = JSON.stringify([cell.text, cell.share, cell.look, cell.below, cell.full, cell.glyph?.outerHTML, cell.link]);
    const kept = element as Element & { shape?: string };
    if (kept.shape === shape) return;
    kept.shape = shape;
    if (cell.full !== undefined && cell.full !== cell.text) element.setAttribute('title', cell.full);
    else element.removeAttribute('title');
    replace(
      element,
      cell.share === undefined ? null : meter(cell.share),
      cell.glyph && [cell.glyph, ' '],
      text_of(cell),
      cell.below ? h('p', {}, cell.below) : null,
    );
  }
}

function text_of({ text, look, share, link }: Cell): Node | string {
  const shown = look || share !== undefined ? h('span', { class: `fig ${look ?? ''}` }, text) : text;
  return link ? h('a', { href: link.href, title: link.title }, shown) : shown;
}

function meter(share: number): SVGSVGElement {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 48);
  return svg(
    'svg',
    { class: 'meter', viewBox: '0 0 48 6', 'aria-hidden': 'true' },
    svg('rect', { class: 'bg', width: 48, height: 6 }),
    svg('rect', { class: 'fg', width, height: 6 }),
  );
}
