// Figures as people read them: three significant digits, a narrow no-break space, a unit.
// Source of truth: the design's page on numbers. Words around figures are in words.ts.

export const kThinSpace = '\u202f';
export const kNothing = '–';

export const kUnits = ['bytes', 'bytes/s', 'seconds', 'rate', 'percent', 'count', 'number'] as const;
export type Unit = (typeof kUnits)[number];

/** Three significant digits without exponent; exact zero is "0". */
export function three(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 0.000_995) return value.toPrecision(1);
  if (size < 0.0995) return value.toFixed(3);
  if (size >= 999_500) return value.toExponential(2);
  if (size >= 99.95) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let step = 0;
  while (Math.abs(value) >= base * 0.9995 && step < units.length - 1) {
    value /= base;
    step += 1;
  }
  return `${three(value)}${kThinSpace}${units[step]}`;
}

const kByteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

function seconds(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 0.000_999_5) return `${three(value * 1e6)}${kThinSpace}µs`;
  if (size < 0.9995) return `${three(value * 1e3)}${kThinSpace}ms`;
  return `${three(value)}${kThinSpace}s`;
}

function percent(value: number): string {
  const size = Math.abs(value);
  if (size < 0.005) return `${three(value)}${kThinSpace}%`;
  const digits = size < 0.995 ? 2 : size < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)}${kThinSpace}%`;
}

function count(value: number): string {
  if (Math.abs(value) >= 9999.5) return scaled(value / 1000, 1000, ['k', 'M', 'G', 'T', 'P', 'E']);
  if (Number.isInteger(value) || Math.abs(value) >= 100) return String(Math.round(value));
  return three(value);
}

function rate(value: number): string {
  if (Math.abs(value) < 999.5) return `${three(value)}/s`;
  return `${scaled(value / 1000, 1000, ['k', 'M', 'G', 'T'])}/s`;
}

/** A figure with its unit; what is no finite number is a dash. `percent` is given 0 to 100. */
export function format(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNothing;
  switch (unit) {
    case 'bytes':
      return scaled(value, 1024, kByteUnits);
    case 'bytes/s':
      return value === 0 ? '0' : `${scaled(value, 1024, kByteUnits)}/s`;
    case 'seconds':
      return seconds(value);
    case 'rate':
      return value === 0 ? '0' : rate(value);
    case 'percent':
      return value === 0 ? '0' : percent(value);
    case 'count':
    case 'number':
      return count(value);
  }
}

/** A figure for an axis: no needless zeros and no "/s", which the readout has. */
export function format_axis(unit: Unit, value: number): string {
  const text = unit === 'percent' && value === 0 ? '0' : format(unit, value);
  return text
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')
    .replace(/\/s$/, '');
}
