import { maxFrameBytes } from "./channel.ts";

/** What a {@link LineReader} hands on. */
export interface LineReceiver {
  /** One line without its end. Never empty. */
  line(line: Buffer): void;
  /** A line went over the limit and was dropped; `beginning` gives as much of it as the limit allows. */
  tooLong(limitBytes: number, beginning: () => Buffer): void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts a stream of bytes into lines, wherever its chunks begin and end; a character split between two chunks stays whole. A line over
 * the limit is dropped as it arrives, so that what waits here is bounded.
 *
 * @see MCP 2026-07-28, basic/transports/stdio (newline-delimited, no newline inside a message).
 */
export class LineReader {
  readonly #receiver: LineReceiver;
  readonly #limit: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isDropping = false;

  constructor(receiver: LineReceiver, limitBytes: number = maxFrameBytes) {
    this.#receiver = receiver;
    this.#limit = limitBytes;
  }

  /** Takes the next chunk; calls the receiver for each line that it completes. */
  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      this.#finish(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from < chunk.length) this.#hold(from === 0 ? chunk : chunk.subarray(from));
  }

  /** The stream is over: what is held counts as the last line. */
  end(): void {
    if (this.#heldBytes > 0) this.#finish(Buffer.alloc(0));
  }

  #hold(piece: Buffer): void {
    if (this.#isDropping) return;
    if (this.#heldBytes + piece.length > this.#limit) {
      this.#drop(piece);
      this.#isDropping = true;
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  #finish(piece: Buffer): void {
    if (this.#isDropping) {
      this.#isDropping = false;
      return;
    }
    if (this.#heldBytes + piece.length > this.#limit) {
      this.#drop(piece);
      return;
    }
    const whole = this.#heldBytes === 0 ? piece : Buffer.concat([...this.#held, piece]);
    this.#held = [];
    this.#heldBytes = 0;
    const line = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
    if (line.length > 0) this.#receiver.line(line);
  }

  #drop(piece: Buffer): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#receiver.tooLong(this.#limit, () => Buffer.concat([...held, piece]).subarray(0, this.#limit));
  }
}
