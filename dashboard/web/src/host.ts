// The host's figures: which queries, and how their series become the charts' lines. Metric names
// are node_exporter's; the store adds job="node".

import type { ChartSpec, Line } from './charts/spec.ts';
import type { ColourBook } from './charts/palette.ts';
import type { FeedQuery } from './feed.ts';
import { format } from './format.ts';
import { folded } from './hostile.ts';
import { rate_of } from './range.ts';
import type { Column, Labels, Sample, Series, Timeline } from './timeline.ts';
import type { Words } from './words.ts';

const kJob = 'job="node"';

function rate(metric: string, more = ''): (step_ms: number) => string {
  return (step_ms) => rate_of(`${metric}{${kJob}${more}}`, step_ms);
}
function charted(expression: (step_ms: number) => string): FeedQuery {
  return { expression, history: true };
}
function shown(expression: (step_ms: number) => string): FeedQuery {
  return { expression, history: false };
}

function disk_latency(step_ms: number): string {
  const of = (metric: string) => rate(metric)(step_ms);
  return (
    `(${of('node_disk_read_time_seconds_total')} + ${of('node_disk_write_time_seconds_total')})` +
    ` / (${of('node_disk_reads_completed_total')} + ${of('node_disk_writes_completed_total')})`
  );
}

function network_faults(step_ms: number): string {
  return ['receive_errs', 'receive_drop', 'transmit_errs', 'transmit_drop']
    .map((name) => rate(`node_network_${name}_total`)(step_ms))
    .join(' + ');
}

const kVirtualFilesystems =
  'autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|' +
  'overlay|proc|procfs|pstore|ramfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs';

/** The Overview's queries by name; their order is that of kHostQueries. */
export const kHost = {
  cpu: charted((step) => `avg by (mode) (${rate('node_cpu_seconds_total', ',mode!="idle"')(step)})`),
  memory: charted(
    () => `{__name__=~"node_memory_(MemTotal|MemFree|Buffers|Cached|SReclaimable)_bytes",${kJob}}`,
  ),
  load: charted(() => `{__name__=~"node_load(1|5|15)",${kJob}}`),
  pressure_io: charted(rate('node_pressure_io_waiting_seconds_total')),
  pressure_cpu: charted(rate('node_pressure_cpu_waiting_seconds_total')),
  pressure_memory: charted(rate('node_pressure_memory_waiting_seconds_total')),
  disk_busy: charted(rate('node_disk_io_time_seconds_total')),
  disk_read: charted(rate('node_disk_read_bytes_total')),
  disk_write: charted(rate('node_disk_written_bytes_total')),
  net_in: charted(rate('node_network_receive_bytes_total', ',device!="lo"')),
  net_out: charted(rate('node_network_transmit_bytes_total', ',device!="lo"')),
  disk_latency: shown(disk_latency),
  disk_in_flight: shown(() => `node_disk_io_now{${kJob}}`),
  net_faults: shown(network_faults),
  filesystems: shown(
    () =>
      `{__name__=~"node_filesystem_(size_bytes|free_bytes|avail_bytes|files|files_free|readonly)",${kJob},` +
      `fstype!~"${kVirtualFilesystems}"}`,
  ),
} satisfies Record<string, FeedQuery>;

type HostQuery = keyof typeof kHost;
const kOrder = Object.keys(kHost) as HostQuery[];
export const kHostQueries: readonly FeedQuery[] = kOrder.map((name) => kHost[name]);

export function host_index(name: HostQuery): number {
  return kOrder.indexOf(name);
}

/** Facts that hardly change, asked for once a connection. */
export const kFacts = {
  uname: `node_uname_info{${kJob}}`,
  boot: `node_boot_time_seconds{${kJob}}`,
  cores: `count(node_cpu_seconds_total{${kJob},mode="idle"})`,
  memory: `node_memory_MemTotal_bytes{${kJob}}`,
  system: `node_os_info{${kJob}}`,
} as const;

export type Facts = Partial<Record<keyof typeof kFacts, Sample>>;

