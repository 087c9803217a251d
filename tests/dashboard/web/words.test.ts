import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kTables, Words, type Key } from '../../../dashboard/web/src/words.ts';

const languages = Object.keys(kTables) as (keyof typeof kTables)[];
const marks = (text: string) => [...new Set(text.match(/\{\w+\}|<\w+>/g) ?? [])].sort();

test('words: every key is in every language, and says something', () => {
  assert.ok(languages.length >= 2);
  const keys = new Set(languages.flatMap((language) => Object.keys(kTables[language])));
  for (const language of languages) {
    for (const key of keys) {
      const text = kTables[language][key as Key];
      assert.equal(typeof text, 'string', `${language} lacks ${key}`);
      assert.notEqual(text.trim(), '', `${language} says nothing for ${key}`);
    }
  }
});

test('words: a template has the same placeholders and parts in every language', () => {
  for (const key of Object.keys(kTables.en) as Key[]) {
    for (const language of languages) {
      assert.deepEqual(marks(kTables[language][key]), marks(kTables.en[key]), `${language} ${key}`);
    }
  }
});

test('words: no exclamation mark, no "please", no "oops"', () => {
  for (const language of languages) {
    for (const [key, text] of Object.entries(kTables[language])) assert.doesNotMatch(text, /!|！|please|oops/i, key);
  }
});

test('words: a fill is never read as a template', () => {
  const words = new Words('en');
  const parts = words.parts('gone.text', { time: '<b>{time}</b>' });
  assert.ok(parts.some((part) => part.look === 'b' && part.text === '<b>{time}</b>'));
});

test('words: plurals follow the language', () => {
  assert.equal(new Words('en').say_count('facts.cores', 1), '1 core');
  assert.equal(new Words('en').say_count('facts.cores', 8), '8 cores');
  assert.equal(new Words('zh').say_count('facts.cores', 1), '1 核');
});

test('words: a placeholder without a fill is left out, not printed', () => {
  assert.equal(new Words('en').say('facts.up'), 'up ');
});
