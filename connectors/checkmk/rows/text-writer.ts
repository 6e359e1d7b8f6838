/** Puts texts together in memory that grows with them and is used again. */
export class TextWriter {
  #text: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Where the next text will stand. */
  get at(): number {
    return this.#at;
  }

  /** All that was written since {@link begin}, in memory that is written over after the next. */
  get text(): Buffer {
    return this.#text;
  }

  /** Begins anew; `bytes` are as many as will probably be needed. */
  begin(bytes: number): void {
    this.#at = 0;
    if (this.#text.length < bytes) this.#text = Buffer.allocUnsafeSlow(bytes);
  }

  /** Makes room for so many bytes more. */
  need(bytes: number): void {
    if (this.#at + bytes <= this.#text.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#text.length, this.#at + bytes));
    this.#text.copy(larger, 0, 0, this.#at);
    this.#text = larger;
  }

  /** Writes what stands in `source` from one place up to before another; there must be room for it. */
  put(source: Buffer, from = 0, to = source.length): void {
    const text = this.#text;
    let at = this.#at;
    this.#at += to - from;
    if (to - from > shortBytes) source.copy(text, at, from, to);
    else for (let place = from; place < to; place += 1) text[at++] = source[place] ?? 0;
  }
}

/** To copy fewer bytes one by one costs less than to have Node do it. */
const shortBytes = 48;
