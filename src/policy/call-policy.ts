import { patternFits } from "../core/choice.ts";
import type { Role } from "../core/role.ts";
import type { CachePolicy } from "./cache-policy.ts";
import type { BulkheadOptions } from "./bulkhead.ts";
import type { FallbackOptions } from "./fallback.ts";
import { type CallerLimits, type RateLimit, callerLimitDefaults } from "./rate-limit.ts";
import type { RetryOptions } from "./retry.ts";

/** What may be said of the calls to a tool, or of all calls to an upstream. What is left out is as the policy's own default says. */
export interface CallPolicy {
  /** How long a call may go without a sign of life, in ms. 1 to 86 400 000. Default: the upstream's own. */
  readonly timeoutMs?: number;
  /** Whether results are kept, how long and for whom. */
  readonly cache?: CachePolicy;
  /** How long a call may take in all, however many signs of life there are, in ms. 1 to 86 400 000. Default an hour. */
  readonly maxTimeoutMs?: number;
  /** How often each caller may call the tool; said of an upstream: each of its tools. Default false: no limit but the caller's own. */
  readonly rateLimit?: RateLimit | false;
  /** Whether arguments are checked against the tool's input schema before the call is made. Default true. */
  readonly validate?: boolean;
  /** What is answered where the tool cannot be reached. Default false: why it cannot. */
  readonly fallback?: FallbackOptions | false;
  /** How often a call that failed is made again. */
  readonly retry?: RetryOptions;
  /** From which role on the tool may be used; said of an upstream: all that it has. Default: as its definition says, else from any. */
  readonly role?: Role;
}

/** What is said of one upstream: of all calls to it, and of those to some tools. */
export interface UpstreamPolicy extends CallPolicy {
  /** How many calls may be under way there at once, of all callers and tools together. */
  readonly concurrency?: BulkheadOptions;
  /** By the tools' own names, or patterns in which `*` stands for any characters. */
  readonly tools?: Readonly<Record<string, CallPolicy>>;
}

/** What is said of calls. */
export interface WrittenPolicies {
  /** How often callers may call, whatever they call. */
  readonly callers?: CallerLimits;
  /** By the names of the upstreams. */
  readonly upstreams?: Readonly<Record<string, UpstreamPolicy>>;
}

/** Tools whose policies are remembered of one upstream; beyond, all are worked out anew. */
const maxTools = 10_000;

/**
 * What goes for the calls to each tool. Never changes: another table takes its place.
 *
 * Of a tool each member is what its own entry says, else the last pattern that fits it, else the upstream. A member is taken as a whole.
 */
export class PolicyTable {
  readonly callers: Required<CallerLimits>;
  readonly #written: NonNullable<WrittenPolicies["upstreams"]>;
  readonly #found = new Map<string, UpstreamRow>();

  constructor({ callers, upstreams = {} }: WrittenPolicies = {}) {
    this.callers = { ...callerLimitDefaults, ...callers };
    this.#written = upstreams;
  }

  /** What is said of one upstream. */
  row(upstream: string): UpstreamRow {
    const found = this.#found.get(upstream);
    if (found !== undefined) return found;
    const written = (Object.hasOwn(this.#written, upstream) ? this.#written[upstream] : undefined) ?? {};
    const { tools = {}, concurrency = {}, ...whole } = written;
    const row = { whole, concurrency, tools, found: new Map<string, CallPolicy>() };
    this.#found.set(upstream, row);
    return row;
  }
}

interface UpstreamRow {
  readonly whole: CallPolicy;
  readonly concurrency: BulkheadOptions;
  readonly tools: Readonly<Record<string, CallPolicy>>;
  /** What was worked out, by tool. */
  readonly found: Map<string, CallPolicy>;
}

/**
 * What goes for the calls to a tool of an upstream; without a tool, for everything else that is asked of it. The same object each time, so
 * that more can be remembered of it in a `WeakMap`. Costs two looks in a map.
 */
export function policyFor(table: PolicyTable, upstream: string, tool: string | undefined): CallPolicy {
  const row = table.row(upstream);
  if (tool === undefined) return row.whole;
  const found = row.found.get(tool);
  if (found !== undefined) return found;
  const policy = toolPolicy(row, tool);
  if (row.found.size >= maxTools) row.found.clear();
  row.found.set(tool, policy);
  return policy;
}

function toolPolicy({ whole, tools }: UpstreamRow, tool: string): CallPolicy {
  const own = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  const fitting = Object.entries(tools).flatMap(([pattern, policy]) => {
    return pattern !== tool && patternFits(pattern, tool) ? [policy] : [];
  });
  if (own === undefined && fitting.length === 0) return whole;
  return Object.assign({}, whole, ...fitting, own) satisfies CallPolicy;
}
