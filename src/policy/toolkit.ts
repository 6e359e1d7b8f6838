import { type Clock, systemClock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { Breaker, type BreakerOptions, type BreakerOutcome, type BreakerState } from "./breaker.ts";
import { Bulkhead, type BulkheadOptions } from "./bulkhead.ts";
import { type RateLimit, MemoryRateLimiter } from "./rate-limit.ts";
import { type RetryOptions, retryAfter } from "./retry.ts";
import { TimeLimit, type TimeLimits, maxTimeoutDefaultMs } from "./time-limit.ts";

/**
 * The gateway's own policies for whoever writes a connector: each wraps a function, and what it gives can be wrapped again. The outermost is
 * written last.
 *
 * Failures are {@link GatewayError}s; `retry` makes only those again that may pass, as `policy/retry.ts` says.
 */
export type Operation<T> = (signal: AbortSignal) => Promise<T>;

/** What the policies take from outside, so that tests can move it by hand. Default: the machine's. */
export interface ToolkitDeps {
  readonly clock?: Clock;
  /** Between 0 and 1, for jitter. Default: the machine's. */
  readonly random?: () => number;
}

/** How an operation is made again. */
export interface RetryOperationOptions extends RetryOptions {
  /** Whether a failure may pass, so that it is worth another attempt. Default: as the gateway judges failures of its own. */
  readonly mayPass?: (thrown: unknown) => boolean;
}

/** Makes an operation again that fails in a way that may pass. It must be one for which twice is as good as once. */
export function retry<T>(
  run: Operation<T>,
  { mayPass, ...options }: RetryOperationOptions = {},
  deps: ToolkitDeps = {},
): Operation<T> {
  const { clock = systemClock, random = Math.random } = deps;
  return async (signal) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run(signal);
      } catch (thrown) {
        const failed = { thrown, attempt, isRepeatable: true, wasAsked: false, ...(mayPass && { mayPass }) };
        const delay = retryAfter(failed, options, random);
        if (delay === undefined || signal.aborted) throw thrown;
        await sleep(clock, delay, signal);
        signal.throwIfAborted();
      }
    }
  };
}

/**
 * Lets so many run at once; the others wait, and those who ask take turns.
 *
 * @throws {GatewayError} `upstream_busy`, from what it gives.
 */
export function bulkhead<T>(
  run: Operation<T>,
  options: BulkheadOptions = {},
  { clock = systemClock }: ToolkitDeps = {},
): (signal: AbortSignal, principal?: string) => Promise<T> {
  const slots = new Bulkhead(options, clock);
  return async (signal, principal = "") => {
    await slots.enter(principal, signal);
    try {
      return await run(signal);
    } finally {
      slots.leave();
    }
  };
}

/**
 * Lets so many run a minute, for each key.
 *
 * @throws {GatewayError} `rate_limited`, from what it gives; `data.retryAfterMs` says when the next may run.
 */
export function rateLimit<T>(
  run: Operation<T>,
  limit: RateLimit,
  { clock = systemClock }: ToolkitDeps = {},
): (signal: AbortSignal, key?: string) => Promise<T> {
  const limiter = new MemoryRateLimiter(clock);
  return async (signal, key = "all") => {
    const retryAfterMs = limiter.take(key, limit);
    if (retryAfterMs === 0) return run(signal);
    const message = `This may be done ${limit.perMinute} times a minute, ${limit.burst} at once`;
    throw new GatewayError("rate_limited", message, { data: { retryAfterMs, ...limit } });
  };
}

/** Answers otherwise where an operation fails in a way that `isFor` takes; whoever has left is not answered. */
export function fallback<T>(
  run: Operation<T>,
  instead: (thrown: unknown, signal: AbortSignal) => Promise<T>,
  isFor: (thrown: unknown) => boolean,
): Operation<T> {
  return async (signal) => {
    try {
      return await run(signal);
    } catch (thrown) {
      if (signal.aborted || !isFor(thrown)) throw thrown;
      return instead(thrown, signal);
    }
  };
}

/** What an operation does that gives signs of life, each of which puts off its end. */
export type TimedOperation<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

/**
 * Ends an operation that gives no sign of life for too long, or takes too long in all, by its signal.
 *
 * @throws {GatewayError} `deadline_exceeded`, from what it gives, whether or not the operation heeds its signal.
 */
export function timed<T>(
  run: TimedOperation<T>,
  { timeoutMs, maxTimeoutMs = maxTimeoutDefaultMs }: Pick<TimeLimits, "timeoutMs"> & Partial<TimeLimits>,
  { clock = systemClock }: ToolkitDeps = {},
): Operation<T> {
  return async (signal) => {
    signal.throwIfAborted();
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const end = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const follow = (): void => {
      end(signal.reason);
    };
    const limit = new TimeLimit(clock, { timeoutMs, maxTimeoutMs }, (which) => {
      const ms = which === "silent" ? timeoutMs : Math.max(timeoutMs, maxTimeoutMs);
      end(new GatewayError("deadline_exceeded", `It was not done within ${ms} ms`, { data: { timeoutMs: ms } }));
    });
    signal.addEventListener("abort", follow);
    try {
      const running = run(controller.signal, () => {
        limit.sign();
      });
      return await Promise.race([running, promise]);
    } finally {
      limit.stop();
      signal.removeEventListener("abort", follow);
    }
  };
}

/** Stops doing what keeps failing, and finds out when to go on. */
export class CircuitBreaker {
  readonly #breaker: Breaker;
  readonly #outcomeOf: (thrown: unknown) => BreakerOutcome;

  /**
   * @param outcomeOf what a failure says: `failed`, or `returned` where it is its caller's. Default: all are failures.
   * @throws {RangeError} where an option is not a whole number from 1.
   */
  constructor(
    options: BreakerOptions = {},
    outcomeOf: (thrown: unknown) => BreakerOutcome = () => "failed",
    { clock = systemClock }: ToolkitDeps = {},
  ) {
    this.#breaker = new Breaker(options, clock, () => undefined);
    this.#outcomeOf = outcomeOf;
  }

  get state(): BreakerState {
    return this.#breaker.state;
  }

  /**
   * Runs it, unless too much has failed.
   *
   * @throws {GatewayError} `breaker_open`; `data.retryAfterMs` says when one may be tried.
   */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    const pass = this.#breaker.enter();
    try {
      const result = await operation();
      this.#breaker.leave(pass, "succeeded");
      return result;
    } catch (thrown) {
      this.#breaker.leave(pass, this.#outcomeOf(thrown));
      throw thrown;
    }
  }
}
