// What a page is given: the words, the clock, the feed, the alerts, and ways to change the view.

import type { History } from './address.ts';
import type { AlertBook } from './alerts.ts';
import type { GroupAnswer } from './api.ts';
import type { ColourBook, Palette } from './charts/palette.ts';
import type { Frame } from './charts/spec.ts';
import type { Deck } from './charts/deck.ts';
import type { Clock } from './clock.ts';
import type { Feed, FeedQuery } from './feed.ts';
import type { Unit } from './format.ts';
import type { View } from './range.ts';
import type { Words } from './words.ts';

export interface Context {
  words: Words;
  clock: Clock;
  palette: Palette;
  colours: ColourBook;
  feed: Feed;
  book: () => AlertBook;
  groups: () => readonly GroupAnswer[];
  view: () => View;
  query: () => string;
  /** What the query's values are. */
  unit: () => Unit;
  /** The agent's time. */
  now_ms: () => number;
  frame: () => Frame;
  zoom: (from_ms: number, to_ms: number) => void;
  back_to_live: () => void;
  set_query: (query: string) => void;
  /** The address of a history on Explore, over the range that is shown now. */
  explore: (history: History) => string;
}

export interface Page {
  element: HTMLElement;
  queries: readonly FeedQuery[];
  deck: Deck | null;
  /** Called after each instant and each change; draws only what differs. */
  draw(): void;
  destroy(): void;
}
