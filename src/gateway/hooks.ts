import type { Clock } from "../core/clock.ts";
import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import type { FactSink } from "../events/fact.ts";
import { MemoryRateLimiter } from "../policy/rate-limit.ts";
import { type HookVerdict, hookHeadersIn } from "../protocol/hook.ts";
import { isConnector } from "../upstream/options.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { HookRecord } from "./hook-record.ts";

/** How often one address may post for one connector. */
export const hookLimit = { perMinute: 6000, burst: 1000 } as const;

/** Posts that are read or judged at once. */
export const maxHooksOpen = 64;

/** In how many ms who is told to come back may. */
export const comeBackMs = 1000;

/** What is posted for connectors is taken with. */
export interface HooksDeps {
  readonly clock: Clock;
  readonly events: FactSink | undefined;
  readonly upstreams: () => readonly Upstream[];
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
    // Names that there are not are counted together: strangers have no counter for each that they make up.
    const waitMs = this.#open >= maxHooksOpen ? comeBackMs : this.#limiter.take(`${name ?? ""} ${address}`, hookLimit);
    if (waitMs > 0) {
      this.#record.note("hook.held_off", name, address);
      throw new GatewayError("rate_limited", "More is posted here than is taken", { data: { retryAfterMs: waitMs } });
    }
    this.#open += 1;
    return {
      judged: async (headers, body, signal) => {
        const verdict = upstream === undefined ? "refused" : await judgedBy(upstream, headers, body, signal);
        this.#record.note(recordedAs[verdict], name, address);
        return verdict;
      },
      over: () => {
        this.#open -= 1;
      },
    };
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
function wantedHeaders({ profile, options }: Upstream): readonly string[] | undefined {
  return profile && isConnector(options.target) ? hookHeadersIn(profile.capabilities) : undefined;
}

const recordedAs = { taken: "hook.taken", refused: "hook.refused", busy: "hook.held_off" } as const;

async function judgedBy(
  upstream: Upstream,
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
