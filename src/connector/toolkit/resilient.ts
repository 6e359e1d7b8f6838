import { explainError } from "../../explain/explain.ts";
import type { BreakerOptions, BreakerOutcome } from "../../policy/breaker.ts";
import type { BulkheadOptions } from "../../policy/bulkhead.ts";
import type { RetryOptions } from "../../policy/retry.ts";
import {
  CircuitBreaker,
  type Operation,
  type ToolkitDeps,
  bulkhead,
  fallback,
  retry,
  timed,
} from "../../policy/toolkit.ts";
import { ToolFailure } from "../connector.ts";

/** What is put around an operation. What is left out is not. */
export interface ResilientOptions<T> {
  /** How long one attempt may take, in ms. */
  readonly timeoutMs?: number;
  /** How often it is tried again where it fails in a way that may pass. It must be one for which twice is as good as once. */
  readonly retry?: RetryOptions;
  /** When it is left alone because it keeps failing. */
  readonly breaker?: BreakerOptions;
  /** How many run at once. */
  readonly bulkhead?: BulkheadOptions;
  /** What is answered where all of that did not help. */
  readonly fallback?: (thrown: unknown, signal: AbortSignal) => Promise<T>;
}

/**
 * An operation with the gateway's own policies around it, in the order in which a call of the gateway passes them: the fallback outermost, then
 * attempts, then the breaker, then the slots, and within them the time of one attempt.
 *
 * A {@link ToolFailure} is its caller's: it is not tried again, does not count against the operation, and nothing is answered in its place.
 *
 * @throws {GatewayError} `deadline_exceeded`, `breaker_open`, `upstream_busy`, from what it gives; what the operation throws.
 */
export function resilient<T>(run: Operation<T>, options: ResilientOptions<T>, deps: ToolkitDeps = {}): Operation<T> {
  const { timeoutMs } = options;
  let made = timeoutMs === undefined ? run : timed((signal) => run(signal), { timeoutMs }, deps);
  if (options.bulkhead !== undefined) made = bulkhead(made, options.bulkhead, deps);
  if (options.breaker !== undefined) {
    const inner = made;
    const breaker = new CircuitBreaker(options.breaker, outcomeOf, deps);
    made = (signal) => breaker.run(() => inner(signal));
  }
  if (options.retry !== undefined) made = retry(made, { ...options.retry, mayPass }, deps);
  return options.fallback === undefined ? made : fallback(made, options.fallback, isOurs);
}

/** Whether a failure may pass, by its code or by its words: a refused connection, a time that was over, a server that is busy. */
export function mayPass(thrown: unknown): boolean {
  return isOurs(thrown) && explainError(thrown).retryable;
}

function outcomeOf(thrown: unknown): BreakerOutcome {
  return isOurs(thrown) ? "failed" : "returned";
}

function isOurs(thrown: unknown): boolean {
  return !(thrown instanceof ToolFailure);
}
