// What a chart is told to draw, apart from how: title, unit, and its lines out of a timeline.

import type { Unit } from '../format.ts';
import type { Column, Timeline } from '../timeline.ts';
import type { Token } from './palette.ts';

export interface Line {
  /** Shown in the heading; untranslated names (devices) are folded before. */
  name: string;
  colour: Token;
  values: Column;
  /** Not named in the heading; the tooltip has it. */
  unnamed?: boolean;
}

export interface ChartSpec {
  id: string;
  title: string;
  /** "stack" only for parts of a whole; "area" only for a single series. */
  kind: 'line' | 'stack' | 'area';
  unit: Unit;
  /** Class of the plot's height. */
  height: string;
  /** Whether the time axis is drawn; a column of charts has one at its bottom. */
  axis: boolean;
  lines: (timeline: Timeline) => Line[];
  /** Where the axis ends, if that is fixed. */
  end?: (timeline: Timeline) => number | null;
  /** The heading's main figure is the sum of so many lines from the first; 0 for none. */
  lead: number;
  /** What the main figure is out of, such as "/ 31.2 GiB". */
  of?: (timeline: Timeline) => string;
  /** At most so many names in the heading; the rest is in a table or a tooltip. */
  keys?: number;
  /** The query whose silence means that nothing was collected. */
  pulse: number;
  /** Whether this chart, for all, says what the hatching is. */
  names_gaps?: boolean;
}

/** Everything that is the same for all charts of a page at one moment. */
export interface Frame {
  timeline: Timeline;
  from_ms: number;
  to_ms: number;
  live: boolean;
  onset_ms: number | null;
  /** What a hatched gap is called; said by the first chart that `names_gaps`. */
  gap_name: string;
  /** Words for an empty plot: what is missing, or what failed. */
  note: (spec: ChartSpec) => string;
}
