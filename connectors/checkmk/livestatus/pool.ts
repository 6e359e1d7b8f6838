import type { Address } from "./address.ts";
import { AnswerMemory } from "./answer-memory.ts";
import type { Answer } from "./answer-reader.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { LivestatusError } from "./livestatus-error.ts";

/** How many connections a site is asked by, and how many questions may wait for it. */
export interface PoolOptions extends ConnectionOptions {
  /** From 1. Beyond them questions wait behind others on the same connection. A site serves few at a time (Checkmk: 20). */
  readonly maxConnections: number;
  /** Beyond them a question is refused. */
  readonly maxWaiting: number;
  /** After so long without a question connections are closed, in ms: shorter than a site keeps them itself. */
  readonly idleMs: number;
}

export const poolDefaults = {
  timeoutMs: 30_000,
  maxAnswerBytes: 256 * 1024 * 1024,
  maxConnections: 4,
  maxWaiting: 1000,
  idleMs: 20_000,
} as const satisfies PoolOptions;

/** The connections to one site's Livestatus. */
export class Pool {
  readonly #address: Address;
  readonly #options: PoolOptions;
  readonly #memory = new AnswerMemory();
  #connections: Connection[] = [];
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(address: Address, options: Partial<PoolOptions> = {}) {
    this.#address = address;
    this.#options = { ...poolDefaults, ...options };
  }

  /**
   * Asks on a connection that is free, a new one, or behind as few questions as can be. A question that only reads does no harm when it is asked
   * again, so it is, once, where its connection ended without an answer: a site closes those that were idle.
   *
   * @throws {LivestatusError} `unreachable`, `silent`, `busy`, `unreadable`.
   * @throws the signal's reason.
   */
  async ask(text: string, signal: AbortSignal): Promise<Answer> {
    const { connection, isNew } = this.#pick();
    try {
      return await connection.ask(text, signal);
    } catch (thrown) {
      const mayHaveBeenIdle = !isNew && thrown instanceof LivestatusError && thrown.failure.kind === "unreachable";
      if (!mayHaveBeenIdle || signal.aborted || this.#isClosed) throw thrown;
      return await this.#pick().connection.ask(text, signal);
    } finally {
      this.#restUntilAsked();
    }
  }

  /** Closes all connections; what waits fails. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    for (const connection of this.#connections) connection.close();
  }

  #pick(): { readonly connection: Connection; readonly isNew: boolean } {
    if (this.#isClosed) throw new LivestatusError({ kind: "unreachable" }, "This site is no longer used");
    clearTimeout(this.#idle);
    this.#connections = this.#connections.filter(({ isOver }) => !isOver);
    const { maxConnections, maxWaiting } = this.#options;
    const [least] = this.#connections.toSorted((a, b) => a.load - b.load);
    if (least !== undefined && (least.load === 0 || this.#connections.length >= maxConnections)) {
      if (this.#connections.reduce((sum, { load }) => sum + load, 0) < maxWaiting) {
        return { connection: least, isNew: false };
      }
      throw new LivestatusError({ kind: "busy" }, `${maxWaiting} questions wait for it already; ask again later`);
    }
    const connection = new Connection(this.#address, this.#options, this.#memory);
    this.#connections.push(connection);
    return { connection, isNew: true };
  }

  #restUntilAsked(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      for (const connection of this.#connections) if (connection.load === 0) connection.close();
    }, this.#options.idleMs).unref();
  }
}
