import type { Clock, StopTimer } from "../core/clock.ts";

/** Attempts that a recovery queue lets go on at once. */
export const maxRecoveries = 4;

interface Waiting {
  /** When it falls due, in ms of the monotonic clock. */
  readonly dueAt: number;
  readonly run: () => Promise<void>;
}

/**
 * Everything that is to be tried again, of all upstreams: one timer, the earliest due first, at most so many at once. What is due and
 * finds no place waits for one, in the order in which it fell due.
 */
export class RecoveryQueue {
  readonly #clock: Clock;
  readonly #max: number;
  /** One for each key; in the order in which they were asked for, which decides between equals. */
  readonly #waiting = new Map<unknown, Waiting>();
  #running = 0;
  #stopTimer: StopTimer | undefined;
  #isClosed = false;

  constructor(clock: Clock, max: number = maxRecoveries) {
    this.#clock = clock;
    this.#max = max;
  }

  /** How many wait, due or not. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Runs this after `delayMs`, when there is a place; instead of what waits under the same key. `run` must not reject. */
  schedule(key: unknown, delayMs: number, run: () => Promise<void>): void {
    if (this.#isClosed) return;
    this.#waiting.delete(key);
    this.#waiting.set(key, { dueAt: this.#clock.monotonic() + delayMs, run });
    this.#look();
  }

  /** Brings forward what waits under this key; false where nothing does. */
  tryNow(key: unknown): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.schedule(key, 0, waiting.run);
    return true;
  }

  /** Forgets what waits under this key. What is under way goes on. */
  remove(key: unknown): void {
    this.#waiting.delete(key);
    this.#look();
  }

  /** Forgets everything that waits and takes nothing more. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#look();
  }

  #look(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (let next = this.#first(); next !== undefined && this.#running < this.#max; next = this.#first()) {
      const [key, { dueAt, run }] = next;
      const waitMs = dueAt - this.#clock.monotonic();
      if (waitMs > 0) {
        this.#stopTimer = this.#clock.after(waitMs, () => {
          this.#look();
        });
        return;
      }
      this.#waiting.delete(key);
      this.#start(run);
    }
  }

  #start(run: () => Promise<void>): void {
    this.#running += 1;
    void run().finally(() => {
      this.#running -= 1;
      this.#look();
    });
  }

  #first(): [unknown, Waiting] | undefined {
    let first: [unknown, Waiting] | undefined;
    for (const entry of this.#waiting) if (first === undefined || entry[1].dueAt < first[1].dueAt) first = entry;
    return first;
  }
}
