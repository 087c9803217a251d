// The page as a whole: it owns the feed, the alerts and the address, and tells shell and page to
// draw when one of them has changed.

import { format_address, parse_address, type Address, type PageName } from './address.ts';
import { alert_book, firing, kNoAlerts, onset_ms, type AlertBook } from './alerts.ts';
import { query, rule_groups, type GroupAnswer } from './api.ts';
import { ColourBook, Palette } from './charts/palette.ts';
import type { Frame } from './charts/spec.ts';
import { Clock } from './clock.ts';
import type { Context, Page } from './context.ts';
import { Feed } from './feed.ts';
import { format } from './format.ts';
import { folded } from './hostile.ts';
import { host_index, kFacts, type Facts } from './host.ts';
import { listen, show_sheet } from './keyboard.ts';
import type { EventStream, Instant, LiveState } from './live.ts';
import { alerts_page, alerts_sentence } from './pages/alerts.ts';
import { explore_page } from './pages/explore.ts';
import { overview_page } from './pages/overview.ts';
import { status_page } from './pages/status.ts';
import { fixed_window, shifted, window_of, zoomed, type View } from './range.ts';
import { collecting_since, page_title, state_sentence, type Sentence } from './sentence.ts';
import type { Settings } from './settings.ts';
import { Shell } from './shell.ts';
import { Words, type Segment } from './words.ts';

const kPages: Record<PageName, (context: Context) => Page> = {
  overview: overview_page,
  alerts: alerts_page,
  explore: explore_page,
  status: status_page,
};

// How old the rules may be: their alerts' values matter while there are any.
const kRulesWithAlerts = 5_000;
const kRulesQuiet = 30_000;
const kHiddenPause = 30_000;

export class App {
  private readonly palette = new Palette();
  private readonly colours = new ColourBook();
  private readonly feed: Feed;
  private words!: Words;
  private clock!: Clock;
  private shell!: Shell;
  private page!: Page;
  private address: Address = parse_address(location.hash);
  private book: AlertBook = kNoAlerts;
  private groups: readonly GroupAnswer[] = [];
  private rules_known = false;
  private rules_at = -Infinity;
  private fingerprint: string | null = null;
  private facts: Facts = {};
  private hidden_since: number | null = null;
  private paused = false;

  constructor(private readonly settings: Settings) {
    settings.on_theme = () => this.recolour();
    this.feed = new Feed((url) => new EventSource(url) as unknown as EventStream, () => Date.now(), {
      instant: (instant) => this.hear(instant),
      loaded: () => this.draw(),
      state: (state, before) => this.change(state, before),
    });
    this.rebuild();
    addEventListener('hashchange', () => this.navigate(parse_address(location.hash)));
    document.addEventListener('visibilitychange', () => this.hide(document.hidden));
    setInterval(() => this.step(), 1000);
    this.listen();
    void this.ask_rules();
    void this.ask_facts();
  }

  /** Words, clock and everything made of them; after a change of language or zone. */
  private rebuild(): void {
    this.words = new Words(this.settings.language);
    this.clock = new Clock(this.words, this.settings.zone);
    document.documentElement.lang = this.words.locale;
    this.shell = new Shell(this.words, this.clock, {
      choose_span: (span_ms) => this.set_view({ span_ms, fixed: null }),
      back_to_live: () => this.back_to_live(),
      toggle_theme: () => this.settings.toggle_theme(),
      toggle_language: () => {
        this.settings.toggle_language();
        this.rebuild();
      },
      toggle_zone: () => this.toggle_zone(),
      help: () => show_sheet(this.words),
      try_now: () => this.feed.live.try_now(),
    });
    this.open_page();
  }

  private open_page(): void {
    this.page?.destroy();
    this.page = kPages[this.address.page](this.context());
    this.shell.show(this.page.element);
    this.feed.show(this.page.queries, this.address.view);
    this.draw();
  }

  private context(): Context {
    return {
      words: this.words,
      clock: this.clock,
      palette: this.palette,
      colours: this.colours,
      feed: this.feed,
      book: () => this.book,
      groups: () => this.groups,
      view: () => this.address.view,
      query: () => this.address.query,
      now_ms: () => this.feed.now_ms,
      frame: () => this.frame(),
      zoom: (from, to) => this.set_view({ ...this.address.view, fixed: fixed_window(from, to, this.feed.now_ms) }),
      back_to_live: () => this.back_to_live(),
      unit: () => this.address.unit,
      set_query: (text) => this.go({ ...this.address, query: text, unit: 'number' }),
      explore: (history) => format_address({ ...this.address, page: 'explore', ...history }),
    };
  }

