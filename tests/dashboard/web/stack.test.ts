import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nearest } from '../../../dashboard/web/src/charts/chart.ts';
import { ColourBook } from '../../../dashboard/web/src/charts/palette.ts';
import { stacked } from '../../../dashboard/web/src/charts/plot.ts';
import { filesystems, used_share } from '../../../dashboard/web/src/pages/devices.ts';
import { series_name } from '../../../dashboard/web/src/pages/explore.ts';

test('stack: each layer stands on the ones below, a part that is missing counts as nothing', () => {
  assert.deepEqual(stacked([[1, 2], [10, null], [100, 200]]), [[1, 2], [11, 2], [111, 202]]);
});

test('stack: a moment without any value is a gap in every layer', () => {
  assert.deepEqual(stacked([[1, null], [2, null]]), [[1, null], [3, null]]);
  assert.deepEqual(stacked([]), []);
});

test('nearest: the sample whose time is closest, at the ends too', () => {
  const times = [10, 20, 40];
  assert.deepEqual([0, 14, 16, 29, 31, 99].map((time) => nearest(times, time)), [0, 0, 1, 1, 2, 2]);
});

test('colours: a name keeps its colour, the eleventh starts over', () => {
  const book = new ColourBook();
  const names = Array.from({ length: 11 }, (_, index) => `d${index}`);
  const colours = names.map((name) => book.of(name));
  assert.equal(new Set(colours.slice(0, 10)).size, 10);
  assert.equal(colours[10], colours[0]);
  assert.equal(book.of('d3'), colours[3]);
});

test('filesystems: one row a mount, the fullest first, those without a size left out', () => {
  const sample = (name: string, mountpoint: string, value: number) => ({
    labels: { __name__: `node_filesystem_${name}`, mountpoint, device: mountpoint, fstype: 'ext4' },
    value,
  });
  const mount = (name: string, size: number, free: number, available: number) => [
    sample('size_bytes', name, size), sample('free_bytes', name, free), sample('avail_bytes', name, available),
  ];
  const rows = filesystems([...mount('/', 100, 60, 50), ...mount('/full', 100, 5, 0), ...mount('/none', 0, 0, 0), sample('readonly', '/', 1)]);
  assert.deepEqual(rows.map((row) => row.mount), ['/full', '/']);
  assert.equal(rows[1]!.read_only, true);
  assert.equal(used_share(rows[0]!), 1, 'what is kept for root does not count as free');
});

test('explore: a series is named as PromQL writes it, hostile labels marked', () => {
  assert.equal(series_name({ __name__: 'up', job: 'a' }), 'up{job="a"}');
  assert.equal(series_name({}), '{}');
  assert.equal(series_name({ a: '\u202ex' }), '{a="␡x"}');
});
