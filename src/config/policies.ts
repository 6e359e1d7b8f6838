import type { BulkheadOptions } from "../policy/bulkhead.ts";
import type { CallPolicy, UpstreamPolicy, WrittenPolicies } from "../policy/call-policy.ts";
import type { FallbackOptions } from "../policy/fallback.ts";
import type { CallerLimits, RateLimit } from "../policy/rate-limit.ts";
import type { RetryOptions } from "../policy/retry.ts";
import { cachePolicy } from "./schema-cache.ts";
import type { PolicyDraft, RateDraft, RateLimitDraft, ServerPolicyDraft } from "./schema-policy.ts";

/** What a valid configuration says of calls. Only what it says: that a member is missing lets one that is meant for more count. */
export function writtenPolicies(
  servers: readonly { readonly name: string; readonly server: ServerPolicyDraft }[],
  rateLimit: RateLimitDraft,
): WrittenPolicies {
  const upstreams = Object.fromEntries(servers.map(({ name, server }) => [name, upstreamPolicy(server)]));
  return { upstreams, ...(rateLimit !== undefined && { callers: callerLimits(rateLimit) }) };
}

function callerLimits({ caller, session }: NonNullable<RateLimitDraft>): CallerLimits {
  return {
    ...(caller !== undefined && { caller: rateOf(caller) }),
    ...(session !== undefined && { session: rateOf(session) }),
  };
}

function upstreamPolicy(draft: ServerPolicyDraft): UpstreamPolicy {
  const { concurrency } = draft;
  const tools = Object.entries(draft.tools ?? {}).map(([pattern, policy]) => {
    return [pattern, callPolicy(policy, true)] as const;
  });
  return {
    ...callPolicy(draft, false),
    ...(concurrency && { concurrency: concurrencyOf(concurrency) }),
    ...(tools.length > 0 && { tools: Object.fromEntries(tools) }),
  };
}

function callPolicy(draft: PolicyDraft, isTool: boolean): CallPolicy {
  const { timeoutMs, maxTimeoutMs, cache, rateLimit, validate, fallback, retry, role } = draft;
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxTimeoutMs !== undefined && { maxTimeoutMs }),
    ...(cache !== undefined && { cache: cachePolicy(cache, isTool) }),
    ...(rateLimit !== undefined && { rateLimit: rateOf(rateLimit) }),
    ...(validate !== undefined && { validate }),
    ...(fallback !== undefined && { fallback: fallback && fallbackOf(fallback) }),
    ...(retry !== undefined && { retry: retryOf(retry) }),
    ...(role !== undefined && { role }),
  };
}

function rateOf(draft: RateDraft): RateLimit | false {
  return draft && { perMinute: draft.perMinute, burst: draft.burst ?? draft.perMinute };
}

function fallbackOf(draft: Exclude<NonNullable<PolicyDraft["fallback"]>, false>): FallbackOptions {
  const { tool = "", result } = draft;
  if (result !== undefined) return { kind: "result", result };
  const at = tool.indexOf("/");
  return { kind: "tool", upstream: tool.slice(0, at), tool: tool.slice(at + 1), arguments: draft.arguments };
}

function retryOf({ attempts, firstMs, longestMs }: NonNullable<PolicyDraft["retry"]>): RetryOptions {
  return {
    ...(attempts !== undefined && { attempts }),
    ...(firstMs !== undefined && { firstMs }),
    ...(longestMs !== undefined && { longestMs }),
  };
}

function concurrencyOf({ max, queue, waitMs }: NonNullable<ServerPolicyDraft["concurrency"]>): BulkheadOptions {
  return {
    ...(max !== undefined && { max }),
    ...(queue !== undefined && { queue }),
    ...(waitMs !== undefined && { waitMs }),
  };
}
