import { GatewayError } from "../../core/errors.ts";
import type { RateLimit, RateLimiter } from "../../policy/rate-limit.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/** What counts; handshakes, lists, pings, and what is asked about tasks do not. */
const counted: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get", "completion/complete"]);

/**
 * Refuses calls of callers who make too many: `rate_limited`, with `data.retryAfterMs`. A request of a downstream counts once, however often
 * it is sent, and not where it answers questions.
 */
export function rateLimitStage(limiter: RateLimiter): Stage {
  return {
    name: "rate_limit",
    around: (next) => (passage) => {
      const { call, inbound } = passage;
      const { record } = inbound;
      if (record === undefined || record.isCounted || !counted.has(call.method)) return next(passage);
      record.isCounted = true;
      const buckets = isAnswering(passage) ? [] : bucketsOf(passage);
      return buckets.length === 0 ? next(passage) : admitted(limiter, buckets, next, passage);
    },
  };
}

/** Only where the gateway gave the state out can it come back; a legacy caller's is no more than a member that it made up. */
function isAnswering({ call, inbound }: Passage): boolean {
  return inbound.codec.era === "modern" && call.params["requestState"] !== undefined;
}

/** One thing that is counted. */
interface Bucket {
  readonly key: string;
  readonly limit: RateLimit;
  /** For people: whose and what. */
  readonly of: string;
}

const none: readonly Bucket[] = [];

function bucketsOf({ gateway, inbound, policy, target, tool }: Passage): readonly Bucket[] {
  const { caller, session } = gateway.policies.callers;
  const isLimited = caller !== false && inbound.principal.kind !== "local";
  if (!isLimited && session === false && (policy.rateLimit ?? false) === false) return none;
  const { id } = inbound.principal;
  const buckets: Bucket[] = [];
  if (policy.rateLimit !== undefined && policy.rateLimit !== false) {
    const what = tool ?? inbound.method;
    buckets.push({
      key: `tool\n${id}\n${target.upstream.name}\n${what}`,
      limit: policy.rateLimit,
      of: `Calls of "${what}" by one caller`,
    });
  }
  if (session !== false && inbound.session !== undefined) {
    buckets.push({ key: `session\n${inbound.session.id}`, limit: session, of: "Calls in one session" });
  }
  if (isLimited) buckets.push({ key: `caller\n${id}`, limit: caller, of: "Calls by one caller" });
  return buckets;
}

/** The narrower comes first: what it refuses does not count against the wider. */
function admitted(limiter: RateLimiter, buckets: readonly Bucket[], next: Next, passage: Passage): Promise<CallAnswer> {
  for (const [at, bucket] of buckets.entries()) {
    const wait = limiter.take(bucket.key, bucket.limit);
    if (wait instanceof Promise) {
      return wait.then((ms) => {
        if (ms > 0) throw tooMany(bucket, ms);
        return admitted(limiter, buckets.slice(at + 1), next, passage);
      });
    }
    if (wait > 0) return Promise.reject(tooMany(bucket, wait));
  }
  return next(passage);
}

function tooMany({ of, limit: { perMinute, burst } }: Bucket, retryAfterMs: number): GatewayError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const message = `${of} may be ${perMinute} a minute, ${burst} at once; the next may be made in ${seconds} s`;
  return new GatewayError("rate_limited", message, { data: { retryAfterMs, perMinute, burst } });
}
