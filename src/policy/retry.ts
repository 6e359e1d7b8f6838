import type { ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { delayAfter } from "./backoff.ts";

/** How often a call that failed is made again, and how long is waited before. */
export interface RetryOptions {
  /** Attempts in all; 1: none is repeated. From 1 to 10. Default 3. */
  readonly attempts?: number;
  /** Before the second attempt, in ms; doubled with each, half of it by chance. Default 200. */
  readonly firstMs?: number;
  /** Longest time between two attempts, in ms: also where the upstream asks for more, and then the call is not repeated. Default 5000. */
  readonly longestMs?: number;
}

export const retryDefaults = { attempts: 3, firstMs: 200, longestMs: 5000 } as const satisfies Required<RetryOptions>;

/** What is known of a call that failed. */
export interface FailedAttempt {
  readonly thrown: unknown;
  /** From 1. */
  readonly attempt: number;
  /** Whether it may be made twice without doing more than once: it only reads, is idempotent, or has a key that its upstream is given. */
  readonly isRepeatable: boolean;
  /** Whether a person or model was asked something while it ran: they are not asked twice. */
  readonly wasAsked: boolean;
  /** Whether a failure may pass, where that is not for us to judge. */
  readonly mayPass?: (thrown: unknown) => boolean;
}

/** Failures of calls that the upstream certainly did not begin to work on: whatever the call does, it can be made again. */
const unseen: ReadonlySet<ErrorCode> = new Set(["upstream_unavailable", "upstream_rate_limited"]);

/** Failures that may pass, of calls that the upstream may have worked on. */
const passing: ReadonlySet<ErrorCode> = new Set(["upstream_disconnected", "upstream_unresponsive"]);

/**
 * In how many ms a call should be made again that failed; undefined where it should not. Pure.
 *
 * Only failures that may pass are tried again, and of these only calls for which twice is as good as once. Where the upstream says when,
 * that is honoured, up to the longest time.
 */
export function retryAfter(
  { thrown, attempt, isRepeatable, wasAsked, mayPass = mayPassByCode }: FailedAttempt,
  options: RetryOptions,
  random: () => number,
): number | undefined {
  const { attempts, firstMs, longestMs } = { ...retryDefaults, ...options };
  if (attempt >= attempts || wasAsked) return undefined;
  const isOurs = thrown instanceof GatewayError;
  const mayRepeat = (isOurs && isUnseen(thrown)) || (isRepeatable && mayPass(thrown));
  if (!mayRepeat) return undefined;
  const asked = isOurs ? thrown.data?.["retryAfterMs"] : undefined;
  const own = delayAfter(attempt - 1, random, { firstMs, longestMs, attemptsPerDay: attempts });
  const delay = typeof asked === "number" ? Math.max(asked, own) : own;
  return delay > longestMs ? undefined : delay;
}

/** Whether the upstream certainly did not begin to work on a call that failed so. */
export function isUnseen({ code }: GatewayError): boolean {
  return unseen.has(code);
}

/** A server that answers 502 to 504 fails behind a proxy, or is busy: both pass. Other breaches of the protocol come again. */
function mayPassByCode(thrown: unknown): boolean {
  if (!(thrown instanceof GatewayError)) return false;
  const { code, data } = thrown;
  const status = data?.["status"];
  if (code === "upstream_protocol_error") return status === 502 || status === 503 || status === 504;
  return passing.has(code);
}

/** Of so many calls one may be made again. */
const callsPerRetry = 10;

/** Calls that may be made again at once, and at the start. */
const maxRetries = 10;

/**
 * Keeps repetitions from making a bad hour worse: where everything fails, one call in ten is made again, not each of them three times.
 * One budget for one upstream. No time is involved: what refills it are calls.
 */
export class RetryBudget {
  #tenths = maxRetries * callsPerRetry;

  /** Takes note of a call. */
  deposit(): void {
    if (this.#tenths < maxRetries * callsPerRetry) this.#tenths += 1;
  }

  /** Whether one may be made again; if so, that is taken note of. */
  withdraw(): boolean {
    if (this.#tenths < callsPerRetry) return false;
    this.#tenths -= callsPerRetry;
    return true;
  }
}
