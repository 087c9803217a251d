// What the browser remembers of its reader: theme, language, zone. Storage may be refused; then
// the choice lasts as long as the page.

import type { Zone } from './clock.ts';
import type { Language } from './words.ts';

export type Theme = 'dark' | 'light';

const kPrefix = 'lapwing.';

function recall(name: string): string | null {
  try {
    return localStorage.getItem(kPrefix + name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(kPrefix + name, value);
  } catch {
    // Nothing depends on it.
  }
}

export class Settings {
  private chosen_theme: Theme | null;
  language: Language;
  zone: Zone;
  private readonly prefers_light = matchMedia('(prefers-color-scheme: light)');

  /** Told after the theme has changed. */
  on_theme: () => void = () => undefined;

  constructor() {
    const theme = recall('theme');
    this.chosen_theme = theme === 'dark' || theme === 'light' ? theme : null;
    const language = recall('language');
    const browsers = (navigator.language || 'en').startsWith('zh') ? 'zh' : 'en';
    this.language = language === 'en' || language === 'zh' ? language : browsers;
    this.zone = recall('zone') === 'utc' ? 'utc' : 'local';
    this.prefers_light.addEventListener('change', () => this.apply_theme());
    document.documentElement.dataset['theme'] = this.theme;
  }

  get theme(): Theme {
    return this.chosen_theme ?? (this.prefers_light.matches ? 'light' : 'dark');
  }

  toggle_theme(): void {
    this.chosen_theme = this.theme === 'dark' ? 'light' : 'dark';
    remember('theme', this.chosen_theme);
    this.apply_theme();
  }

  toggle_language(): void {
    this.language = this.language === 'en' ? 'zh' : 'en';
    remember('language', this.language);
  }

  toggle_zone(): void {
    this.zone = this.zone === 'local' ? 'utc' : 'local';
    remember('zone', this.zone);
  }

  private apply_theme(): void {
    document.documentElement.dataset['theme'] = this.theme;
    this.on_theme();
  }
}
