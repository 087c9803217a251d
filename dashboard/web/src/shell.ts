// What surrounds every page: the bar with host, pages, clock, range and tools, the tabs of a
// phone, the banner when the agent is gone, the state sentence with its facts.

import type { PageName } from './address.ts';
import { format_address, kPages } from './address.ts';
import type { Clock } from './clock.ts';
import { h, replace, set_text, spans } from './dom.ts';
import { glyph, half_moon, mark, middle, page_icon } from './glyphs.ts';
import { kPresets, type View } from './range.ts';
import type { Segment, Words } from './words.ts';

export interface ShellEvents {
  choose_span(span_ms: number): void;
  back_to_live(): void;
  toggle_theme(): void;
  toggle_language(): void;
  toggle_zone(): void;
  help(): void;
  try_now(): void;
}

export interface ShellState {
  page: PageName;
  view: View;
  host: string;
  firing: number;
  now_ms: number;
  heard: boolean;
  window: [number, number];
  gone: boolean;
  gone_text: readonly Segment[];
}

export class Shell {
  readonly main = h('main', { id: 'main', tabindex: -1 });
  private readonly host = h('span', { class: 'host' });
  private readonly dot = h('i', { class: 'live' });
  private readonly time = h('b');
  private readonly zone: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly presets: HTMLButtonElement[];
  private readonly select: HTMLSelectElement;
  private readonly links: { page: PageName; link: HTMLAnchorElement; count: HTMLElement | null }[] = [];
  private readonly banner: HTMLElement;
  private readonly banner_text = h('p');
  private readonly headline = h('h1');
  private readonly why = h('p', { class: 'why' });
  private readonly facts = h('div', { class: 'facts' });
  private readonly spoken = h('div', { class: 'sr', 'aria-live': 'polite' });
  private readonly shapes = new Map<Element, string>();
  private said = '';

  constructor(
    private readonly words: Words,
    private readonly clock: Clock,
    events: ShellEvents,
  ) {
    this.zone = h('button', { class: 'tz', title: words.say('zone'), click: () => events.toggle_zone() });
    this.back = h('button', { class: 'btn quiet back', click: () => events.back_to_live() }, words.say('back_to_live'));
    this.presets = kPresets.map((preset) =>
      h('button', { click: () => events.choose_span(preset.span_ms) }, words.say(`range.${preset.name}` as 'range.5m')),
    );
    this.select = h(
      'select',
      {
        class: 'rangebtn btn',
        'aria-label': words.say('range'),
        change: () => events.choose_span(Number(this.select.value)),
      },
      kPresets.map((preset) => h('option', { value: preset.span_ms }, words.say(`range.${preset.name}` as 'range.5m'))),
    );
    this.banner = h(
      'div',
      { class: 'notice gone', role: 'alert', hidden: true },
      glyph('critical', words.say('critical')),
      this.banner_text,
      h('button', { class: 'btn', click: () => events.try_now() }, words.say('gone.now')),
    );
    document.body.replaceChildren(this.skip(), this.bar(events), this.main, this.tabs(), this.spoken);
  }

  /** Puts a page under the sentence. */
  show(page: HTMLElement): void {
    this.main.replaceChildren(
      this.banner,
      h('div', { class: 'state' }, h('div', {}, this.headline, this.why), this.facts),
      page,
    );
  }

  update(state: ShellState): void {
    set_text(this.host, state.host);
    const past = state.view.fixed !== null;
    this.dot.className = past || state.gone ? 'live past' : 'live';
    const [from, to] = state.window;
    const range = `${this.clock.moment(from, state.now_ms)} – ${this.clock.moment(to, state.now_ms)}`;
    set_text(this.time, past ? range : state.heard ? this.clock.time(state.now_ms) : '–');
    set_text(this.zone, this.clock.zone_name(state.now_ms));
    this.back.hidden = !past;
    kPresets.forEach((preset, index) => {
      const pressed = !past && preset.span_ms === state.view.span_ms;
      this.presets[index]!.setAttribute('aria-pressed', String(pressed));
    });
    this.select.value = String(state.view.span_ms);
    for (const { page, link, count } of this.links) {
      const href = format_address({ page, view: state.view, query: '', unit: 'number' });
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
      if (page === state.page) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
      if (!count) continue;
      count.hidden = state.firing === 0;
      set_text(count, String(state.firing));
    }
    this.banner.hidden = !state.gone;
    this.fill(this.banner_text, state.gone_text);
    this.main.classList.toggle('stale', state.gone);
  }

  /**
   * The sentence, its reason and the facts beside it. `meaning` changes when the sentence means
   * something else; only then is it spoken.
   */
  say(sentence: readonly Segment[], why: readonly Segment[], facts: readonly Segment[], meaning: string): void {
    this.headline.classList.toggle('skel', sentence.length === 0);
    this.fill(this.headline, sentence);
    this.fill(this.why, why);
    this.why.hidden = why.length === 0;
    this.fill(this.facts, facts);
    if (meaning === this.said) return;
    this.said = meaning;
    set_text(this.spoken, sentence.map((part) => part.text).join(''));
  }

  private fill(element: Element, parts: readonly Segment[]): void {
    const shape = JSON.stringify(parts);
    if (this.shapes.get(element) === shape) return;
    this.shapes.set(element, shape);
    replace(element, spans(parts));
  }

  private skip(): HTMLElement {
    const focus = (event: Event) => {
      event.preventDefault(); // the address after "#" holds the page
      this.main.focus();
    };
    return h('a', { class: 'skip', href: '#main', click: focus }, this.words.say('skip'));
  }

  private bar(events: ShellEvents): HTMLElement {
    const { words } = this;
    const tool = (look: string, title: string, click: () => void, content: Node | string) =>
      h('button', { class: `tool ${look}`, title, 'aria-label': title, click }, content);
    return h(
      'header',
      { class: 'bar' },
      h('a', { class: 'brand', href: '#/overview', 'aria-label': 'Lapwing' }, mark(), this.host),
      h(
        'nav',
        { class: 'nav', 'aria-label': words.say('pages') },
        kPages.map((page) => this.link(page, false)),
      ),
      h(
        'div',
        { class: 'tools' },
        h(
          'div',
          { class: 'range' },
          h('span', { class: 'clock' }, this.dot, this.time, this.zone),
          this.back,
          this.select,
          h('div', { class: 'seg', role: 'group', 'aria-label': words.say('range') }, this.presets),
        ),
        tool('help', words.say('help'), () => events.help(), '?'),
        tool('lang', words.say('language'), () => events.toggle_language(), words.language === 'zh' ? 'EN' : middle()),
        tool('theme', words.say('theme'), () => events.toggle_theme(), half_moon()),
      ),
    );
  }

  private tabs(): HTMLElement {
    return h('nav', { class: 'tabs', 'aria-label': this.words.say('pages') }, kPages.map((page) => this.link(page, true)));
  }

  private link(page: PageName, icon: boolean): HTMLElement {
    const count = page === 'alerts' ? h('span', { class: 'count', hidden: true }) : null;
    const link = h('a', { href: `#/${page}` }, icon && page_icon(page), this.words.say(page), count);
    this.links.push({ page, link, count });
    return link;
  }
}
