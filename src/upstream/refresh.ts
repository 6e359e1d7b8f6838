import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import type { Notification } from "../protocol/call.ts";

/** The lists are read again at most this often when an upstream announces changes, in ms. */
const refreshSpacingMs = 100;
/** How long after a reading that failed the next one is tried, in ms: doubled with each failure up to the longest. */
const firstRetryMs = 1000;
const longestRetryMs = 30_000;

/** What reading again needs. */
export interface RefreshDeps {
  readonly clock: Clock;
  /** Longest time that one reading may take, in ms. */
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
  readonly read: (signal: AbortSignal) => Promise<void>;
  readonly failed: (thrown: unknown) => void;
}

/** Reads an upstream's lists again, never twice at once, not more often than is good for it, and until it has worked. */
export class Refresh {
  readonly #deps: RefreshDeps;
  #state: "idle" | "running" | "again" = "idle";
  /** Readings that have failed since one last worked. */
  #failures = 0;

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
      this.#failures = 0;
    } catch (thrown) {
      failed(thrown);
      this.#failures += 1;
      // What was announced once is not announced again.
      this.#state = "again";
    } finally {
      limit.stop();
    }
    await sleep(clock, this.#spacingMs, closing);
    const isWantedAgain = this.#state === "again";
    this.#state = "idle";
    if (isWantedAgain && !closing.aborted) this.soon();
  }

  get #spacingMs(): number {
    return this.#failures === 0 ? refreshSpacingMs : Math.min(firstRetryMs * 2 ** (this.#failures - 1), longestRetryMs);
  }
}

/** Whether an upstream says that one of its lists is no longer what it was. */
export function isListChange({ method }: Notification): boolean {
  return /^notifications\/(?:tools|prompts|resources)\/list_changed$/.test(method);
}
