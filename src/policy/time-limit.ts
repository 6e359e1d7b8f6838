import type { Clock, StopTimer } from "../core/clock.ts";

/** How long something may take. */
export interface TimeLimits {
  /** Without a sign of life, in ms. */
  readonly timeoutMs: number;
  /** In all, however many signs of life there are, in ms. */
  readonly maxTimeoutMs: number;
}

/** Which of the two times was over. */
export type TimeUp = "silent" | "too_long";

/** Longest time in all where nothing else is said: an hour. */
export const maxTimeoutDefaultMs = 3_600_000;

/**
 * Watches over something that takes time. Runs out after `timeoutMs` without a {@link sign} of life, and after `maxTimeoutMs` in all.
 *
 * - while it is **held** nothing of that counts: a person is asked, who takes as long as people do. Afterwards silence begins anew.
 * - while it is **queued** only the time in all counts: that it waits says nothing of whoever it waits for.
 *
 * There is one timer, and a sign of life costs a look at the clock.
 */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #limits: TimeLimits;
  readonly #onEnd: (which: TimeUp) => void;
  #stopTimer: StopTimer | undefined;
  /** When it was last heard of. */
  #heardAt: number;
  /** When it will have taken too long. */
  #endsAt: number;
  #holds = 0;
  #heldAt = 0;
  #queues = 0;
  #isOver = false;

  constructor(clock: Clock, limits: TimeLimits, onEnd: (which: TimeUp) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.#heardAt = clock.monotonic();
    this.#endsAt = this.#heardAt + Math.max(limits.maxTimeoutMs, limits.timeoutMs);
    this.#arm(this.#heardAt);
  }

  /** Takes note of a sign of life. */
  sign(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** Runs something whose time does not count at all. */
  async held<T>(run: () => Promise<T>): Promise<T> {
    if (this.#holds === 0) {
      this.#heldAt = this.#clock.monotonic();
      this.#stopTimer?.();
    }
    this.#holds += 1;
    try {
      return await run();
    } finally {
      this.#holds -= 1;
      if (this.#holds === 0) this.#goOn(this.#clock.monotonic() - this.#heldAt);
    }
  }

  /** Waits for something; its time counts in all, but is no silence. */
  async queued<T>(waiting: Promise<T>): Promise<T> {
    this.#queues += 1;
    try {
      return await waiting;
    } finally {
      this.#queues -= 1;
      this.sign();
    }
  }

  /** The last thing that is called. */
  stop(): void {
    this.#isOver = true;
    this.#stopTimer?.();
  }

  #goOn(heldMs: number): void {
    this.#endsAt += heldMs;
    this.sign();
    this.#arm(this.#heardAt);
  }

  #arm(at: number): void {
    if (this.#isOver) return;
    const silentAt = (this.#queues > 0 ? at : this.#heardAt) + this.#limits.timeoutMs;
    this.#stopTimer = this.#clock.after(Math.max(0, Math.min(silentAt, this.#endsAt) - at), () => {
      this.#due();
    });
  }

  #due(): void {
    const at = this.#clock.monotonic();
    if (at >= this.#endsAt) this.#end("too_long");
    else if (this.#queues === 0 && at - this.#heardAt >= this.#limits.timeoutMs) this.#end("silent");
    else this.#arm(at);
  }

  #end(which: TimeUp): void {
    this.#isOver = true;
    this.#onEnd(which);
  }
}