/** A device that passes others' traffic or blocks on must not be counted twice in a sum. */
const kStackedDisk = /^(?:dm-|md|zram|loop|sr|fd|ram)/;
const kStackedInterface = /^(?:lo$|veth|docker|br-|virbr|vnet|cali|flannel|cni|tun|tap|lxc|ifb|dummy)/;

export function is_physical_disk(device: string): boolean {
  return !kStackedDisk.test(device);
}
export function is_physical_interface(device: string): boolean {
  return !kStackedInterface.test(device);
}

/** The sum of columns; a moment without any value stays a gap. */
export function summed(columns: readonly Column[], length: number): Column {
  const out: Column = new Array<number | null>(length).fill(null);
  for (const column of columns) {
    for (let slot = 0; slot < length; slot += 1) {
      const value = column[slot];
      if (value !== null && value !== undefined) out[slot] = (out[slot] ?? 0) + value;
    }
  }
  return out;
}

/** Shares as per cent. Counters read a little late can show more than the whole. */
function percent(column: Column): Column {
  return column.map((value) => (value === null ? null : Math.min(100, value * 100)));
}

function series(timeline: Timeline, name: HostQuery): Series[] {
  return timeline.series(host_index(name));
}

/** Of stacked devices only the lowest; where there are none but stacked ones, all. */
function total(all: readonly Series[], physical: (device: string) => boolean, length: number): Column {
  const own = all.filter((one) => physical(one.labels['device'] ?? ''));
  return summed((own.length ? own : all).map((one) => one.values), length);
}

/** The modes that the heading names; the others are in the tooltip. */
const kNamedModes = new Set(['user', 'system', 'iowait']);
const kModes: readonly (readonly [name: string, modes: readonly string[], colour: string])[] = [
  ['user', ['user'], 'm-user'],
  ['nice', ['nice'], 'm-nice'],
  ['system', ['system'], 'm-system'],
  ['irq', ['irq', 'softirq'], 'm-irq'],
  ['steal', ['steal'], 'm-steal'],
  ['iowait', ['iowait'], 'm-iowait'],
];

function cpu_lines(timeline: Timeline, words: Words): Line[] {
  const all = series(timeline, 'cpu');
  const length = timeline.times.length;
  return kModes.map(([name, modes, colour]) => {
    const columns = all.filter((one) => modes.includes(one.labels['mode'] ?? '')).map((one) => one.values);
    const values = percent(summed(columns, length));
    return { name: words.say(name as 'user'), colour, values, unnamed: !kNamedModes.has(name) };
  });
}

function memory_column(timeline: Timeline, name: string): Column {
  const metric = `node_memory_${name}_bytes`;
  const found = series(timeline, 'memory').find((one) => one.labels['__name__'] === metric);
  return found?.values ?? new Array<number | null>(timeline.times.length).fill(null);
}

/** Used is what is neither free nor given back on demand. */
export function memory_parts(timeline: Timeline): { used: Column; cache: Column; buffers: Column } {
  const all = memory_column(timeline, 'MemTotal');
  const free = memory_column(timeline, 'MemFree');
  const buffers = memory_column(timeline, 'Buffers');
  const cached = memory_column(timeline, 'Cached');
  const reclaimable = memory_column(timeline, 'SReclaimable');
  const cache = cached.map((value, slot) => (value === null ? null : value + (reclaimable[slot] ?? 0)));
  const used = all.map((value, slot) => {
    const unused = free[slot];
    if (value === null || unused === null || unused === undefined) return null;
    return Math.max(0, value - unused - (buffers[slot] ?? 0) - (cache[slot] ?? 0));
  });
  return { used, cache, buffers };
}

function newest(column: Column): number | null {
  for (let slot = column.length - 1; slot >= 0; slot -= 1) if (column[slot] !== null) return column[slot]!;
  return null;
}

