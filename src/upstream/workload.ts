import type { Clock, StopTimer } from "../core/clock.ts";

/** What a workload needs. */
export interface WorkloadDeps {
  readonly clock: Clock;
  /** How long there must be none before it counts as idle, in ms; 0 where it never does. Asked each time that there is none. */
  readonly idleMs: () => number;
  /** There was none for so long. */
  readonly idled: () => void;
}

/** The calls that an upstream works on, and what happens when there are none. */
export class Workload {
  readonly #deps: WorkloadDeps;
  #size = 0;
  #onNone: (() => void) | undefined;
  #stopTimer: StopTimer | undefined;

  constructor(deps: WorkloadDeps) {
    this.#deps = deps;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  begin(): void {
    this.#size += 1;
    this.stop();
  }

  end(): void {
    this.#size -= 1;
    this.look();
  }

  /** Counts the time without any from now on, where there is none. */
  look(): void {
    if (this.#size > 0) return;
    this.#onNone?.();
    const idleMs = this.#deps.idleMs();
    if (idleMs === 0) return;
    this.stop();
    this.#stopTimer = this.#deps.clock.after(idleMs, () => {
      if (this.#size === 0) this.#deps.idled();
    });
  }

  /** Resolves when there is none, at the latest after `graceMs`. */
  async none(graceMs: number): Promise<void> {
    if (this.#size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onNone = resolve;
    const stopTimer = this.#deps.clock.after(graceMs, resolve);
    await promise;
    stopTimer();
  }

  /** Counts no time. Safe to call twice. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
