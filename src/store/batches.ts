import type { Clock, StopTimer } from "../core/clock.ts";

/** When batches are made, and how. */
export interface BatchesOptions {
  readonly clock: Clock;
  /** How long the first thing that waits is left for others to join it, in ms. */
  readonly flushMs: number;
  /** How long after a batch the next is made where more waits than one, in ms. Default: as long as the first waits. */
  readonly nextMs?: number;
  readonly isEmpty: () => boolean;
  /** Whether none is made just now. Default: never. */
  readonly isHeld?: () => boolean;
  /** Makes one batch of what waits, all or nothing. */
  readonly makeBatch: () => void;
  /** Told of a batch that failed, and undefined of the first that works again. */
  readonly onProblem: (problem: unknown) => void;
}

/** How long until it is looked again whether a batch may be made, in ms. */
const heldMs = 2;
/** Longest pause between two tries of what cannot be written, in ms. */
const longestPauseMs = 10_000;

/** When what waits to be written is written: soon, in batches; what cannot be is tried again, ever more slowly. No timer runs while nothing waits. */
export class Batches {
  readonly #options: BatchesOptions;
  #pauseMs: number;
  #stopTimer: StopTimer | undefined;
  #hasFailed = false;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.#pauseMs = options.flushMs;
  }

  /** Something waits. */
  schedule(): void {
    this.#stopTimer ??= this.#after(this.#pauseMs);
  }

  /** Writes everything that waits, now; what fails goes on waiting. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    while (!this.#options.isEmpty() && this.#makeBatch()) continue;
  }

  #after(ms: number): StopTimer {
    return this.#options.clock.after(ms, () => {
      if (this.#options.isHeld?.() === true) {
        this.#stopTimer = this.#after(heldMs);
        return;
      }
      this.#stopTimer = undefined;
      const isDone = this.#makeBatch();
      if (!this.#options.isEmpty())
        this.#stopTimer = this.#after(isDone ? (this.#options.nextMs ?? this.#pauseMs) : this.#pauseMs);
    });
  }

  #makeBatch(): boolean {
    const { makeBatch, flushMs, onProblem } = this.#options;
    try {
      makeBatch();
    } catch (thrown) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      this.#hasFailed = true;
      onProblem(thrown);
      return false;
    }
    this.#pauseMs = flushMs;
    if (this.#hasFailed) onProblem(undefined);
    this.#hasFailed = false;
    return true;
  }
}
