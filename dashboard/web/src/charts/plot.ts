// One uPlot picture: lines with their bands, or a stack, on a fixed left edge of 56 pixels, with
// the gaps hatched and the onset marked. What surrounds it (heading, cursor) is chart.ts.

import uPlot from 'uplot';

import { bin_width, binned, type Bins } from '../bins.ts';
import type { Clock } from '../clock.ts';
import { format_axis } from '../format.ts';
import { AxisEnd, time_lines, time_step, value_lines } from '../scale.ts';
import type { Column } from '../timeline.ts';
import type { Palette } from './palette.ts';
import type { ChartSpec, Frame, Line } from './spec.ts';

export const kLeftEdge = 56;
const kRightEdge = 4;
const kTopEdge = 6;
const kAxisHeight = 20;
const kBareHeight = 3;
const kOnsetTagHalf = 30;

export interface PlotEvents {
  hover(time_ms: number | null, x: number, y: number): void;
  zoom(from_ms: number, to_ms: number): void;
  reset(): void;
}

/** Sums from the first line upwards; a moment without any value stays a gap. */
export function stacked(columns: readonly Column[]): Column[] {
  const out: Column[] = [];
  columns.forEach((column, index) => {
    const below = out[index - 1];
    out.push(
      column.map((value, slot) => {
        if (columns.every((one) => one[slot] === null)) return null;
        return (below?.[slot] ?? 0) + (value ?? 0);
      }),
    );
  });
  return out;
}

