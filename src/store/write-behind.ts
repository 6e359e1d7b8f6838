import type { Clock } from "../core/clock.ts";
import { Batches } from "./batches.ts";

/** How writes are gathered. */
export interface WriteBehindOptions<T> {
  readonly clock: Clock;
  /** How long a write waits for others to join it, in ms. */
  readonly flushMs: number;
  /** Writes that may wait; beyond that the oldest is given up. */
  readonly max: number;
  /** Writes in one batch, which holds up everything else while it is made. */
  readonly batch: number;
  /** Whether none is made just now. */
  readonly isHeld: () => boolean;
  /** Makes the writes durable, all or none. */
  readonly write: (items: readonly T[]) => void;
  /** Told of a batch that failed, and undefined of the first that works again. */
  readonly onProblem: (problem: unknown) => void;
}

/**
 * Takes writes at once and makes them in batches, so that nobody waits for the disk. Of several writes under one key the latest counts.
 *
 * What cannot be written waits and is tried again, ever more slowly, until too much waits.
 */
export class WriteBehind<T> {
  readonly #options: WriteBehindOptions<T>;
  readonly #waiting = new Map<string, T>();
  readonly #batches: Batches;
  #dropped = 0;

  constructor(options: WriteBehindOptions<T>) {
    this.#options = options;
    const { clock, flushMs, isHeld, onProblem } = options;
    this.#batches = new Batches({
      clock,
      isHeld,
      flushMs,
      onProblem,
      isEmpty: () => this.#waiting.size === 0,
      makeBatch: () => {
        this.#writeBatch();
      },
    });
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(key: string, item: T): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, item);
    if (this.#waiting.size > this.#options.max) this.#giveUpOldest();
    this.#batches.schedule();
  }

  /** Makes every write that waits, now; what fails goes on waiting. */
  flush(): void {
    this.#batches.flush();
  }

  #writeBatch(): void {
    const entries = [...this.#waiting].slice(0, this.#options.batch);
    this.#options.write(entries.map(([, item]) => item));
    for (const [key, item] of entries) if (this.#waiting.get(key) === item) this.#waiting.delete(key);
  }

  #giveUpOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#dropped += 1;
  }
}
