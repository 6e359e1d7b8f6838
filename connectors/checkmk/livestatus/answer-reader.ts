/** One whole answer: Livestatus' code, which is 200 where all is well, and what it said. */
export interface Answer {
  readonly code: number;
  readonly body: Buffer;
}

/** What was read was no answer: Livestatus without the header that was asked for, or something else altogether. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/** The header before each answer (`ResponseHeader: fixed16`): a code of 3 digits, a space, the length in 11 places, a line's end. */
const headerBytes = 16;

/** Reads answers out of what a connection brings, however it is cut. */
export class AnswerReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #head: { readonly code: number; readonly length: number } | undefined;

  /** An answer of more bytes than these is unreadable. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether some of an answer is there that is not whole. */
  get isWithin(): boolean {
    return this.#bytes > 0 || this.#head !== undefined;
  }

  /** The answers that have become whole by these bytes. @throws {UnreadableAnswer} after which nothing more can be read. */
  read(chunk: Buffer): readonly Answer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const answers: Answer[] = [];
    for (;;) {
      if (this.#head === undefined) {
        if (this.#bytes < headerBytes) return answers;
        this.#head = this.#headOf(this.#take(headerBytes));
      }
      const { code, length } = this.#head;
      if (this.#bytes < length) return answers;
      answers.push({ code, body: this.#take(length) });
      this.#head = undefined;
    }
  }

  #headOf(header: Buffer): { readonly code: number; readonly length: number } {
    const [, code, length] = /^(\d{3}) +(\d+)\n$/.exec(header.toString("latin1")) ?? [];
    if (code === undefined || length === undefined) {
      const text = Buffer.concat([header, ...this.#chunks])
        .subarray(0, 200)
        .toString()
        .trim();
      throw new UnreadableAnswer(`answered without the header of Livestatus: ${JSON.stringify(text)}`);
    }
    if (Number(length) > this.#maxBytes) {
      throw new UnreadableAnswer(`would answer with ${Number(length)} bytes; at most ${this.#maxBytes} are read`);
    }
    return { code: Number(code), length: Number(length) };
  }

  /** The next bytes, which are there. Chunks are put together once, when an answer is whole: a large one comes in thousands. */
  #take(length: number): Buffer {
    const [first] = this.#chunks;
    const whole = first !== undefined && first.length >= length ? first : Buffer.concat(this.#chunks);
    const rest = whole.subarray(length);
    this.#chunks = whole === first ? this.#chunks.slice(1) : [];
    if (rest.length > 0) this.#chunks.unshift(rest);
    this.#bytes -= length;
    return whole.subarray(0, length);
  }
}
