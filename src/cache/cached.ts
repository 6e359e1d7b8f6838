import { canonicalJson } from "../core/canonical.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { Cache, type Read } from "./cache.ts";
import { AllCounts } from "./counts.ts";

/** How a function's results are kept. Times in ms. */
export interface CachedOptions<A extends readonly unknown[], V> {
  /** How long a result is fresh. 1 to 86 400 000. */
  readonly ttlMs: number;
  /** How long after that it is still given at once, while it is fetched anew. 0 to 86 400 000. Default 0. */
  readonly staleMs?: number;
  /** How long after that it is given where fetching it fails as `isAway` says. 0 to 86 400 000. Default 0. */
  readonly staleIfErrorMs?: number;
  /** Which failures mean that what was fetched before may be given past its time. Default: all of them. */
  readonly isAway?: (thrown: unknown) => boolean;
  /** Room for all results, in bytes of their JSON text. Default 8 MiB. One result may take an eighth of it. */
  readonly maxBytes?: number;
  /** What tells one call from another. Default: the canonical JSON of its arguments. */
  readonly key?: (...args: A) => string;
  /** Names by which {@link Cached.drop} drops the result of a call. Default none. */
  readonly tags?: (...args: A) => readonly string[];
  /** Whether a result is kept. Default: all but undefined. */
  readonly mayKeep?: (value: V) => boolean;
  readonly clock?: Clock;
}

/** A function whose results are kept. */
export interface Cached<A extends readonly unknown[], V> {
  /**
   * The result, kept or fetched; equal calls at one time are fetched once. What it resolves with is shared: it must not be changed. Rejects as
   * the function does; a failure is not kept.
   */
  (...args: A): Promise<V>;
  /** Drops what has this tag, or everything; what is being fetched is not kept. For whoever changes what the function reads. */
  drop(tag?: string): void;
  /** How it went: see {@link Counts}. */
  counts(): { readonly hits: number; readonly misses: number; readonly stale: number; readonly joined: number };
}

const everything = "all";
const usualBytes = 8 * 1024 * 1024;

/**
 * Keeps the results of a function that only reads, for a connector that asks the same of a slow system again and again. Results must be JSON.
 *
 * The gateway keeps results of whole tool calls by itself; this is for the parts that several tools have in common.
 *
 * @throws {RangeError} `ttlMs` is not a whole number from 1 to 86 400 000.
 */
export function cached<A extends readonly unknown[], V>(
  fetch: (...args: A) => Promise<V>,
  options: CachedOptions<A, V>,
): Cached<A, V> {
  const { ttlMs, staleMs = 0, staleIfErrorMs = 0, isAway = () => true, clock = systemClock } = options;
  const { key = keyOf, tags = () => [], mayKeep = (value) => value !== undefined } = options;
  if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > 86_400_000) {
    throw new RangeError(`cached.ttlMs must be a whole number from 1 to 86400000, got ${ttlMs}`);
  }
  const cache = new Cache<V, V>(clock, options.maxBytes ?? usualBytes);
  const counts = new AllCounts().of("", "");
  const never = new AbortController().signal;
  const read = async (...args: A): Promise<V> => {
    const question: Read<V, V> = {
      key: key(...args),
      ownKey: undefined,
      tags: [everything, ...tags(...args).map((tag) => `tag ${tag}`)],
      counts,
      user: "",
      signal: never,
      isAway,
      load: async () => {
        const value = await fetch(...args);
        const keep = { value, bytes: bytesOf(value), ttlMs, staleMs, staleIfErrorMs, isPrivate: false };
        return { answer: value, sharing: "all", keep: mayKeep(value) ? keep : undefined };
      },
    };
    const given = await cache.read(question);
    return "entry" in given ? given.entry.value : given.answer;
  };
  return Object.assign(read, {
    drop: (tag?: string): void => {
      cache.drop(tag === undefined ? everything : `tag ${tag}`);
    },
    counts: () => ({ ...counts }),
  });
}

function keyOf(...args: readonly unknown[]): string {
  return canonicalJson(args);
}

function bytesOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
