import type { IncomingHttpHeaders } from "node:http";

/** What a site says of how much it may still be asked: the time that it spends on requests, of all users together, in windows of fixed length. */
export interface RateLimit {
  /** Time that it spends in one window, in microseconds. */
  readonly limitMicroseconds: number;
  /** What is left of that after the request that was answered, in microseconds; 0 or less: nothing. */
  readonly leftMicroseconds: number;
  /** When the next window begins, in ms from the answer. */
  readonly resetMs: number;
}

/** What the headers of an answer say; undefined where the site has no limit. The site's `Remaining` is from before the request. */
export function rateLimitOf(headers: IncomingHttpHeaders): RateLimit | undefined {
  const limit = numberIn(headers["x-ratelimit-limit"]);
  const remaining = numberIn(headers["x-ratelimit-remaining"]);
  const reset = numberIn(headers["x-ratelimit-reset"]);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  const used = numberIn(headers["x-ratelimit-used"]) ?? 0;
  return { limitMicroseconds: limit, leftMicroseconds: remaining - used, resetMs: reset * 1000 };
}

/** In how many ms the site wants to be asked again, of an answer that refuses; undefined where it does not say. */
export function retryAfterMsOf(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const said = headers["retry-after"];
  if (said === undefined) return undefined;
  const seconds = numberIn(said);
  if (seconds !== undefined) return seconds * 1000;
  const at = Date.parse(said);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function numberIn(value: string | readonly string[] | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
