import { rightsOf } from "../../src/access/rights.ts";
import { type Principal, type Role, lasting } from "../../src/access/principal.ts";
import { grantIn } from "../../src/access/grant.ts";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { EventLog } from "../../src/events/event-log.ts";
import { LiveHub } from "../../src/live/hub.ts";
import type { Farewell, Sink } from "../../src/live/sink.ts";
import type { Subscriber } from "../../src/live/subscriber.ts";
import type { Filter } from "../../src/live/wish.ts";
import type { Topic } from "../../src/live/topic.ts";

/** A connection in memory, which takes as much as the test lets it. */
export class MemorySink implements Sink {
  readonly encoding = { name: "websocket", encode: (text: string) => Buffer.from(`${text}\n`) } as const;
  readonly isTwoWay: boolean = true;
  readonly #texts: string[] = [];
  readonly #waiting: Buffer[] = [];
  #whenTaken: (() => void) | undefined;
  /** Whether the system takes what is written. */
  isReading = true;
  /** How often something was written. */
  writes = 0;
  pings = 0;
  /** The most that waited. */
  peakBytes = 0;
  closed: Farewell | undefined;

  write(bytes: Buffer): void {
    this.writes += 1;
    this.#waiting.push(bytes);
    this.peakBytes = Math.max(this.peakBytes, this.unsentBytes);
    if (this.isReading) this.read();
  }

  get unsentBytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  whenTaken(run: () => void): void {
    this.#whenTaken = run;
  }

  /** Takes what waits, and what is written as room is made. */
  read(): void {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#texts.push(next.toString());
      const run = this.#whenTaken;
      this.#whenTaken = undefined;
      run?.();
    }
  }

  ping(): void {
    this.pings += 1;
  }

  close(farewell: Farewell): void {
    this.closed ??= farewell;
  }

  /** Everything that was taken, as parsed. */
  get messages(): JsonObject[] {
    return this.#texts
      .join("")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line))
      .filter(isJsonObject);
  }

  /** What of it tells of something that happened. */
  get told(): JsonObject[] {
    return this.messages.filter(({ topic }) => topic !== undefined);
  }

  get types(): unknown[] {
    return this.messages.map(({ type }) => type);
  }
}

/** Somebody with a role and grants. */
export function principalOf(role: Role, ...grants: readonly string[]): Principal {
  return {
    id: `${role} ${grants.join(" ")}`,
    kind: "key",
    role,
    rights: rightsOf(
      role,
      grants.map(grantIn).filter((grant) => grant !== undefined),
    ),
    tenure: lasting,
  };
}

/** A live stream by itself. */
export interface LiveStand {
  readonly clock: ManualClock;
  readonly log: EventLog;
  readonly hub: LiveHub;
  watch(
    principal: Principal,
    topics: readonly Topic[],
    since?: string,
    filter?: Partial<Filter>,
  ): { readonly sink: MemorySink; readonly subscriber: Subscriber };
}

/** Where nothing is shown by profiles, and the tools of `a` are `look`. */
export function liveStand(capacity?: number, epoch = "e"): LiveStand {
  const clock = new ManualClock(1_700_000_000_000);
  const log = new EventLog(clock, capacity, epoch);
  const tools = new Set(["a/look"]);
  const none: ReadonlySet<string> = new Set();
  const hub = new LiveHub({
    clock,
    log,
    shown: {
      profiles: { show: () => false, have: () => false },
      toolsFor: (rights) => (rights.kind === "granted" && rights.grants.length === 0 ? none : tools),
      rolesFor: () => ({ some: undefined, all: undefined }),
    },
    summaryFor: () => ({ version: "0", upstreams: [] }),
  });
  return {
    clock,
    log,
    hub,
    watch(principal, topics, since, more = {}) {
      const sink = new MemorySink();
      const subscriber = hub.join(principal, sink);
      const filter = { upstream: [], tool: [], type: [], ...more };
      subscriber.subscribe({ topics, filter, since });
      return { sink, subscriber };
    },
  };
}
