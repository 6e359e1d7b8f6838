const quote = 0x22;
const comma = 0x2c;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;

/**
 * Goes through the text of an answer, which is a list of rows, row by row: where each cell stands, without building any. Stops at the first thing
 * that is not as Livestatus writes it: whoever reads then takes another way, which knows all of JSON.
 */
export class RowCells {
  readonly #text: Buffer;
  readonly #count: number;
  #at = 0;
  /** Where the cells of the row begin, and before which place each ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Whether the row has a cell with an escape in it, by its place. */
  readonly isEscaped: Uint8Array;
  #state: "rows" | "whole" | "odd" = "rows";

  /** `count` is how many cells each row has, from 1. `text` must be UTF-8. */
  constructor(text: Buffer, count: number) {
    this.#text = text;
    this.#count = count;
    this.from = new Int32Array(count);
    this.to = new Int32Array(count);
    this.isEscaped = new Uint8Array(count);
    this.#expect(openingBracket);
    if (this.#peek() === closingBracket) this.#finish();
  }

  /** `rows` while there may be more; `whole` once all rows were read; `odd` where there is something else. */
  get state(): "rows" | "whole" | "odd" {
    return this.#state;
  }

  /** Goes to the next row; whether there is one. */
  next(): boolean {
    if (this.#state !== "rows") return false;
    if (!this.#expect(openingBracket)) return false;
    for (let place = 0; place < this.#count; place += 1) {
      if (place > 0 && !this.#expect(comma)) return false;
      if (!this.#cell(place)) return this.#odd();
    }
    return this.#expect(closingBracket);
  }

  /** Goes past what stands behind a row; to be called once the row was used. */
  passed(): void {
    if (this.#peek() === comma) this.#expect(comma);
    else this.#finish();
  }

  #cell(place: number): boolean {
    const first = this.#peek();
    const from = this.#at;
    this.from[place] = from;
    this.isEscaped[place] = 0;
    const to = first === quote ? this.#endOfString(from, place) : this.#endOfPlain(from);
    this.to[place] = to;
    this.#at = to;
    return to > from;
  }

  /** The place after a string; -1 where it does not end, or has what no JSON string has. */
  #endOfString(from: number, place: number): number {
    const text = this.#text;
    for (let at = from + 1; at < text.length; at += 1) {
      const byte = text[at] ?? 0;
      if (byte === quote) return at + 1;
      if (byte < 0x20) return -1;
      if (byte === backslash) {
        this.isEscaped[place] = 1;
        const length = escapeLength(text, at);
        if (length === 0) return -1;
        at += length - 1;
      }
    }
    return -1;
  }

  /** The place after a number or a word; the same place where there is neither. */
  #endOfPlain(from: number): number {
    const text = this.#text;
    let at = from;
    for (; at < text.length; at += 1) {
      const byte = text[at] ?? 0;
      if (byte === comma || byte === closingBracket || byte <= 0x20) return at;
      if (byte === quote || byte === openingBracket || byte === openingBrace) return -1;
    }
    return -1;
  }

  /** The next character that is no space. */
  #peek(): number {
    const text = this.#text;
    let byte = text[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = text[++this.#at];
    return byte ?? 0;
  }

  #expect(byte: number): boolean {
    if (this.#peek() !== byte) return this.#odd();
    this.#at += 1;
    return true;
  }

  #finish(): void {
    if (!this.#expect(closingBracket)) return;
    this.#peek();
    this.#state = this.#at >= this.#text.length ? "whole" : "odd";
  }

  #odd(): false {
    this.#state = "odd";
    return false;
  }
}

/** How long the escape is that begins here; 0 where it is none. */
function escapeLength(text: Buffer, at: number): number {
  const kind = text.toString("latin1", at + 1, at + 2);
  if (kind !== "" && String.raw`"\/bfnrt`.includes(kind)) return 2;
  return kind === "u" && /^[0-9a-fA-F]{4}$/.test(text.toString("latin1", at + 2, at + 6)) ? 6 : 0;
}
