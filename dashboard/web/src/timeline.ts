// The samples behind one page's charts: one time column and one value column a series, for every
// query of the page. History fills it, the live stream appends to it. A missing value is null,
// and a stretch of missing steps holds one null, so that no line is drawn across it.

export type Labels = Readonly<Record<string, string>>;
export type Column = (number | null)[];

export interface Sample {
  labels: Labels;
  value: number;
}

export interface HistorySeries {
  labels: Labels;
  /** [milliseconds, value], ascending. */
  points: readonly (readonly [number, number])[];
}

export interface Series {
  labels: Labels;
  values: Column;
}

// A hostile or careless set of labels must not fill the browser's memory.
const kMostSeries = 500;

/** One text per label set, whatever the order of its labels. */
export function key_of(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

export class Timeline {
  readonly times: number[] = [];
  /** Series that were not taken up because of the limit. */
  refused = 0;
  private readonly queries: Map<string, Series>[];

  constructor(
    readonly step_ms: number,
    query_count: number,
    private readonly most_series = kMostSeries,
  ) {
    this.queries = Array.from({ length: query_count }, () => new Map<string, Series>());
  }

  /** Replaces everything by a query's answers over a grid from `from_ms` in steps. */
  load(from_ms: number, to_ms: number, answers: readonly (readonly HistorySeries[])[]): void {
    this.times.length = 0;
    for (let time = from_ms; time <= to_ms; time += this.step_ms) this.times.push(time);
    this.refused = 0;
    answers.forEach((answer, index) => {
      const series = this.queries[index];
      if (!series) return;
      series.clear();
      for (const one of answer) {
        const column = this.column(series, one.labels);
        if (!column) continue;
        for (const [time, value] of one.points) {
          const slot = Math.round((time - from_ms) / this.step_ms);
          if (slot >= 0 && slot < column.length && Number.isFinite(value)) column[slot] = value;
        }
      }
    });
  }

  /**
   * Appends one live instant. Within a step the newest instant replaces the one before, so that
   * a coarse timeline still moves each second. An instant older than the newest is ignored.
   */
  append(time_ms: number, answers: readonly (readonly Sample[] | null)[]): void {
    const last = this.times.at(-1);
    if (last !== undefined && time_ms <= last) return;
    const same_step = last !== undefined && this.step_of(last) === this.step_of(time_ms);
    if (same_step) {
      this.times[this.times.length - 1] = time_ms;
    } else {
      if (last !== undefined && time_ms - last > this.gap_ms()) this.push(last + this.step_ms);
      this.push(time_ms);
    }
    const slot = this.times.length - 1;
    answers.forEach((answer, index) => {
      const series = this.queries[index];
      if (!series || !answer) return;
      for (const sample of answer) {
        const column = this.column(series, sample.labels);
        if (column) column[slot] = Number.isFinite(sample.value) ? sample.value : null;
      }
    });
  }

  /** Forgets what is older, in batches, and series that have nothing left. */
  trim(oldest_ms: number): void {
    let drop = 0;
    while (drop < this.times.length && this.times[drop]! < oldest_ms) drop += 1;
    if (drop < 64) return;
    this.times.splice(0, drop);
    for (const series of this.queries) {
      for (const [key, one] of series) {
        one.values.splice(0, drop);
        if (one.values.every((value) => value === null)) series.delete(key);
      }
    }
  }

  series(query: number): Series[] {
    return [...(this.queries[query]?.values() ?? [])];
  }

  /** The first time at which any series of a query has a value. */
  first_sample_ms(query: number): number | null {
    let first = Infinity;
    for (const { values } of this.queries[query]?.values() ?? []) {
      const slot = values.findIndex((value) => value !== null);
      if (slot >= 0) first = Math.min(first, slot);
    }
    return this.times[first] ?? null;
  }

  /** Spans in which no series of the given query has a value, within the times kept. */
  gaps(query: number): [number, number][] {
    const columns = this.series(query).map((one) => one.values);
    const found: [number, number][] = [];
    let last_seen: number | null = null;
    let empty = false;
    this.times.forEach((time, slot) => {
      if (!columns.some((values) => values[slot] !== null)) {
        empty = true;
        return;
      }
      if (empty && last_seen !== null) found.push([last_seen, time]);
      last_seen = time;
      empty = false;
    });
    return found;
  }

  private gap_ms(): number {
    return Math.max(2.5 * this.step_ms, 3000);
  }

  // A step ends at its grid point, as a range query's windows do.
  private step_of(time_ms: number): number {
    return Math.ceil(time_ms / this.step_ms);
  }

  private push(time_ms: number): void {
    this.times.push(time_ms);
    for (const series of this.queries) for (const { values } of series.values()) values.push(null);
  }

  private column(series: Map<string, Series>, labels: Labels): Column | null {
    const key = key_of(labels);
    const known = series.get(key);
    if (known) return known.values;
    if (series.size >= this.most_series) {
      this.refused += 1;
      return null;
    }
    const values: Column = new Array<number | null>(this.times.length).fill(null);
    series.set(key, { labels, values });
    return values;
  }
}
