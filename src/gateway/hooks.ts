import type { Clock } from "../core/clock.ts";
import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import type { FactSink } from "../events/fact.ts";
import { MemoryRateLimiter } from "../policy/rate-limit.ts";
import { type HookVerdict, hookHeadersIn } from "../protocol/hook.ts";
import { isConnector } from "../upstream/options.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { HookRecord } from "./hook-record.ts";

/** How often one address may post, for whatever connectors: where it was counted by their names, strangers would learn which there are. */
export const hookLimit = { perMinute: 6000, burst: 1000 } as const;

/** Posts that are read or judged at once, and how many of them from one address: whoever dribbles keeps nobody else out. */
export const maxHooksOpen = 64;
export const maxHooksOpenFrom = 16;

/** In how many ms who is told to come back may. */
export const comeBackMs = 1000;

/** What of an upstream matters here. */
export type HookTaker = Pick<Upstream, "name" | "profile" | "options" | "hand">;

/** What is posted for connectors is taken with. */
export interface HooksDeps {
  readonly clock: Clock;
  readonly events: FactSink | undefined;
  readonly upstreams: () => readonly HookTaker[];
}

/** One post that was let in. */
export interface Post {
  /** What the connector says of it. What is away, or fails, cannot say that it is genuine; where there is none, it is not. Never rejects. */
  judged(headers: Readonly<Record<string, unknown>>, body: Buffer, signal: Signal): Promise<HookVerdict>;
  /** Gives its place to another; to be called once. */
  over(): void;
}

/**
 * Takes what the systems behind connectors post by themselves. Nobody was asked who they are: the connector judges by the signature. For a name that
 * there is not, everything happens as for one that refuses.
 */
export class Hooks {
  readonly #deps: HooksDeps;
  readonly #limiter: MemoryRateLimiter;
  readonly #record: HookRecord;
  readonly #openFrom = new Map<string, number>();
  #open = 0;

  constructor(deps: HooksDeps) {
    this.#deps = deps;
    this.#limiter = new MemoryRateLimiter(deps.clock);
    this.#record = new HookRecord(deps.clock, deps.events);
  }

  /**
   * Lets a post in, before anything of it is read.
   *
   * @throws {GatewayError} `rate_limited`.
   */
  admit(wanted: string, address: string): Post {
    const upstream = this.#deps.upstreams().find((each) => each.name === wanted && wantedHeaders(each) !== undefined);
    const name = upstream?.name;
    const waitMs = this.#hasRoomFor(address) ? this.#limiter.take(address, hookLimit) : comeBackMs;
    if (waitMs > 0) {
      this.#record.note("hook.held_off", name, address);
      throw new GatewayError("rate_limited", "More is posted here than is taken", { data: { retryAfterMs: waitMs } });
    }
    this.#count(address, 1);
    return {
      judged: async (headers, body, signal) => {
        const verdict = upstream === undefined ? "refused" : await judgedBy(upstream, headers, body, signal);
        this.#record.note(recordedAs[verdict], name, address);
        return verdict;
      },
      over: () => {
        this.#count(address, -1);
      },
    };
  }

  #hasRoomFor(address: string): boolean {
    return this.#open < maxHooksOpen && (this.#openFrom.get(address) ?? 0) < maxHooksOpenFrom;
  }

  #count(address: string, change: 1 | -1): void {
    this.#open += change;
    const open = (this.#openFrom.get(address) ?? 0) + change;
    if (open === 0) this.#openFrom.delete(address);
    else this.#openFrom.set(address, open);
  }

  /** Safe to call twice. */
  close(): void {
    this.#record.close();
  }
}

/**
 * Headers that an upstream wants to see of what is posted for it; undefined where it takes nothing. Only connectors may: that strangers reach any other
 * server, nobody has configured.
 */
function wantedHeaders({ profile, options }: HookTaker): readonly string[] | undefined {
  return profile && isConnector(options.target) ? hookHeadersIn(profile.capabilities) : undefined;
}

const recordedAs = { taken: "hook.taken", refused: "hook.refused", busy: "hook.held_off" } as const;

async function judgedBy(
  upstream: HookTaker,
  headers: Readonly<Record<string, unknown>>,
  body: Buffer,
  signal: Signal,
): Promise<HookVerdict> {
  const wanted = (wantedHeaders(upstream) ?? []).map((name) => [name, headers[name]] as const);
  const given = wanted.filter(([, value]) => typeof value === "string");
  try {
    return await upstream.hand({ headers: Object.fromEntries(given), body: body.toString("base64") }, signal);
  } catch {
    return "refused";
  }
}
