/** Lets at most so many in at once; the others wait in the order in which they came. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @throws {RangeError} where `places` is not a whole number from 1. */
  constructor(places: number) {
    if (!Number.isInteger(places) || places < 1) {
      throw new RangeError(`gate.places must be a whole number from 1, got ${places}`);
    }
    this.#free = places;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when a place is free, with what gives it back; safe to call twice. Rejects with the signal's reason when that fires first,
   * and the place in the queue is given up.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let isInside = true;
    return () => {
      if (isInside) this.#leave();
      isInside = false;
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      if (!this.#waiting.delete(resolve)) return;
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    this.#waiting.add(resolve);
    signal.addEventListener("abort", giveUp);
    await promise.finally(() => {
      signal.removeEventListener("abort", giveUp);
    });
  }

  /** A place that is given back goes to whoever has waited longest, without being free in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
