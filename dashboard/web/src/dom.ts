// Elements without markup in strings: what others wrote becomes text nodes and attributes only.

export type Child = Node | string | number | null | undefined | false | readonly Child[];
type Properties = Readonly<Record<string, string | number | boolean | null | undefined | ((event: never) => void)>>;

function build(element: Element, properties: Properties, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === 'string' || typeof child === 'number') element.append(String(child));
    else if (child instanceof Node) element.append(child);
    else append(element, child);
  }
}

/** h('p', {class: 'sub', click: handler}, 'text', node): functions become listeners. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  build(element, properties, children);
  return element;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  build(element, properties, children);
  return element;
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** Changes a text only where it differs, so that nothing that listens is woken for nothing. */
export function set_text(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Parts of a sentence: a look is a class, "b" is weight alone. */
export function spans(parts: readonly { look: string; text: string }[]): Node[] {
  return parts.map(({ look, text }) => {
    if (look === '') return document.createTextNode(text);
    return h('span', { class: `w-${look}` }, text);
  });
}
