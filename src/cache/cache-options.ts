import type { JsonObject } from "../core/json.ts";

/** How much the cache may hold, and what is fetched before anybody asks. All members are optional. */
export interface CacheOptions {
  /** Room for all results together, in bytes. 0 to 2^40; 0: nothing is kept. Default 64 MiB. One result may take an eighth of it. */
  readonly maxBytes?: number;
  readonly warm?: WarmOptions;
}

/** What is fetched before anybody asks. All members are optional. */
export interface WarmOptions {
  /** How often, in ms, besides when an upstream becomes ready. 1000 to 86 400 000. Default 1 800 000. */
  readonly everyMs?: number;
  /** Default none. */
  readonly calls?: readonly WarmCall[];
}

/** One call that is made beforehand. */
export interface WarmCall {
  readonly upstream: string;
  /** As the upstream calls it. */
  readonly tool: string;
  readonly arguments: JsonObject;
}

export const cacheOptionDefaults = {
  maxBytes: 64 * 1024 * 1024,
  warm: { everyMs: 1_800_000, calls: [] },
} as const satisfies Required<CacheOptions>;
