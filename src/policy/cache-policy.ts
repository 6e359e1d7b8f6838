import type { JsonObject } from "../core/json.ts";

/** How long results may be used again, in ms, by the kind of data they are: for configurations that would rather name a kind than a number. */
export const ttlClasses = {
  dashboard: 300_000,
  settings: 1_800_000,
  registry: 3_600_000,
  permissions: 900_000,
  metadata: 3_600_000,
  health: 600_000,
  analytics: 600_000,
  tool_results: 300_000,
} as const satisfies Record<string, number>;

/** A kind of data: see {@link ttlClasses}. */
export type TtlClass = keyof typeof ttlClasses;

/** Who may be given a result that somebody else asked for: everybody who may make the call, those of the same role, nobody. */
export const cacheScopes = ["public", "role", "user"] as const;

/** Among whom a result is shared: see {@link cacheScopes}. */
export type CacheScope = (typeof cacheScopes)[number];

/** What becomes of the results of an upstream's or a tool's calls. All members are optional; see {@link cacheDefaults}. */
export interface CachePolicy {
  /** False: no result is kept, whatever else is said. Writes drop what they drop all the same. Default true. */
  readonly isOn?: boolean;
  /**
   * How long a result is fresh: ms from when it came (0 to 86 400 000), or a class. Given, it stands for the upstream's hint that the tool
   * looks at nothing outside. Default: `tool_results` for tools, and for resources what the upstream says with each.
   */
  readonly ttl?: number | TtlClass;
  /** Whether the tool may be cached although it does not say that it only reads. Default false. */
  readonly isListed?: boolean;
  /** Default `public`: the gateway reaches an upstream with credentials of its own, so that the answer is the same for everybody. */
  readonly scope?: CacheScope;
  /** How long after that a result is still given at once, while it is fetched anew: ms, 0 to 86 400 000. Default 60 000. */
  readonly staleMs?: number;
  /** How long after that a result is given while the upstream is away: ms, 0 to 86 400 000. Default 3 600 000. */
  readonly staleIfErrorMs?: number;
  /** Names under which results can be dropped, the same for all upstreams. Default none. */
  readonly tags?: readonly string[];
  /** What a call that may change something drops, by those names. Default: every result of its upstream. */
  readonly invalidates?: readonly string[];
}

/** What is so where nothing else is said. */
export const cacheDefaults = { scope: "public", staleMs: 60_000, staleIfErrorMs: 3_600_000 } as const;

/** For how long and for whom the results of a call are kept. Times in ms. */
export interface CacheTerms {
  /** Undefined: as long as the result itself says. */
  readonly ttlMs: number | undefined;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
  readonly scope: CacheScope;
  readonly tags: readonly string[];
}

/**
 * What the cache has to do with a call: nothing (`pass`), keep its result (`read`), or drop what is kept (`write`): what these tags name, or
 * everything of the upstream.
 */
export type CacheDecision =
  | { readonly kind: "pass" }
  | { readonly kind: "read"; readonly terms: CacheTerms }
  | { readonly kind: "write"; readonly invalidates: readonly string[] | undefined };

/**
 * Decides for the calls of one tool from its definition's `annotations`.
 *
 * What a tool does not say counts as the specification says: it writes, and it looks outside.
 *
 * @see MCP 2026-07-28, schema, ToolAnnotations (the same since 2025-03-26).
 */
export function decideForTool(annotations: JsonObject, policy: CachePolicy): CacheDecision {
  const isReadOnly = annotations["readOnlyHint"] === true;
  const { isOn = true, isListed = false, ttl, invalidates } = policy;
  if (!isReadOnly && !isListed) return { kind: "write", invalidates };
  const mayBeKept = isListed || ttl !== undefined || annotations["openWorldHint"] === false;
  return isOn && mayBeKept ? { kind: "read", terms: termsOf(policy, "tool_results") } : { kind: "pass" };
}

/** Decides for reading an upstream's resources. */
export function decideForResources(policy: CachePolicy): CacheDecision {
  return policy.isOn === false ? { kind: "pass" } : { kind: "read", terms: termsOf(policy, undefined) };
}

function termsOf(policy: CachePolicy, usual: TtlClass | undefined): CacheTerms {
  const { scope, staleMs, staleIfErrorMs } = { ...cacheDefaults, ...policy };
  const ttl = policy.ttl ?? usual;
  return {
    ttlMs: typeof ttl === "string" ? ttlClasses[ttl] : ttl,
    staleMs,
    staleIfErrorMs,
    scope,
    tags: policy.tags ?? [],
  };
}
