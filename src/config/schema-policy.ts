import { z } from "zod";
import { roles } from "../core/role.ts";
import { bulkheadDefaults } from "../policy/bulkhead.ts";
import { callerLimitDefaults } from "../policy/rate-limit.ts";
import { retryDefaults } from "../policy/retry.ts";
import { maxTimeoutDefaultMs } from "../policy/time-limit.ts";
import { upstreamDefaults } from "../upstream/options.ts";
import { cachePolicyKey, cachePolicyKeys } from "./schema-cache.ts";
import { isObject, optionalWholeNumber } from "./schema-parts.ts";

function flag(fallback: boolean, description: string) {
  return z
    .boolean({ error: "must be true or false" })
    .optional()
    .meta({ description: `${description} Default ${fallback}.` });
}

/** How often something may be done; nothing is filled in. */
const rate = z.strictObject(
  {
    perMinute: z
      .int({ error: "must be a whole number from 1 to 1000000" })
      .min(1, { error: "must be a whole number from 1 to 1000000" })
      .max(1_000_000, { error: "must be a whole number from 1 to 1000000" })
      .meta({ description: "How often in the long run. A whole number from 1 to 1000000." }),
    burst: optionalWholeNumber(1, 1_000_000, "as perMinute", "How often at once, after a while without."),
  },
  isObject,
);

const rateOrNone = z.union([z.literal(false), rate], { error: "must be an object with perMinute, or false" });

function rateKey(description: string) {
  return rateOrNone.optional().meta({ description });
}

const retry = z.strictObject(
  {
    attempts: optionalWholeNumber(1, 10, retryDefaults.attempts, "Attempts in all; 1: none is repeated."),
    firstMs: optionalWholeNumber(
      1,
      60_000,
      retryDefaults.firstMs,
      "Before the second attempt, in ms; doubled with each.",
    ),
    longestMs: optionalWholeNumber(
      1,
      600_000,
      retryDefaults.longestMs,
      "Longest time between two attempts, in ms; a call whose server asks for more is not repeated.",
    ),
  },
  isObject,
);

const concurrency = z.strictObject(
  {
    max: optionalWholeNumber(1, 100_000, `${bulkheadDefaults.max}; for a command 32`, "Calls at once."),
    queue: optionalWholeNumber(0, 100_000, bulkheadDefaults.queue, "Calls that may wait for their turn."),
    waitMs: optionalWholeNumber(1, 3_600_000, bulkheadDefaults.waitMs, "How long a call may wait, in ms."),
  },
  isObject,
);

const toolError = 'must be a server and the name of one of its tools, such as "backup/read_file"';

const fallback = z.strictObject(
  {
    tool: z
      .string({ error: toolError })
      .regex(/^[^/]+\/.+$/, { error: toolError })
      .optional()
      .meta({
        description: "Tool that is called instead, as server/tool, by the tool's own name. Either this or result.",
      }),
    arguments: z.record(z.string(), z.unknown(), isObject).optional().meta({
      description:
        "Its arguments: any JSON in which {name} stands for the argument of that name, alone with its own type, within text as text. Default: those of the call.",
    }),
    result: z
      .record(z.string(), z.unknown(), isObject)
      .optional()
      .meta({ description: "Result that is given instead, with content as a tool's. Either this or tool." }),
  },
  isObject,
);

/** What may be said of all calls to a server, and of those to a tool. Nothing is filled in, so that what a tool leaves out is its server's. */
export const policyShape = {
  timeoutMs: optionalWholeNumber(
    1,
    86_400_000,
    `${upstreamDefaults.timeoutMs}; of a tool, its server's`,
    "How long a call may go without a sign of life, in ms: progress is one.",
  ),
  cache: cachePolicyKey,
  maxTimeoutMs: optionalWholeNumber(
    1,
    86_400_000,
    maxTimeoutDefaultMs,
    "How long a call may take in all, in ms; timeoutMs where that is longer.",
  ),
  rateLimit: rateKey(
    "How often each caller may call each tool: an object with perMinute and burst, or false. Default false.",
  ),
  validate: flag(true, "Whether arguments are checked against the tool's input schema before a call is made."),
  fallback: z
    .union([z.literal(false), fallback], { error: "must be an object with tool or result, or false" })
    .optional()
    .meta({
      description:
        "What is answered where the tool cannot be reached: another tool or a result, or false. Default false.",
    }),
  role: z
    .enum(roles, { error: `must be one of ${roles.join(", ")}` })
    .optional()
    .meta({
      description:
        "From which role on it may be used: admin, operator, user or viewer; for others it is not there. Of a server: all that it has. Default: what the server says itself of the tool, else any role that is granted it.",
    }),
  retry: retry.optional().meta({
    description: "How calls are made again that failed and that may be made twice: an object. Default {}.",
  }),
};

/** The keys of a server that stand there alone, as they go for all its tools together. */
export const serverPolicyShape = {
  concurrency: concurrency.optional().meta({
    description: "How many calls may be under way at once, of all callers and tools together: an object. Default {}.",
  }),
};

const toolPolicy = z.strictObject(policyShape, isObject);

/** The key `tools` of a server. */
export const toolsKey = z
  .record(z.string(), toolPolicy, { error: "must be an object that says of each tool what goes for its calls" })
  .optional()
  .meta({
    description:
      "What goes for the calls to some of its tools: by their own names, or patterns in which * stands for any characters. Of what fits a tool its own name counts most, then the last pattern, then what stands here for the whole server. Default {}.",
  });

const limits = z.strictObject(
  {
    caller: rateKey(
      `All calls of one caller who has a key or a token, or false. Callers on this machine have no limit. Default ${JSON.stringify(callerLimitDefaults.caller)}.`,
    ),
    session: rateKey("All calls of one session, whoever is at its other end, or false. Default false."),
  },
  isObject,
);

/** The key `rateLimit` at the top. */
export const rateLimitKey = limits
  .optional()
  .meta({ description: "How often callers may call, whatever they call. Default {}." });

/** What a server's entry says of the calls to its tools, as it is written. */
export type PolicyDraft = Readonly<z.output<typeof toolPolicy>>;

/** What a server's entry says of calls, as it is written. */
export type ServerPolicyDraft = PolicyDraft &
  Readonly<z.output<z.ZodObject<typeof serverPolicyShape>>> & {
    readonly tools?: Readonly<Record<string, PolicyDraft>> | undefined;
  };

/** What the file says of callers, as it is written. */
export type RateLimitDraft = z.output<typeof rateLimitKey>;

/** How often something may be done, as it is written. */
export type RateDraft = z.output<typeof rateOrNone>;

const shapes: Readonly<Record<string, z.ZodObject>> = { retry, concurrency, fallback };

/** The keys of an object in a server's entry; `at` is the path from there. */
export function knownPolicyKeysAt(at: readonly (string | number)[]): readonly string[] {
  const [key, name, ...rest] = at;
  if (key === "tools") return rest.length === 0 ? Object.keys(policyShape) : knownPolicyKeysAt(rest);
  if (name !== undefined) return [];
  if (key === "cache") return cachePolicyKeys;
  if (key === "rateLimit") return Object.keys(rate.shape);
  return Object.keys(shapes[String(key)]?.shape ?? {});
}

/** The keys of an object in `rateLimit` at the top; `at` is the path from there. */
export function knownRateLimitKeysAt(at: readonly (string | number)[]): readonly string[] {
  return Object.keys((at.length === 0 ? limits : rate).shape);
}
