import { Cache } from "../cache/cache.ts";
import type { Counts } from "../cache/counts.ts";
import { changedMethod } from "../protocol/uses.ts";
import type { Clock } from "../core/clock.ts";
import { stringAt } from "../core/json.ts";
import type { Notification } from "../protocol/call.ts";
import type { Handshake } from "../upstream/handshake.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { CachePlans, cacheTags } from "./cache-plan.ts";
import { patternFits } from "../core/choice.ts";
import type { Stage } from "./pipeline.ts";
import { type CallCache, cacheStage } from "./stages/cache.ts";

/** How the cache stands. Numbers since the gateway's start, except for what is kept now. */
export interface CacheStatus {
  readonly maxBytes: number;
  /** Of every tool that the cache had to do with; beyond 2000 of them, the others together as `*`. */
  readonly total: CacheCounts;
  readonly tools: readonly CacheCounts[];
}

/** What became of calls, and what is kept of them. `savedMs`: how long the calls took that need not be made again, whole ms. */
export type CacheCounts = Readonly<Counts>;

/** What an operator wants dropped: whatever fits all that is said; everything where nothing is. */
export interface PurgeWish {
  readonly upstream?: string;
  /** As the upstream calls it; `resources/read` for its resources. */
  readonly tool?: string;
  /** A tag of the configuration. */
  readonly tag?: string;
  /** Of `UPSTREAM/TOOL`; `*` stands for any characters. */
  readonly pattern?: string;
  /** The principal whose own results are meant, by id. */
  readonly user?: string;
}

/** The result cache of one gateway: its stage, what makes it forget, and what operators see of it. */
export class CacheDesk {
  readonly stage: Stage;
  readonly #maxBytes: number;
  readonly #cache: CallCache;
  readonly #plans = new CachePlans();
  /** Of which connection of an upstream was last told. */
  readonly #handshakes = new WeakMap<Upstream, Handshake>();

  constructor(clock: Clock, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#cache = new Cache(clock, maxBytes);
    this.stage = cacheStage({ cache: this.#cache, plans: this.#plans });
  }

  /**
   * An upstream was connected anew, or offers something else: nothing that it said before counts. But on one connection, what says what it is made
   * from counts for as long as that does.
   */
  upstreamChanged(upstream: Upstream): void {
    const { name, handshake } = upstream;
    const isSame = handshake !== undefined && this.#handshakes.get(upstream) === handshake;
    if (handshake !== undefined) this.#handshakes.set(upstream, handshake);
    this.#cache.drop(isSame ? cacheTags.unsaid(name) : cacheTags.upstream(name));
  }

  /** Something else goes for the calls to an upstream: what was kept was kept for as long, and as, was said before. */
  policyChanged(upstream: string): void {
    this.#cache.drop(cacheTags.upstream(upstream));
  }

  /** An upstream tells of something: that a list or a resource is not what it was, that a task has ended. */
  heard({ name }: Upstream, { method, params }: Notification): void {
    if (method === changedMethod) {
      this.#changed(name, params["uses"]);
      return;
    }
    if (changes.has(method)) this.#cache.drop(cacheTags.upstream(name));
    if (listChanges.has(method)) this.#cache.drop(cacheTags.unsaid(name));
    const uri = method === "notifications/resources/updated" ? stringAt(params, "uri") : undefined;
    if (uri !== undefined) this.#cache.drop(cacheTags.resource(name, uri));
  }

  /** Some of what results are made from is not what it was. Of a call under way nobody knows yet what its result is made from. */
  #changed(upstream: string, uses: unknown): void {
    const names = Array.isArray(uses) ? uses.filter((use) => typeof use === "string") : [];
    for (const use of names) this.#cache.drop(cacheTags.use(upstream, use));
    this.#cache.overtake(cacheTags.upstream(upstream));
  }

  /** Drops what an operator wants gone, and has nothing kept that is under way meanwhile; how many results that were. */
  purge({ upstream, tool, tag, pattern, user }: PurgeWish): number {
    const named = tag === undefined ? undefined : cacheTags.named(tag);
    return this.#cache.dropWhere(
      ({ counts, tags, user: owner }) =>
        (upstream === undefined || counts.upstream === upstream) &&
        (tool === undefined || counts.tool === tool) &&
        (named === undefined || tags.includes(named)) &&
        (user === undefined || owner === user) &&
        (pattern === undefined || patternFits(pattern, `${counts.upstream}/${counts.tool}`)),
    );
  }

  status(): CacheStatus {
    const { total, tools } = this.#plans.counts.read();
    return { maxBytes: this.#maxBytes, total: rounded(total), tools: tools.map(rounded) };
  }
}

/**
 * After these nothing that was called or read counts; prompts are not kept. Whatever is under way may have been what changed it. The first is
 * also heard where a stream of changes had broken, and nobody knows which were missed.
 */
const changes: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/tasks",
  "notifications/tasks/status",
]);

/** After these nothing counts but what says what it is made from. */
const listChanges: ReadonlySet<string> = new Set(["notifications/resources/list_changed"]);

function rounded(counts: Counts): CacheCounts {
  return { ...counts, savedMs: Math.round(counts.savedMs) };
}
