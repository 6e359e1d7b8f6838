import type { Signal } from "../core/canceller.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";

/** How many calls may be under way at once, and how many may wait for their turn. */
export interface BulkheadOptions {
  /** Calls at once. From 1. Default 64; for what is reached over stdio 32. */
  readonly max?: number;
  /** Calls that may wait. From 0. Default 1000. */
  readonly queue?: number;
  /** How long a call may wait, in ms. From 1. Default 30 000. */
  readonly waitMs?: number;
}

export const bulkheadDefaults = { max: 64, queue: 1000, waitMs: 30_000 } as const satisfies Required<BulkheadOptions>;

interface Waiting {
  readonly enter: () => void;
}

/**
 * Lets so many calls through at once; the others wait, in a queue for each principal. The queues take turns, so that somebody with ten
 * thousand calls delays somebody with one by one call.
 *
 * A free slot costs a call a comparison and two additions. Whoever entered must leave.
 */
export class Bulkhead {
  readonly #clock: Clock;
  #options: Required<BulkheadOptions>;
  /** Calls that are let through and have not left. More than `max` for a while, where that was lowered or slots were lent. */
  #active = 0;
  /** Whoever waits, by principal; the principal whose turn is next stands first. */
  readonly #queues = new Map<string, Set<Waiting>>();
  #waiting = 0;
  /** How long the last one that got a turn had waited, in ms: what the next one may expect. */
  #lastWaitMs = 0;

  constructor(options: BulkheadOptions, clock: Clock) {
    this.#options = { ...bulkheadDefaults, ...options };
    this.#clock = clock;
  }

  /** Calls under way. */
  get active(): number {
    return this.#active;
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Other bounds from now on. Nobody who is in or waits is sent away. */
  set options(options: BulkheadOptions) {
    this.#options = { ...bulkheadDefaults, ...options };
    this.#admit();
  }

  /**
   * Lets a call in: at once where this gives undefined, else when the promise resolves. Each must end in {@link leave}, unless the promise
   * rejects.
   *
   * @throws {GatewayError} `upstream_busy` — too many wait, or it waited too long; `data.retryAfterMs` says when it may be better; the
   *   signal's reason.
   */
  enter(principal: string, signal: Signal): Promise<void> | undefined {
    if (this.#active < this.#options.max && this.#waiting === 0) {
      this.#active += 1;
      return undefined;
    }
    if (this.#waiting >= this.#options.queue) throw this.#busy("no more may wait");
    return this.#wait(principal, signal);
  }

  /** Gives the slot to the next. */
  leave(): void {
    this.#active -= 1;
    if (this.#waiting > 0) this.#admit();
  }

  /** Takes a slot without waiting, whether or not one is free: for a call that had lent its own and goes on. */
  enterAnew(): void {
    this.#active += 1;
  }

  #wait(principal: string, signal: Signal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal.aborted) return Promise.reject(reasonOf(signal));
    const since = this.#clock.monotonic();
    const end = (): void => {
      stopTimer();
      signal.removeEventListener("abort", abandon);
      this.#waiting -= 1;
    };
    const giveUp = (reason: Error): void => {
      end();
      this.#remove(principal, waiting);
      reject(reason);
    };
    const abandon = (): void => {
      giveUp(reasonOf(signal));
    };
    const waiting: Waiting = {
      enter: () => {
        end();
        this.#lastWaitMs = this.#clock.monotonic() - since;
        resolve();
      },
    };
    const stopTimer = this.#clock.after(this.#options.waitMs, () => {
      giveUp(this.#busy(`it waited for ${this.#options.waitMs} ms`));
    });
    signal.addEventListener("abort", abandon);
    this.#add(principal, waiting);
    return promise;
  }

  #add(principal: string, waiting: Waiting): void {
    const queue = this.#queues.get(principal) ?? new Set();
    queue.add(waiting);
    this.#queues.set(principal, queue);
    this.#waiting += 1;
  }

  #remove(principal: string, waiting: Waiting): void {
    const queue = this.#queues.get(principal);
    queue?.delete(waiting);
    if (queue?.size === 0) this.#queues.delete(principal);
  }

  #admit(): void {
    while (this.#active < this.#options.max) {
      const next = this.#queues.entries().next();
      if (next.done === true) return;
      const [principal, queue] = next.value;
      const first = queue.values().next();
      // Behind all the others, if anybody of this principal still waits.
      this.#queues.delete(principal);
      if (first.done === true) continue;
      queue.delete(first.value);
      if (queue.size > 0) this.#queues.set(principal, queue);
      this.#active += 1;
      first.value.enter();
    }
  }

  #busy(why: string): GatewayError {
    const { max, queue, waitMs: longest } = this.#options;
    const retryAfterMs = Math.round(Math.min(longest, Math.max(1000, this.#lastWaitMs)));
    const message = `The upstream has ${this.#active} calls under way, as many as it may, and ${this.#waiting} wait; ${why}`;
    return new GatewayError("upstream_busy", message, { data: { max, queue, waiting: this.#waiting, retryAfterMs } });
  }
}

function reasonOf(signal: Signal): Error {
  return signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled");
}