  private frame(): Frame {
    const { feed, words } = this;
    const [from_ms, to_ms] = window_of(this.address.view, feed.now_ms);
    return {
      timeline: feed.timeline,
      from_ms,
      to_ms,
      live: this.address.view.fixed === null,
      onset_ms: onset_ms(this.book),
      gap_name: words.say('no_data'),
      note: (spec) => {
        const error = feed.errors[spec.pulse];
        if (error) return words.say('failed', { what: spec.title, message: folded(error, 120) });
        return feed.loading ? '' : words.say('no_samples');
      },
    };
  }

  // ── What happens ──

  private step(): void {
    if (document.hidden) {
      // The tab's title still counts the alerts.
      if (Date.now() - this.rules_at > kRulesQuiet) void this.ask_rules();
      if (this.hidden_since !== null && Date.now() - this.hidden_since > kHiddenPause) this.pause();
      return;
    }
    this.feed.live.step();
    const age = Date.now() - this.rules_at;
    if (age > (this.book.alerts.length ? kRulesWithAlerts : kRulesQuiet)) void this.ask_rules();
    if (this.feed.live.state === 'lost') this.draw_shell();
  }

  /** A tab that nobody looks at lets the stream go, and takes it up again with the gap filled. */
  private hide(hidden: boolean): void {
    if (hidden) {
      this.hidden_since = Date.now();
      return;
    }
    this.hidden_since = null;
    if (this.paused) {
      this.paused = false;
      this.feed.resume();
      void this.ask_rules();
    }
    this.draw();
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.feed.pause();
  }

  private hear(instant: Instant): void {
    if (this.fingerprint !== instant.alerts) {
      const first = this.fingerprint === null;
      this.fingerprint = instant.alerts;
      if (!first) void this.ask_rules();
    }
    if (!document.hidden) this.draw();
  }

  private change(state: LiveState, before: LiveState): void {
    if (state === 'live' && before === 'lost') {
      void this.ask_rules();
      void this.ask_facts();
    }
    this.draw();
  }

  private async ask_rules(): Promise<void> {
    this.rules_at = Date.now();
    try {
      this.groups = await rule_groups();
    } catch {
      return; // the stream's loss is what the page tells
    }
    this.book = alert_book(this.groups);
    this.rules_known = true;
    this.draw();
  }

  private async ask_facts(): Promise<void> {
    const names = Object.keys(kFacts) as (keyof typeof kFacts)[];
    for (const name of names) {
      try {
        const [sample] = await query(kFacts[name]);
        if (sample) this.facts[name] = sample;
      } catch {
        // A fact that cannot be had is left out.
      }
    }
    this.draw_shell();
  }

  // ── Drawing ──

  private draw(): void {
    if (!this.shell || !this.page) return;
    this.draw_shell();
    if (!document.hidden) this.page.draw();
  }

  private get host(): string {
    return folded(this.facts.uname?.labels['nodename'] ?? '', 40);
  }

  private draw_shell(): void {
    const { feed, words } = this;
    const gone = feed.live.state === 'lost';
    this.shell.update({
      page: this.address.page,
      view: this.address.view,
      host: this.host,
      firing: firing(this.book).length,
      now_ms: feed.now_ms,
      heard: feed.last_heard_ms !== null,
      window: window_of(this.address.view, feed.now_ms),
      gone,
      gone_text: gone ? this.gone_text() : [],
    });
    const said = this.sentence();
    const keys = this.book.alerts.map((alert) => [alert.key, alert.state]);
    this.shell.say(said.sentence, said.why, this.fact_text(), JSON.stringify([said.kind, keys, words.language]));
    document.title = page_title(this.book, this.host);
  }

  private sentence(): Sentence {
    const { feed } = this;
    const plain = (text: string): Segment[] => (text ? [{ look: '', text }] : []);
    const said = this.state();
    if (said.kind === 'gone' || this.address.page === 'overview') return said;
    if (this.address.page === 'alerts' && feed.live.state !== 'lost') {
      const { sentence, facts } = alerts_sentence(this.context());
      return { kind: said.kind, sentence: plain(this.rules_known ? sentence : ''), why: plain(this.rules_known ? facts : '') };
    }
    return { kind: said.kind, sentence: plain(this.words.say(this.address.page)), why: said.sentence };
  }

