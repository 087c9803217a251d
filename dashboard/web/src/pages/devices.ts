// The Overview's tables of devices: disks, filesystems, network interfaces, as of now.

import type { History } from '../address.ts';
import type { Context } from '../context.ts';
import type { Feed } from '../feed.ts';
import { format, kNothing, type Unit } from '../format.ts';
import { folded } from '../hostile.ts';
import { device_of, host_index, is_physical_disk, is_physical_interface } from '../host.ts';
import { Grid, type Cell, type Row } from '../grid.ts';
import type { Sample } from '../timeline.ts';
import type { Words } from '../words.ts';

const kMostRows = 12;

type Query = Parameters<typeof host_index>[0];

function by_device(feed: Feed, query: Query): Map<string, number> {
  const samples = feed.latest[host_index(query)] ?? [];
  return new Map(samples.map((sample) => [device_of(sample.labels), sample.value]));
}

export function figure(unit: Unit, value: number | null | undefined): Cell {
  if (value === null || value === undefined) return { text: kNothing, look: 'dim' };
  return value === 0 ? { text: '0', look: 'dim' } : { text: format(unit, value) };
}

/** The same cell as a link to its history; a figure that is not known leads nowhere. */
export function leading(context: Context, cell: Cell, history: History): Cell {
  if (cell.text === kNothing) return cell;
  return { ...cell, link: { href: context.explore(history), title: context.words.say('over_time') } };
}

/** Names as people count them: sda, sdb, sdb2, sdb10. */
const kOrder = new Intl.Collator('en', { numeric: true });

function devices(names: Iterable<string>, physical: (name: string) => boolean): string[] {
  return [...new Set(names)].sort(
    (a, b) => Number(physical(b)) - Number(physical(a)) || kOrder.compare(a, b),
  );
}

export function limited(words: Words, rows: readonly Row[]): [Row[], string] {
  const more = rows.length - kMostRows;
  return [rows.slice(0, kMostRows), more > 0 ? words.say('more', { count: more }) : ''];
}

export interface DeviceTable {
  grid: Grid;
  title: string;
  none: string;
  /** Returns how many rows there are. */
  update(feed: Feed): number;
}

export function disk_table(words: Words): DeviceTable {
  const grid = new Grid(words.say('disks'), [
    { title: words.say('device'), grow: true },
    { title: words.say('busy'), figure: true },
    { title: words.say('Read'), figure: true },
    { title: words.say('Write'), figure: true },
    { title: words.say('await'), figure: true, leaves: 'phone' },
    { title: words.say('in_flight'), figure: true, leaves: 'narrow' },
  ]);
  return {
    grid,
    title: words.say('disks'),
    none: words.say('none_disks'),
    update(feed) {
      const busy = by_device(feed, 'disk_busy');
      const read = by_device(feed, 'disk_read');
      const write = by_device(feed, 'disk_write');
      const latency = by_device(feed, 'disk_latency');
      const in_flight = by_device(feed, 'disk_in_flight');
      const rows = devices([...busy.keys(), ...read.keys()], is_physical_disk).map((name): Row => {
        const part = busy.get(name);
        const share = part === undefined ? undefined : Math.min(1, part);
        const bar = share === undefined || !Number.isFinite(share) ? {} : { share };
        return {
          key: name,
          cells: [
            { text: folded(name), full: name },
            { ...figure('percent', share === undefined ? undefined : share * 100), ...bar },
            figure('bytes/s', read.get(name)),
            figure('bytes/s', write.get(name)),
            figure('seconds', latency.get(name)),
            figure('count', in_flight.get(name)),
          ],
        };
      });
      grid.update(...limited(words, rows));
      return rows.length;
    },
  };
}

