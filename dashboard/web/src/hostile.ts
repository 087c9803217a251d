// Text that others wrote (label values, annotations, errors) made safe to read: control and
// direction characters become marks, long text is folded in the middle. Drawing it as a text
// node only is the business of dom.ts.

const kFoldLength = 64;

// C0, DEL, C1, line and paragraph separators, zero-width and direction characters, BOM, tags.
const kInvisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Every character that draws nothing, or that turns the direction of others, is a ␡ mark. */
export function visible(text: string): string {
  return text.replace(kInvisible, '␡');
}

/** At most `length` characters, the middle folded; whole code points only. */
export function folded(text: string, length = kFoldLength): string {
  const clean = visible(text);
  // No code point takes more than two units, so shorter text needs no splitting.
  if (clean.length <= length) return clean;
  const points = [...clean];
  if (points.length <= length) return clean;
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${points.slice(0, head).join('')}…${points.slice(points.length - tail).join('')}`;
}
