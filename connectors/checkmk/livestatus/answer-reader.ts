import type { AnswerMemory } from "./answer-memory.ts";

/** One whole answer: Livestatus' code, which is 200 where all is well, and what it said. */
export interface Answer {
  readonly code: number;
  readonly body: Buffer;
  /** Gives back the memory that the body is in, which must not be looked at after that. Need not be called. */
  readonly release: () => void;
}

/** What was read was no answer: Livestatus without the header that was asked for, or something else altogether. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/** The header before each answer (`ResponseHeader: fixed16`): a code of 3 digits, a space, the length in 11 places, a line's end. */
const headerBytes = 16;
/** For a longer answer memory is not taken before it comes: who only says that it will be long gets none. */
const atOnceBytes = 4 * 1024 * 1024;

/** An answer of which the header was read. */
interface Begun {
  readonly code: number;
  readonly length: number;
  memory: Buffer;
  filled: number;
}

/** Reads answers out of what a connection brings, however it is cut. What it is given is copied at once. */
export class AnswerReader {
  readonly #maxBytes: number;
  readonly #memory: AnswerMemory;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #begun: Begun | undefined;

  /** An answer of more bytes than these is unreadable. */
  constructor(maxBytes: number, memory: AnswerMemory) {
    this.#maxBytes = maxBytes;
    this.#memory = memory;
  }

  /** Whether some of an answer is there that is not whole. */
  get isWithin(): boolean {
    return this.#headerFilled > 0 || this.#begun !== undefined;
  }

  /** The answers that have become whole by these bytes. @throws {UnreadableAnswer} after which nothing more can be read. */
  read(chunk: Buffer): readonly Answer[] {
    const answers: Answer[] = [];
    let at = 0;
    for (;;) {
      if (this.#begun === undefined) {
        const copied = chunk.copy(this.#header, this.#headerFilled, at, at + headerBytes - this.#headerFilled);
        at += copied;
        this.#headerFilled += copied;
        if (this.#headerFilled < headerBytes) return answers;
        this.#begun = this.#beginOf(chunk.subarray(at));
        this.#headerFilled = 0;
      }
      at += this.#fill(this.#begun, chunk, at);
      if (this.#begun.filled < this.#begun.length) return answers;
      answers.push(this.#answerOf(this.#begun));
      this.#begun = undefined;
    }
  }

  #beginOf(rest: Buffer): Begun {
    const [, code, length] = /^(\d{3}) +(\d+)\n$/.exec(this.#header.toString("latin1")) ?? [];
    if (code === undefined || length === undefined) {
      const text = Buffer.concat([this.#header, rest]).subarray(0, 200).toString().trim();
      throw new UnreadableAnswer(`answered without the header of Livestatus: ${JSON.stringify(text)}`);
    }
    if (Number(length) > this.#maxBytes) {
      throw new UnreadableAnswer(`would answer with ${Number(length)} bytes; at most ${this.#maxBytes} are read`);
    }
    const memory = this.#memory.take(Math.min(Number(length), atOnceBytes));
    return { code: Number(code), length: Number(length), memory, filled: 0 };
  }

  /** How many bytes of the chunk are the answer's. */
  #fill(begun: Begun, chunk: Buffer, from: number): number {
    const count = Math.min(begun.length - begun.filled, chunk.length - from);
    if (begun.filled + count > begun.memory.length) {
      const larger = this.#memory.take(Math.min(begun.length, Math.max(2 * begun.memory.length, begun.filled + count)));
      begun.memory.copy(larger, 0, 0, begun.filled);
      begun.memory = larger;
    }
    chunk.copy(begun.memory, begun.filled, from, from + count);
    begun.filled += count;
    return count;
  }

  #answerOf({ code, length, memory }: Begun): Answer {
    const release = (): void => {
      this.#memory.give(memory);
    };
    return { code, body: memory.subarray(0, length), release };
  }
}
