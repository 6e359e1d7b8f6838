import type { Clock, StopTimer } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Next, Passage, Stage, TimeLimit } from "../pipeline.ts";

/**
 * Ends a call that takes longer than its upstream may: with `deadline_exceeded`, which cancels it at the upstream. The time in which a person
 * is asked does not count.
 */
export const deadline: Stage = { name: "deadline", around: (next) => (passage) => limited(next, passage) };

async function limited(next: Next, passage: Passage): Promise<CallAnswer> {
  const { gateway, inbound, target } = passage;
  const { upstream } = target;
  if (inbound.isPatient === true) return next(passage);
  const limit = new Limit(gateway.deps.clock, upstream.options.timeoutMs, () => {
    inbound.controller.abort(tooLong(upstream));
  });
  try {
    return await next({ ...passage, limit });
  } finally {
    limit.stop();
  }
}

class Limit implements TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onEnd: () => void;
  #interruptions = 0;
  #stopTimer: StopTimer | undefined;

  constructor(clock: Clock, ms: number, onEnd: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onEnd = onEnd;
    this.#start();
  }

  async interrupt<T>(run: () => Promise<T>): Promise<T> {
    this.#interruptions += 1;
    this.#stopTimer?.();
    try {
      return await run();
    } finally {
      this.#interruptions -= 1;
      if (this.#interruptions === 0) this.#start();
    }
  }

  #start(): void {
    this.#stopTimer = this.#clock.after(this.#ms, this.#onEnd);
  }

  /** The last thing that is called. */
  stop(): void {
    this.#stopTimer?.();
    this.#interruptions = Number.POSITIVE_INFINITY;
  }
}

function tooLong({ name, options }: Upstream): GatewayError {
  const { timeoutMs } = options;
  return new GatewayError("deadline_exceeded", `The upstream "${name}" did not answer within ${timeoutMs} ms`, {
    data: { upstream: name, timeoutMs },
  });
}
