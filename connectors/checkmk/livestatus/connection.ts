import type { Socket } from "node:net";
import { type Address, openSocket, shownAddress } from "./address.ts";
import type { AnswerMemory } from "./answer-memory.ts";
import { type Answer, AnswerReader } from "./answer-reader.ts";
import { LivestatusError, type LivestatusFailure } from "./livestatus-error.ts";

/** How long a connection waits, and what it takes. */
export interface ConnectionOptions {
  /** How long nothing may come while something is awaited, in ms. */
  readonly timeoutMs: number;
  /** Bytes of one answer. */
  readonly maxAnswerBytes: number;
}

/** One question that was sent and not answered. */
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  /** Nobody waits any more: its answer is read, since those behind it come after, and forgotten. */
  isForgotten: boolean;
}

/**
 * One connection to Livestatus that stays open between questions. Questions may be sent before those before them are answered; answers come in
 * their order.
 *
 * It is over for good with the first thing that goes wrong, and everything that waits then fails with that.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #reader: AnswerReader;
  readonly #waiting: Waiting[] = [];
  readonly #address: Address;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(address: Address, { timeoutMs, maxAnswerBytes }: ConnectionOptions, memory: AnswerMemory) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
    this.#reader = new AnswerReader(maxAnswerBytes, memory);
    this.#socket = openSocket(
      address,
      () => undefined,
      (chunk) => {
        this.#read(chunk);
      },
    );
    this.#socket
      .on("error", (cause) => {
        this.#end("unreachable", `${shownAddress(address)} cannot be reached: ${cause.message}`, cause);
      })
      .on("close", () => {
        const how = this.#reader.isWithin ? "in the middle of an answer" : "without an answer";
        this.#end("unreachable", `${shownAddress(address)} closed the connection ${how}`);
      });
    this.#socket.unref();
  }

  /** Whether nothing can be asked on it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Questions that wait for their answers. */
  get load(): number {
    return this.#waiting.length;
  }

  /**
   * Sends a question as it is, and gives its answer, whatever its code.
   *
   * @throws {LivestatusError} `unreachable`, `silent`, `unreadable`.
   * @throws the signal's reason. The last that waited for this connection ends it with that.
   */
  async ask(text: string, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiting: Waiting = { resolve, reject, isForgotten: false };
    const forget = (): void => {
      waiting.isForgotten = true;
      reject(signal.reason);
      if (this.#waiting.every(({ isForgotten }) => isForgotten)) this.close();
    };
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) this.#await();
    signal.addEventListener("abort", forget, { once: true });
    this.#socket.write(text);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", forget);
    }
  }

  /** Ends it; what waits fails. Safe to call twice. */
  close(): void {
    this.#end("unreachable", `The connection to ${shownAddress(this.#address)} was closed`);
  }

  /** While something is awaited the process stays, and no longer than it may take. */
  #await(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) {
      this.#socket.unref();
      return;
    }
    this.#socket.ref();
    this.#timer = setTimeout(() => {
      const what = this.#reader.isWithin ? "stopped in the middle of an answer" : "did not answer";
      this.#end("silent", `${shownAddress(this.#address)} ${what} for ${this.#timeoutMs} ms`);
    }, this.#timeoutMs);
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#timer?.refresh();
    try {
      const answers = this.#reader.read(chunk);
      for (const answer of answers) {
        const first = this.#waiting.shift();
        if (first === undefined) throw new Error("answered what nobody asked");
        first.resolve(answer);
      }
      this.#await();
    } catch (thrown) {
      const what = thrown instanceof Error ? thrown.message : String(thrown);
      this.#end("unreadable", `${shownAddress(this.#address)} ${what}`, thrown);
    }
  }

  #end(kind: Exclude<LivestatusFailure["kind"], "refused">, message: string, cause?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(new LivestatusError({ kind }, message, { cause }));
  }
}
