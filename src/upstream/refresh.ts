import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";

/** The lists are read again at most this often when an upstream announces changes, in ms. */
const refreshSpacingMs = 100;

/** What reading again needs. */
export interface RefreshDeps {
  readonly clock: Clock;
  /** Longest time that one reading may take, in ms. */
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
  readonly read: (signal: AbortSignal) => Promise<void>;
  readonly failed: (thrown: unknown) => void;
}

/** Reads an upstream's lists again, never twice at once, and not more often than is good for it. */
export class Refresh {
  readonly #deps: RefreshDeps;
  #state: "idle" | "running" | "again" = "idle";

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
  }

  /** Soon; at once where nothing is being read. */
  soon(): void {
    if (this.#state !== "idle") {
      this.#state = "again";
      return;
    }
    this.#state = "running";
    void this.#run();
  }

  async #run(): Promise<void> {
    const { clock, timeoutMs, closing, read, failed } = this.#deps;
    const limit = deadline(clock, timeoutMs, closing, () => {
      return new GatewayError("deadline_exceeded", `The lists were not there within ${timeoutMs} ms`);
    });
    try {
      await read(limit.signal);
    } catch (thrown) {
      failed(thrown);
    } finally {
      limit.stop();
    }
    await sleep(clock, refreshSpacingMs, closing);
    const isWantedAgain = this.#state === "again";
    this.#state = "idle";
    if (isWantedAgain && !closing.aborted) this.soon();
  }
}
