import assert from 'node:assert/strict';
import { test } from 'node:test';

import { folded, visible } from '../../../dashboard/web/src/hostile.ts';

test('visible: control and direction characters become marks', () => {
  assert.equal(visible('a\u0000b\nc\u202ed\u200be\u2066f\u007fg'), 'a␡b␡c␡d␡e␡f␡g');
});

test('visible: ordinary text of any language is left alone', () => {
  assert.equal(visible('磁盘 /srv/ä <b>&amp;</b>'), '磁盘 /srv/ä <b>&amp;</b>');
});

test('folded: 200 characters become 64 with the middle left out', () => {
  const text = `${'a'.repeat(100)}${'z'.repeat(100)}`;
  const short = folded(text);
  assert.equal([...short].length, 64);
  assert.match(short, /^a+…z+$/);
});

test('folded: what fits is whole, at the limit too', () => {
  assert.equal(folded('x'.repeat(64)), 'x'.repeat(64));
  assert.equal(folded('😀'.repeat(40)), '😀'.repeat(40));
});

test('folded: no surrogate pair is cut', () => {
  const short = folded('😀'.repeat(100), 11);
  assert.equal([...short].length, 11);
  assert.doesNotMatch(short, /[\ud800-\udbff](?![\udc00-\udfff])/);
});
