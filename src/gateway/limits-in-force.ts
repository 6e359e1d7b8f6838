import type { BulkheadOptions } from "../policy/bulkhead.ts";
import type { CallPolicy } from "../policy/call-policy.ts";
import { type CallerLimits, type RateLimit } from "../policy/rate-limit.ts";
import { maxTimeoutDefaultMs } from "../policy/time-limit.ts";
import { type ProcessLimits, limitsOf } from "../upstream/limits.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";
import { concurrencyOf } from "./stages/bulkhead.ts";

/** How often and how long a tool may be called. */
interface CallLimits {
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly rateLimit: RateLimit | false;
}

/** What goes for the calls to one upstream, defaults filled in, and how much of it is in use. */
export interface UpstreamLimits extends CallLimits {
  readonly name: string;
  readonly concurrency: Required<BulkheadOptions>;
  readonly underWay: number;
  readonly waiting: number;
  /** Of tools, by their patterns, what is otherwise. */
  readonly tools: Readonly<Record<string, Partial<CallLimits>>>;
  /** Of its processes; undefined where it has none of its own. */
  readonly processes: ProcessLimits | undefined;
}

/** What limits calls, and how much of it is in use. */
export interface LimitsInForce {
  readonly callers: Required<CallerLimits>;
  readonly calls: { readonly underWay: number; readonly parked: number };
  readonly upstreams: readonly UpstreamLimits[];
}

/** What limits the calls of a gateway now. Asks nobody. */
export function limitsInForce(gateway: Gateway): LimitsInForce {
  const { policies, underWay, parked, upstreams } = gateway;
  return {
    callers: policies.callers,
    calls: { underWay: underWay.size, parked: parked.size },
    upstreams: upstreams.map((upstream) => limitsAt(upstream, gateway)),
  };
}

function limitsAt(upstream: Upstream, { policies, underWay }: Gateway): UpstreamLimits {
  const { name, options } = upstream;
  const { whole, tools } = policies.row(name);
  const { timeoutMs = options.timeoutMs, maxTimeoutMs = maxTimeoutDefaultMs, rateLimit = false } = whole;
  const patterns = Object.entries(tools).map(([pattern, policy]) => [pattern, saidOf(policy)] as const);
  return {
    name,
    timeoutMs,
    maxTimeoutMs,
    rateLimit,
    concurrency: concurrencyOf(upstream, policies),
    underWay: upstream.underWay,
    waiting: underWay.waitingAt(name),
    tools: Object.fromEntries(patterns.filter(([, said]) => Object.keys(said).length > 0)),
    processes: options.target.kind === "stdio" ? limitsOf(options.target.limits) : undefined,
  };
}

function saidOf({ timeoutMs, maxTimeoutMs, rateLimit }: CallPolicy): Partial<CallLimits> {
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxTimeoutMs !== undefined && { maxTimeoutMs }),
    ...(rateLimit !== undefined && { rateLimit }),
  };
}