function greatest(column: Column): number {
  return column.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

const kMostLines = 10;

function busy_lines(timeline: Timeline, colours: ColourBook): Line[] {
  return series(timeline, 'disk_busy')
    .map((one) => ({ name: one.labels['device'] ?? '', values: percent(one.values) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((line) => ({ ...line, most: greatest(line.values) }))
    .sort((a, b) => b.most - a.most)
    .slice(0, kMostLines)
    .map(({ name, values }) => ({ name: folded(name, 16), colour: colours.of(`disk ${name}`), values }));
}

function load_lines(timeline: Timeline): Line[] {
  const spans: readonly (readonly [string, string, string])[] = [
    ['node_load1', '1 min', 'c1'],
    ['node_load5', '5 min', 'c2'],
    ['node_load15', '15 min', 'c3'],
  ];
  return spans.flatMap(([metric, name, colour]) => {
    const found = series(timeline, 'load').find((one) => one.labels['__name__'] === metric);
    return found ? [{ name, colour, values: found.values }] : [];
  });
}

function pressure_lines(timeline: Timeline, words: Words): Line[] {
  const kinds = [
    ['pressure_io', words.say('io'), 'm-iowait'],
    ['pressure_cpu', words.say('cpu'), 'm-user'],
    ['pressure_memory', words.say('memory'), 'm-irq'],
  ] as const;
  return kinds.flatMap(([query, name, colour]) =>
    series(timeline, query)
      .slice(0, 1)
      .map((one) => ({ name, colour, values: percent(one.values) })),
  );
}

function pair(timeline: Timeline, first: [HostQuery, string], second: [HostQuery, string], disks: boolean): Line[] {
  const physical = disks ? is_physical_disk : is_physical_interface;
  const length = timeline.times.length;
  const of = ([query, name]: [HostQuery, string], colour: string): Line => ({
    name,
    colour,
    values: total(series(timeline, query), physical, length),
  });
  // In and read are series 1, out and write series 2, on every page.
  return [of(second, 'c2'), of(first, 'c1')];
}

export function host_charts(words: Words, colours: ColourBook): ChartSpec[] {
  const base = { height: 'h-host', axis: false, lead: 0, pulse: host_index('cpu') };
  const built_in = (timeline: Timeline) => newest(memory_column(timeline, 'MemTotal'));
  const full = () => 100;
  return [
    {
      ...base, id: 'cpu', title: words.say('cpu'), kind: 'stack', unit: 'percent', lead: 6, end: full, names_gaps: true,
      lines: (timeline) => cpu_lines(timeline, words),
    },
    {
      ...base, id: 'memory', title: words.say('memory'), kind: 'stack', unit: 'bytes', lead: 1, end: built_in,
      of: (timeline) => {
        const bytes = built_in(timeline);
        return bytes === null ? '' : `/ ${format('bytes', bytes)}`;
      },
      lines: (timeline) => {
        const parts = memory_parts(timeline);
        return [
          { name: words.say('used'), colour: 'mem-used', values: parts.used },
          { name: words.say('cache'), colour: 'mem-cache', values: parts.cache },
          { name: words.say('buffers'), colour: 'mem-buf', values: parts.buffers, unnamed: true },
        ];
      },
    },
    { ...base, id: 'load', title: words.say('load'), kind: 'line', unit: 'number', lines: load_lines },
    {
      ...base, id: 'pressure', title: words.say('pressure'), kind: 'line', unit: 'percent', end: full,
      lines: (timeline) => pressure_lines(timeline, words),
    },
    {
      ...base, id: 'disk-busy', title: words.say('disk_busy'), kind: 'line', unit: 'percent', end: full,
      lines: (timeline) => busy_lines(timeline, colours),
      keys: 3,
    },
    {
      ...base, id: 'disk-io', title: words.say('disk_io'), kind: 'line', unit: 'bytes/s',
      lines: (timeline) =>
        pair(timeline, ['disk_read', words.say('read')], ['disk_write', words.say('write')], true),
    },
    {
      ...base, id: 'network', title: words.say('network'), kind: 'line', unit: 'bytes/s',
      height: 'h-hostx', axis: true,
      lines: (timeline) => pair(timeline, ['net_in', words.say('in')], ['net_out', words.say('out')], false),
    },
  ];
}

export function device_of(labels: Labels): string {
  return labels['device'] ?? '';
}