export class Plot {
  points = 0;
  private picture: uPlot | null = null;
  private shape = '';
  private frame: Frame | null = null;
  private lines: Line[] = [];
  private start = 0;
  private end = 1;
  private readonly above: AxisEnd;
  private readonly below: AxisEnd;
  private span_ms = 0;
  private moving = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly spec: ChartSpec,
    private readonly palette: Palette,
    private readonly clock: Clock,
    private readonly events: PlotEvents,
  ) {
    this.above = new AxisEnd(spec.unit);
    this.below = new AxisEnd(spec.unit);
  }

  destroy(): void {
    this.picture?.destroy();
    this.picture = null;
    this.shape = '';
  }

  draw(frame: Frame, lines: Line[]): void {
    const width = this.host.clientWidth;
    const height = this.host.clientHeight;
    if (width === 0 || height === 0) return;
    const span_ms = frame.to_ms - frame.from_ms;
    if (span_ms !== this.span_ms) {
      this.above.forget();
      this.below.forget();
    }
    this.span_ms = span_ms;
    this.frame = frame;
    this.lines = lines;
    const { timeline } = frame;
    const bin_ms = bin_width(span_ms, timeline.step_ms, width - kLeftEdge - kRightEdge);
    const columns = this.spec.kind === 'stack' ? stacked(lines.map((one) => one.values)) : lines.map((one) => one.values);
    const bins = binned(timeline.times, columns, frame.from_ms, frame.to_ms, bin_ms, timeline.step_ms);
    this.measure(frame, bins);
    const bands = bins.merged && this.spec.kind !== 'stack';
    const shape = JSON.stringify([width, height, bands, lines.map((one) => one.colour), devicePixelRatio]);
    const data = this.arrange(bins, bands);
    if (shape !== this.shape || !this.picture) {
      this.picture?.destroy();
      this.shape = shape;
      this.picture = new uPlot(this.options(width, height, bands), data, this.host);
    } else {
      this.picture.setData(data);
    }
  }

  /** Puts the cursor to a time, or away; tells nobody. Returns its place, if it is inside. */
  place_cursor(time_ms: number | null): number | null {
    const { picture, frame } = this;
    if (!picture || !frame) return null;
    const inside = time_ms !== null && time_ms >= frame.from_ms && time_ms <= frame.to_ms;
    const left = inside ? picture.valToPos(time_ms / 1000, 'x') : -10;
    this.moving = true;
    picture.setCursor({ left, top: inside ? 1 : -10 }, false);
    this.moving = false;
    return inside ? kLeftEdge + left : null;
  }

  private measure(frame: Frame, bins: Bins): void {
    let greatest = 0;
    let least = 0;
    this.points = 0;
    const bands = bins.merged && this.spec.kind !== 'stack';
    (bands ? bins.high : bins.mean).forEach((column, line) => {
      const low = bands ? bins.low[line]! : column;
      column.forEach((value, slot) => {
        if (value === null) return;
        greatest = Math.max(greatest, value);
        least = Math.min(least, low[slot] ?? value);
        this.points += 1;
      });
    });
    this.start = least < 0 ? -this.below.step(-least, frame.to_ms) : 0;
    this.end = this.spec.end?.(frame.timeline) ?? (this.above.step(greatest, frame.to_ms) || (this.start < 0 ? 0 : 1));
  }

  /** A stack is painted from its top down, so that each lower layer covers the one above. */
  private arrange(bins: Bins, bands: boolean): uPlot.AlignedData {
    const out: Column[] = [bins.times.map((time) => time / 1000)];
    if (this.spec.kind === 'stack') out.push(...[...bins.mean].reverse());
    else if (bands) bins.mean.forEach((mean, index) => out.push(bins.high[index]!, bins.low[index]!, mean));
    else out.push(...bins.mean);
    return out as uPlot.AlignedData;
  }

  private series(bands: boolean): uPlot.Series[] {
    const bare = { points: { show: false } };
    const { palette } = this;
    if (this.spec.kind === 'stack') {
      return [...this.lines].reverse().map((line, index) => ({
        ...bare,
        fill: palette.get(line.colour),
        // An edge in the ground's colour tells layers apart without hue.
        stroke: palette.get(index === 0 ? line.colour : 'surface'),
        width: index === 0 ? 0 : 1,
      }));
    }
    return this.lines.flatMap((line): uPlot.Series[] => {
      const stroke = palette.get(line.colour);
      const mean: uPlot.Series = { ...bare, stroke, width: 1.4 };
      if (this.spec.kind === 'area') mean.fill = palette.faded(line.colour, 0.13);
      if (!bands) return [mean];
      const edge = { ...bare, stroke: 'transparent', width: 0 };
      return [edge, { ...edge }, mean];
    });
  }

  private options(width: number, height: number, bands: boolean): uPlot.Options {
    const { palette, spec } = this;
    const grid = { stroke: palette.get('grid'), width: 1 };
    const axis = { stroke: palette.get('tick'), font: palette.axis_font(), ticks: { show: false }, grid };
    return {
      width,
      height,
      padding: [kTopEdge, kRightEdge, 0, 0],
      legend: { show: false },
      focus: { alpha: 1 },
      scales: {
        x: { time: true, range: () => [(this.frame?.from_ms ?? 0) / 1000, (this.frame?.to_ms ?? 1) / 1000] },
        y: { range: () => [this.start, this.end] },
      },
      axes: [
        {
          ...axis,
          size: spec.axis ? kAxisHeight : kBareHeight,
          gap: 5,
          splits: () => this.ticks(width).map((time) => time / 1000),
          values: (_, splits) => splits.map((time) => this.tick(time * 1000, width)),
        },
        {
          ...axis,
          size: kLeftEdge,
          gap: 6,
          splits: () => value_lines(this.start, this.end, height),
          values: (_, splits) => splits.map((value) => format_axis(spec.unit, value)),
        },
      ],
      series: [{}, ...this.series(bands)],
      bands: bands
        ? this.lines.map((line, index) => ({
            series: [index * 3 + 1, index * 3 + 2] as [number, number],
            fill: palette.faded(line.colour, 0.25),
          }))
        : [],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        focus: { prox: -1 },
        bind: { dblclick: () => () => this.double_click() },
      },
      hooks: {
        drawClear: [(picture) => this.draw_gaps(picture)],
        draw: [(picture) => this.draw_marks(picture)],
        setCursor: [(picture) => this.hover(picture)],
        setSelect: [(picture) => this.select(picture)],
      },
    };
  }

  private double_click(): null {
    this.events.reset();
    return null;
  }

  private hover(picture: uPlot): void {
    if (this.moving) return;
    const { left, top } = picture.cursor;
    if (left === undefined || left < 0) this.events.hover(null, 0, 0);
    else this.events.hover(picture.posToVal(left, 'x') * 1000, kLeftEdge + left, top ?? 0);
  }

  private select(picture: uPlot): void {
    const { left, width } = picture.select;
    if (width < 6) return;
    const from_ms = picture.posToVal(left, 'x') * 1000;
    const to_ms = picture.posToVal(left + width, 'x') * 1000;
    picture.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.events.zoom(from_ms, to_ms);
  }

  private ticks(width: number): number[] {
    const { frame } = this;
    if (!frame) return [];
    const step = this.tick_step(width);
    return time_lines(frame.from_ms, frame.to_ms, step, this.clock.offset(frame.to_ms));
  }

  private tick_step(width: number): number {
    return time_step(this.span_ms, width - kLeftEdge - kRightEdge);
  }

  /** A label that would leave the plot or touch the onset's tag gives way. */
  private tick(time_ms: number, width: number): string | null {
    const { frame } = this;
    if (!frame || !this.spec.axis) return null;
    const pixels = width - kLeftEdge - kRightEdge;
    const place = (time: number) => ((time - frame.from_ms) / this.span_ms) * pixels;
    const x = place(time_ms);
    if (x < 14 || x > pixels - 14) return null;
    const { onset_ms } = frame;
    if (onset_ms !== null && this.inside(onset_ms)) {
      const tag = Math.min(Math.max(place(onset_ms), kOnsetTagHalf), pixels - kOnsetTagHalf);
      if (Math.abs(tag - x) < 52) return null;
    }
    return this.clock.tick(time_ms, this.tick_step(width));
  }

  private inside(time_ms: number): boolean {
    return this.frame !== null && time_ms > this.frame.from_ms && time_ms < this.frame.to_ms;
  }

  /** Where nothing was collected at all the ground is hatched: neither a line nor a zero. */
  private draw_gaps(picture: uPlot): void {
    const { frame, spec } = this;
    if (!frame) return;
    const { ctx, bbox } = picture;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.strokeStyle = this.palette.get('line');
    ctx.lineWidth = devicePixelRatio;
    const slant = bbox.height;
    for (const [from, to] of frame.timeline.gaps(spec.pulse)) {
      if (to < frame.from_ms || from > frame.to_ms) continue;
      const left = picture.valToPos(from / 1000, 'x', true);
      const right = picture.valToPos(to / 1000, 'x', true);
      if (right - left < 2 * devicePixelRatio) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, bbox.top, right - left, bbox.height);
      ctx.clip();
      ctx.beginPath();
      // The stripes start on a fixed raster, so that they do not crawl.
      const raster = 7 * devicePixelRatio;
      for (let x = Math.floor((left - slant) / raster) * raster; x < right; x += raster) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + slant, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
      if (spec.names_gaps) this.name_gap(picture, Math.max(left, bbox.left), Math.min(right, bbox.left + bbox.width));
    }
    ctx.restore();
  }

  private name_gap({ ctx, bbox }: uPlot, left: number, right: number): void {
    const text = this.frame?.gap_name ?? '';
    ctx.font = this.canvas_font();
    const width = ctx.measureText(text).width + 8 * devicePixelRatio;
    if (width > right - left) return;
    const middle = (left + right) / 2;
    const y = bbox.top + bbox.height / 2;
    ctx.fillStyle = this.palette.get('surface');
    ctx.fillRect(middle - width / 2, y - 8 * devicePixelRatio, width, 16 * devicePixelRatio);
    ctx.fillStyle = this.palette.get('text3');
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, middle, y);
  }

  /** The axis's font in the canvas's own pixels. */
  private canvas_font(): string {
    return this.palette.axis_font().replace(/^([\d.]+)px/, (_, size) => `${Number(size) * devicePixelRatio}px`);
  }

  private draw_marks(picture: uPlot): void {
    const { frame } = this;
    if (!frame) return;
    if (frame.onset_ms !== null && this.inside(frame.onset_ms)) this.draw_onset(picture, frame.onset_ms);
    if (frame.live && this.spec.kind !== 'stack') this.draw_newest(picture, frame);
  }

  private draw_onset(picture: uPlot, onset_ms: number): void {
    const { ctx, bbox } = picture;
    const scale = devicePixelRatio;
    const x = Math.round(picture.valToPos(onset_ms / 1000, 'x', true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = this.palette.faded('critical', 0.75);
    ctx.lineWidth = scale;
    ctx.setLineDash([2 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, 0);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
    if (!this.spec.axis) return;
    const text = this.clock.time(onset_ms);
    const y = bbox.top + bbox.height + 4 * scale;
    const most = bbox.left + bbox.width - kOnsetTagHalf * scale;
    const middle = Math.min(Math.max(x, bbox.left + kOnsetTagHalf * scale), most);
    ctx.save();
    ctx.font = this.canvas_font();
    const half = ctx.measureText(text).width / 2 + 5 * scale;
    ctx.fillStyle = this.palette.get('critical-bg');
    ctx.fillRect(middle - half, y, 2 * half, 15 * scale);
    ctx.fillStyle = this.palette.get('critical');
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, middle, y + 8 * scale);
    ctx.restore();
  }

  private draw_newest(picture: uPlot, frame: Frame): void {
    const { ctx } = picture;
    const { times } = frame.timeline;
    const last = times.length - 1;
    const time = times[last];
    if (time === undefined || frame.to_ms - time > 3 * frame.timeline.step_ms) return;
    for (const line of this.lines) {
      const value = line.values[last];
      if (value === null || value === undefined) continue;
      const x = Math.min(picture.valToPos(time / 1000, 'x', true), picture.bbox.left + picture.bbox.width);
      ctx.fillStyle = this.palette.get(line.colour);
      ctx.beginPath();
      ctx.arc(x - devicePixelRatio, picture.valToPos(value, 'y', true), 2.2 * devicePixelRatio, 0, 7);
      ctx.fill();
    }
  }
}