export function interface_table(words: Words): DeviceTable {
  const grid = new Grid(words.say('interfaces'), [
    { title: words.say('interface'), grow: true },
    { title: words.say('In'), figure: true },
    { title: words.say('Out'), figure: true },
    { title: words.say('faults'), figure: true },
  ]);
  return {
    grid,
    title: words.say('interfaces'),
    none: words.say('none_interfaces'),
    update(feed) {
      const received = by_device(feed, 'net_in');
      const sent = by_device(feed, 'net_out');
      const faults = by_device(feed, 'net_faults');
      const rows = devices([...received.keys(), ...sent.keys()], is_physical_interface).map(
        (name): Row => ({
          key: name,
          cells: [
            { text: folded(name), full: name },
            figure('bytes/s', received.get(name)),
            figure('bytes/s', sent.get(name)),
            figure('rate', faults.get(name)),
          ],
        }),
      );
      grid.update(...limited(words, rows));
      return rows.length;
    },
  };
}

interface Filesystem {
  key: string;
  mount: string;
  device: string;
  kind: string;
  size: number;
  free: number;
  available: number;
  files: number;
  files_free: number;
  read_only: boolean;
}

const kFields: Readonly<Record<string, 'size' | 'free' | 'available' | 'files' | 'files_free'>> = {
  node_filesystem_size_bytes: 'size',
  node_filesystem_free_bytes: 'free',
  node_filesystem_avail_bytes: 'available',
  node_filesystem_files: 'files',
  node_filesystem_files_free: 'files_free',
};

/** The series of filesystems, one record a mount, the fullest first. */
export function filesystems(samples: readonly Sample[]): Filesystem[] {
  const found = new Map<string, Filesystem>();
  for (const { labels, value } of samples) {
    const mount = labels['mountpoint'] ?? '';
    const device = labels['device'] ?? '';
    const key = `${mount}\n${device}`;
    let one = found.get(key);
    if (!one) {
      const kind = labels['fstype'] ?? '';
      one = { key, mount, device, kind, size: NaN, free: NaN, available: NaN, files: NaN, files_free: NaN, read_only: false };
      found.set(key, one);
    }
    const metric = labels['__name__'] ?? '';
    const field = kFields[metric];
    if (field) one[field] = value;
    else if (metric === 'node_filesystem_readonly') one.read_only = value === 1;
  }
  return [...found.values()]
    .filter((one) => one.size > 0)
    .sort((a, b) => used_share(b) - used_share(a) || kOrder.compare(a.mount, b.mount));
}

/** As df counts: of what a user may fill, so that full is 100 %. */
export function used_share(one: Pick<Filesystem, 'size' | 'free' | 'available'>): number {
  const used = one.size - one.free;
  return used / (used + one.available);
}

export function filesystem_table(words: Words): DeviceTable {
  const grid = new Grid(words.say('filesystems'), [
    { title: words.say('mount'), grow: true },
    { title: words.say('kind'), leaves: 'narrow' },
    { title: words.say('Used'), figure: true },
    { title: words.say('free'), figure: true },
    { title: words.say('size'), figure: true, leaves: 'phone' },
    { title: words.say('inodes'), figure: true, leaves: 'phone' },
  ]);
  return {
    grid,
    title: words.say('filesystems'),
    none: words.say('none_filesystems'),
    update(feed) {
      const rows = filesystems(feed.latest[host_index('filesystems')] ?? []).map((one): Row => {
        const share = used_share(one);
        const kind = one.read_only ? `${one.kind} · ${words.say('read_only')}` : one.kind;
        const inodes = one.files > 0 ? ((one.files - one.files_free) / one.files) * 100 : NaN;
        const bar = Number.isFinite(share) ? { share } : {};
        return {
          key: one.key,
          cells: [
            { text: folded(one.mount), full: `${one.mount} (${one.device})` },
            { text: folded(kind, 24), look: 'dim' },
            { text: format('percent', share * 100), ...bar },
            { text: format('bytes', one.available) },
            { text: format('bytes', one.size) },
            Number.isFinite(inodes) ? { text: format('percent', inodes) } : { text: kNothing, look: 'dim' },
          ],
        };
      });
      grid.update(...limited(words, rows));
      return rows.length;
    },
  };
}
