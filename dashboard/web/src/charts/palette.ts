// The theme's colours, read from the style sheet once a theme change: canvases cannot use
// variables. And the colour of each name, which it keeps while the page lives.

export type Token = string;

export class Palette {
  private style = getComputedStyle(document.documentElement);
  private readonly known = new Map<Token, string>();

  /** The colour of a token such as "c1" or "text2". */
  get(token: Token): string {
    const known = this.known.get(token);
    if (known !== undefined) return known;
    const value = this.style.getPropertyValue(`--${token}`).trim();
    this.known.set(token, value);
    return value;
  }

  /** The colour with an opacity; tokens are written as #rrggbb. */
  faded(token: Token, opacity: number): string {
    const value = this.get(token);
    const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(value);
    if (!hex) return value;
    const [red, green, blue] = hex.slice(1).map((part) => parseInt(part, 16));
    return `rgba(${red},${green},${blue},${opacity})`;
  }

  axis_font(): string {
    return `${this.get('f-axis')} ${this.get('font')}`;
  }

  /** Forgets everything: the theme or the type size has changed. */
  refresh(): void {
    this.style = getComputedStyle(document.documentElement);
    this.known.clear();
  }
}

const kSeriesColours = 10;

/** Gives names the ten series colours in the order in which they appear. */
export class ColourBook {
  private readonly names = new Map<string, Token>();

  of(name: string): Token {
    const known = this.names.get(name);
    if (known) return known;
    const token = `c${(this.names.size % kSeriesColours) + 1}`;
    this.names.set(name, token);
    return token;
  }
}
