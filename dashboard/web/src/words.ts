// Every word that the page says comes from one table a language (english.ts, chinese.ts).
// Sentences are whole templates: {name} is filled in as a text node, <x>…</x> gives a part its
// look. A key that one language lacks does not compile, and a test compares the placeholders.
// Names, labels and metrics are not translated.

import { chinese } from './chinese.ts';
import { english, type Key, type Table } from './english.ts';

export type { Key } from './english.ts';

export type Language = 'en' | 'zh';
export const kTables: Readonly<Record<Language, Table>> = { en: english, zh: chinese };

/** A part of a filled template: what stands between <x> and </x> has the look "x". */
export interface Segment {
  look: string;
  text: string;
}
export type Fill = string | number | readonly Segment[];

type PluralStem = Key extends infer K ? (K extends `${infer Stem}.one` ? Stem : never) : never;

export class Words {
  private readonly table: Table;
  private readonly plurals: Intl.PluralRules;

  constructor(readonly language: Language) {
    this.table = kTables[language];
    this.plurals = new Intl.PluralRules(language);
  }

  get locale(): string {
    return this.language === 'zh' ? 'zh-CN' : 'en';
  }

  /** A template as plain text. */
  say(key: Key, fills: Readonly<Record<string, Fill>> = {}): string {
    return this.parts(key, fills)
      .map((part) => part.text)
      .join('');
  }

  /** A template that depends on a number, which is filled in as {count} too. */
  count(stem: PluralStem, number: number, fills: Readonly<Record<string, Fill>> = {}): Segment[] {
    return this.parts(this.plural_key(stem, number), { count: number, ...fills });
  }

  say_count(stem: PluralStem, number: number, fills: Readonly<Record<string, Fill>> = {}): string {
    return this.count(stem, number, fills)
      .map((part) => part.text)
      .join('');
  }

  /** A template's parts. Fills are never read as templates, whatever they hold. */
  parts(key: Key, fills: Readonly<Record<string, Fill>> = {}): Segment[] {
    const out: Segment[] = [];
    let look = '';
    for (const token of this.table[key].split(/(<\/?\w+>|\{\w+\})/)) {
      if (token === '') continue;
      if (/^<\w+>$/.test(token)) look = token.slice(1, -1);
      else if (/^<\/\w+>$/.test(token)) look = '';
      else if (/^\{\w+\}$/.test(token)) this.fill(out, look, fills[token.slice(1, -1)]);
      else out.push({ look, text: token });
    }
    return out;
  }

  private fill(out: Segment[], look: string, value: Fill | undefined): void {
    if (value === undefined) return;
    if (typeof value === 'object') out.push(...value.map((part) => ({ look: part.look || look, text: part.text })));
    else out.push({ look, text: String(value) });
  }

  private plural_key(stem: PluralStem, number: number): Key {
    const key = `${stem}.${this.plurals.select(number)}`;
    return key in this.table ? (key as Key) : (`${stem}.other` as Key);
  }
}
