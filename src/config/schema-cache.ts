import { z } from "zod";
import { type CacheOptions, cacheOptionDefaults } from "../cache/cache-options.ts";
import { type CachePolicy, type TtlClass, cacheDefaults, cacheScopes, ttlClasses } from "../policy/cache-policy.ts";
import { isObject, optionalWholeNumber } from "./schema-parts.ts";

const day = 86_400_000;

const classNames = Object.keys(ttlClasses).filter((name): name is TtlClass => name in ttlClasses);
const ttlError = `must be a whole number of ms from 0 to ${day}, or one of ${classNames.join(", ")}`;

function tagNames(description: string, fallback: string) {
  const error = "must be a list of names that are not empty";
  return z
    .array(z.string({ error }).min(1, { error }), { error })
    .optional()
    .meta({ description: `${description} Default: ${fallback}.` });
}

const policy = z.strictObject(
  {
    ttl: z
      .union([z.int().min(0).max(day), z.enum(classNames)], { error: ttlError })
      .optional()
      .meta({
        description: `How long a result is fresh: ms from 0 to ${day}, or a class: ${Object.entries(ttlClasses)
          .map(([name, ms]) => `${name} (${ms})`)
          .join(
            ", ",
          )}. Of a server it also means its tools that only read but may look outside; of a tool, whatever the tool says of itself. What the server itself says is the most. Default: tool_results for tools that say that they only read and look at nothing outside; for resources, what the server says with each.`,
      }),
    scope: z
      .enum(cacheScopes, { error: 'must be "public", "role" or "user"' })
      .optional()
      .meta({
        description: `Who may be given what somebody else's call brought: public, everybody who may make the call; role, those of the same role; user, nobody. Default ${cacheDefaults.scope}.`,
      }),
    staleMs: optionalWholeNumber(
      0,
      day,
      cacheDefaults.staleMs,
      "How long after its time a result is still given at once, while it is fetched anew, in ms.",
    ),
    staleIfErrorMs: optionalWholeNumber(
      0,
      day,
      cacheDefaults.staleIfErrorMs,
      "How long after its time a result is given while the server is away, in ms.",
    ),
    tags: tagNames("Names by which results can be dropped, the same for all servers.", "none"),
    invalidates: tagNames("What a call that may change something drops, by those names.", "every result of its server"),
  },
  { error: "must be an object, or false" },
);

/** The key `cache` of a server and of a tool. */
export const cachePolicyKey = z
  .union([z.literal(false), policy], { error: "must be an object, or false" })
  .optional()
  .meta({
    description:
      "Whether results are kept, how long and for whom; false: none is. Default {}; of a tool, its server's.",
  });

/** What a configuration says of the results of some calls. */
export type CachePolicyDraft = z.output<typeof cachePolicyKey>;

/** `isTool`: it is said of a tool, which is then kept whatever it says of itself, where a time is given. */
export function cachePolicy(draft: NonNullable<CachePolicyDraft> | false, isTool: boolean): CachePolicy {
  if (draft === false) return { isOn: false };
  const { ttl, scope, staleMs, staleIfErrorMs, tags, invalidates } = draft;
  return {
    ...(ttl !== undefined && { ttl, isListed: isTool }),
    ...(scope !== undefined && { scope }),
    ...(staleMs !== undefined && { staleMs }),
    ...(staleIfErrorMs !== undefined && { staleIfErrorMs }),
    ...(tags !== undefined && { tags }),
    ...(invalidates !== undefined && { invalidates }),
  };
}

const toolError = "must be SERVER/TOOL, by the tool's own name";

const warmCall = z.strictObject(
  {
    tool: z
      .string({ error: toolError })
      .regex(/^[^/]+\/.+$/, { error: toolError })
      .meta({ description: "The tool: SERVER/TOOL, by its own name." }),
    arguments: z
      .record(z.string(), z.unknown(), isObject)
      .prefault({})
      .meta({ description: "Its arguments. Default {}." }),
  },
  isObject,
);

const warm = z.strictObject(
  {
    everyMs: optionalWholeNumber(
      1000,
      day,
      cacheOptionDefaults.warm.everyMs,
      "How often the calls are made, in ms, besides when their server becomes ready.",
    ),
    calls: z
      .array(warmCall, { error: "must be a list of calls" })
      .max(1000, { error: "must be at most 1000 calls" })
      .prefault([])
      .meta({
        description:
          "Calls that are made before anybody asks, at most 1000, so that their results are there. Default [].",
      }),
  },
  isObject,
);

const maxMiB = cacheOptionDefaults.maxBytes / 1024 ** 2;

const cache = z.strictObject(
  {
    maxMiB: optionalWholeNumber(0, 1_048_576, maxMiB, "Room for all results together, in MiB; 0: none is kept."),
    warm: warm.prefault({}).meta({ description: "What is fetched before anybody asks. Default {}." }),
  },
  isObject,
);

/** The key `cache` at the top. */
export const cacheKey = cache
  .prefault({})
  .meta({ description: "How much is kept of results, and what is fetched before anybody asks. Default {}." });

/** What a configuration says of the cache as a whole. */
export function cacheOptions({
  maxMiB: room = maxMiB,
  warm: { everyMs, calls },
}: z.output<typeof cache>): CacheOptions {
  return {
    maxBytes: room * 1024 ** 2,
    warm: {
      everyMs: everyMs ?? cacheOptionDefaults.warm.everyMs,
      calls: calls.map(({ tool, arguments: given }) => {
        const slash = tool.indexOf("/");
        return { upstream: tool.slice(0, slash), tool: tool.slice(slash + 1), arguments: given };
      }),
    },
  };
}

/** The keys that an object below `cache` at the top may have. */
export function knownCacheKeysAt(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 1) return Object.keys(cache.shape);
  if (path[1] !== "warm" || path.length > 4) return [];
  if (path.length === 2) return Object.keys(warm.shape);
  return path.length === 4 ? Object.keys(warmCall.shape) : [];
}

/** The keys that a server's or a tool's `cache` may have. */
export const cachePolicyKeys: readonly string[] = Object.keys(policy.shape);
