// The keyboard: single keys, "g" then a letter for pages. Never with Ctrl, Alt or Meta, and off in
// inputs. Every key has a visible button or link too.

import type { PageName } from './address.ts';
import { h } from './dom.ts';
import { kPresets } from './range.ts';
import type { Words } from './words.ts';

export interface KeyEvents {
  go(page: PageName): void;
  live(): void;
  /** Moves the window by a part of its span. */
  shift(part: number): void;
  zoom(factor: number): void;
  cursor(samples: number): void;
  clear(): void;
  span(span_ms: number): void;
  theme(): void;
  zone(): void;
  find(): void;
  help(): void;
}

const kPageKeys: Readonly<Record<string, PageName>> = { o: 'overview', a: 'alerts', e: 'explore', s: 'status' };
const kChordTime = 1500;

export function listen(events: KeyEvents): void {
  let chord_until = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target as HTMLElement | null;
    if (target?.matches('input, textarea, select, [contenteditable]')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    if (document.querySelector('dialog[open]')) return;
    const page = event.timeStamp < chord_until ? kPageKeys[event.key] : undefined;
    chord_until = event.key === 'g' ? event.timeStamp + kChordTime : 0;
    if (page) events.go(page);
    else if (!single(event, events)) return;
    event.preventDefault();
  });
}

function single(event: KeyboardEvent, events: KeyEvents): boolean {
  const far = event.shiftKey ? 10 : 1;
  const actions: Readonly<Record<string, () => void>> = {
    l: () => events.live(),
    '[': () => events.shift(-0.5),
    ']': () => events.shift(0.5),
    '+': () => events.zoom(0.5),
    '=': () => events.zoom(0.5),
    '-': () => events.zoom(2),
    '−': () => events.zoom(2),
    ArrowLeft: () => events.cursor(-far),
    ArrowRight: () => events.cursor(far),
    Escape: () => events.clear(),
    t: () => events.theme(),
    z: () => events.zone(),
    '/': () => events.find(),
    '?': () => events.help(),
  };
  const preset = kPresets[Number(event.key) - 1];
  const action = actions[event.key] ?? (preset ? () => events.span(preset.span_ms) : undefined);
  action?.();
  return action !== undefined;
}

export function show_sheet(words: Words): void {
  const go = (page: PageName) => words.say('key.goto', { page: words.say(page) });
  const rows: [string, string][] = [
    ['g o', go('overview')],
    ['g a', go('alerts')],
    ['g e', go('explore')],
    ['g s', go('status')],
    ['← →', words.say('key.cursor')],
    ['[ ]', words.say('key.earlier')],
    ['+ −', words.say('key.zoom')],
    ['1 6', words.say('key.presets')],
    ['l', words.say('key.live')],
    ['/', words.say('query')],
    ['t', words.say('theme')],
    ['z', words.say('zone')],
    ['?', words.say('help')],
    ['Esc', words.say('key.close')],
  ];
  const dialog = h(
    'dialog',
    { class: 'sheet', close: () => dialog.remove() },
    h('h2', {}, words.say('help')),
    h(
      'div',
      { class: 'keysheet' },
      rows.map(([keys, text]) => [
        h('span', {}, keys.split(' ').map((key, index) => [index > 0 && ' ', h('kbd', {}, key)])),
        h('span', {}, text),
      ]),
    ),
    h('div', { class: 'acts' }, h('button', { class: 'btn', click: () => dialog.close() }, words.say('close'))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
