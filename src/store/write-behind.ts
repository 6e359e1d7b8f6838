import type { Clock, StopTimer } from "../core/clock.ts";

/** How writes are gathered. */
export interface WriteBehindOptions<T> {
  readonly clock: Clock;
  /** How long a write waits for others to join it, in ms. */
  readonly flushMs: number;
  /** Writes that may wait; beyond that the oldest is given up. */
  readonly max: number;
  /** Writes in one batch, which holds up everything else while it is made. */
  readonly batch: number;
  /** Makes the writes durable, all or none. */
  readonly write: (items: readonly T[]) => void;
  /** Told of a batch that failed, and undefined of the first that works again. */
  readonly onProblem: (problem: unknown) => void;
}

/** Longest pause between two tries of what cannot be written, in ms. */
const longestPauseMs = 10_000;

/**
 * Takes writes at once and makes them in batches, so that nobody waits for the disk. Of several writes under one key the latest counts.
 *
 * What cannot be written waits and is tried again, ever more slowly, until too much waits.
 */
export class WriteBehind<T> {
  readonly #options: WriteBehindOptions<T>;
  readonly #waiting = new Map<string, T>();
  #dropped = 0;
  #pauseMs: number;
  #stopTimer: StopTimer | undefined;
  #hasFailed = false;

  constructor(options: WriteBehindOptions<T>) {
    this.#options = options;
    this.#pauseMs = options.flushMs;
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
    this.#schedule();
  }

  /** Makes every write that waits, now; what fails goes on waiting. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    while (this.#waiting.size > 0 && this.#writeBatch()) continue;
  }

  #schedule(): void {
    this.#stopTimer ??= this.#options.clock.after(this.#pauseMs, () => {
      this.#stopTimer = undefined;
      this.#writeBatch();
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #writeBatch(): boolean {
    const { batch, write, flushMs, onProblem } = this.#options;
    const entries = [...this.#waiting].slice(0, batch);
    try {
      write(entries.map(([, item]) => item));
    } catch (thrown) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      this.#hasFailed = true;
      onProblem(thrown);
      return false;
    }
    for (const [key, item] of entries) if (this.#waiting.get(key) === item) this.#waiting.delete(key);
    this.#pauseMs = flushMs;
    if (this.#hasFailed) onProblem(undefined);
    this.#hasFailed = false;
    return true;
  }

  #giveUpOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#dropped += 1;
  }
}