  private state(): Sentence {
    const { feed } = this;
    const { view, page } = this.address;
    const [from] = window_of(view, feed.now_ms);
    const first = page === 'overview' && !view.fixed && !feed.loading ? feed.timeline.first_sample_ms(host_index('cpu')) : null;
    return state_sentence(
      {
        book: this.book,
        known: this.rules_known,
        gone: feed.live.state === 'lost',
        last_heard_ms: feed.last_heard_ms,
        collecting_since_ms: collecting_since(first, from, feed.now_ms),
        past: view.fixed !== null,
      },
      this.words,
      this.clock,
    );
  }

  private gone_text(): Segment[] {
    const { words, feed } = this;
    const heard = feed.last_heard_ms;
    const text = heard === null ? words.parts('gone.never') : words.parts('gone.text', { time: this.clock.time(heard) });
    const left = feed.live.seconds_left();
    const next = left === null || left === 0 ? words.parts('gone.trying') : words.count('gone.next', left);
    return [...text, { look: '', text: ' ' }, ...next];
  }

  private fact_text(): Segment[] {
    const { facts, words } = this;
    const plain = (text: string): Segment => ({ look: '', text });
    const dot = plain(' · ');
    const parts: Segment[][] = [];
    if (this.host) parts.push([{ look: 'b', text: this.host }]);
    const system = facts.system?.labels['pretty_name'] ?? facts.uname?.labels['release'];
    if (system) parts.push([plain(folded(system, 40))]);
    if (facts.cores) parts.push(words.count('facts.cores', facts.cores.value));
    if (facts.memory) parts.push([plain(format('bytes', facts.memory.value))]);
    const out = parts.flatMap((part, index) => (index ? [dot, ...part] : part));
    if (facts.boot) {
      // A figure that changed each second would draw the eye for nothing.
      const minutes = Math.max(1, Math.floor((this.feed.now_ms / 1000 - facts.boot.value) / 60));
      const duration = this.clock.duration(minutes * 60_000);
      out.push(plain('\n'), ...words.parts('facts.up', { duration }));
    }
    return out;
  }

  private recolour(): void {
    this.palette.refresh();
    this.reopen();
  }

  /** The same page again, without asking for its data anew. */
  private reopen(): void {
    const cursor = this.page.deck?.cursor_ms ?? null;
    this.page.destroy();
    this.page = kPages[this.address.page](this.context());
    this.shell.show(this.page.element);
    if (this.address.page === 'explore') this.feed.show(this.page.queries, this.address.view);
    this.draw();
    if (cursor !== null) this.page.deck?.set_cursor(cursor);
  }

  // ── Where to ──

  private go(address: Address): void {
    const hash = format_address(address);
    if (hash === location.hash) return;
    location.hash = hash;
  }

  private navigate(next: Address): void {
    const before = this.address;
    this.address = next;
    if (next.page !== before.page || next.query !== before.query || next.unit !== before.unit) {
      scrollTo(0, 0);
      this.open_page();
      return;
    }
    this.page.deck?.set_cursor(null);
    this.feed.show(this.page.queries, next.view);
    this.draw();
  }

  private set_view(view: View): void {
    this.go({ ...this.address, view });
  }

  private back_to_live(): void {
    this.page.deck?.set_cursor(null);
    if (this.address.view.fixed) this.set_view({ span_ms: this.address.view.span_ms, fixed: null });
  }

  private toggle_zone(): void {
    this.settings.toggle_zone();
    this.rebuild();
  }

  private listen(): void {
    listen({
      go: (page) => this.go({ ...this.address, page }),
      live: () => this.back_to_live(),
      shift: (part) => this.set_view(shifted(this.address.view, part, this.feed.now_ms)),
      zoom: (factor) => this.set_view(zoomed(this.address.view, factor, this.feed.now_ms)),
      cursor: (samples) => this.page.deck?.step_cursor(samples),
      clear: () => this.page.deck?.set_cursor(null),
      span: (span_ms) => this.set_view({ span_ms, fixed: null }),
      theme: () => this.settings.toggle_theme(),
      zone: () => this.toggle_zone(),
      find: () => {
        this.go({ ...this.address, page: 'explore' });
        requestAnimationFrame(() => document.getElementById('query')?.focus());
      },
      help: () => show_sheet(this.words),
    });
  }
}
