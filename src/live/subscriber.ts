import type { Principal } from "../access/principal.ts";
import type { ControlData, ControlType } from "./controls.ts";
import { controlText, idOf, readId } from "./envelope.ts";
import type { Group } from "./group.ts";
import type { LiveHub } from "./hub.ts";
import { type Farewell, type Sink, farewells } from "./sink.ts";
import { type Topic, topicNames } from "./topic.ts";
import { type Filter, type Wish, filtering, topicsFor } from "./wish.ts";
import { GatewayError } from "../core/errors.ts";

/** How often there is a sign of life, and after how long without one the other side is gone, in ms. */
export const heartbeatMs = 30_000;
export const silenceMs = 60_000;
/** How long something may stay unread before the connection is given up, in ms. */
export const stalledMs = 30_000;
/** Longest message that may be sent to the gateway, in bytes. */
export const maxMessageBytes = 16 * 1024;
/** What waits for one reader before no more events are written, in bytes; a piece of them can come on top. */
export const maxUnsentBytes = 16 * 1024;
/** What waits for one reader before its questions are no longer answered and it is let go, in bytes. */
const maxUnreadBytes = 48 * 1024;

const everything: Filter = { upstream: [], tool: [], type: [] };

/**
 * One who watches. What it holds is a place in the log, not a queue: what a slow reader has not read waits where it waits for all.
 *
 * - *idle*: it has all there is.
 * - *behind*: the connection takes no more at present. Goes on when it does; what has been replaced meanwhile is never sent.
 * - *over*: the connection ended; or it was left unread for too long, or until what comes next was gone from the log.
 */
export class Subscriber {
  readonly #hub: LiveHub;
  readonly #principal: Principal;
  readonly #sink: Sink;
  #group: Group | undefined;
  #topics: readonly Topic[] = [];
  #filter = everything;
  #cursor: number;
  /** What was lost up to here has been said. */
  #knownLost = 0;
  #heardAt: number;
  #beatAt: number;
  #takenAt: number;
  #isAwaited = false;
  /** What is said first is being said: no event may come before its end. */
  #isGreeting = false;
  #isOver = false;
  readonly #taken = (): void => {
    this.#isAwaited = false;
    this.#takenAt = this.#hub.monotonic();
    this.pump();
    this.#awaitTaken();
  };

  constructor(hub: LiveHub, principal: Principal, sink: Sink) {
    this.#hub = hub;
    this.#principal = principal;
    this.#sink = sink;
    this.#cursor = hub.log.seq;
    this.#heardAt = hub.monotonic();
    this.#beatAt = this.#heardAt;
    this.#takenAt = this.#heardAt;
  }

  /** Says that the connection stands. */
  greet(): void {
    const { role } = this.#principal;
    this.tell("connected", { role, topics: topicsFor(this.#principal), heartbeatMs, maxMessageBytes });
  }

  /**
   * Watches these topics too. A filter takes the place of the one before. With `since`, as the first thing that is watched, what happened
   * after that comes first.
   *
   * @throws {GatewayError} `invalid_params`.
   */
  subscribe({ topics, filter, since }: Wish): void {
    const before = this.#topics;
    if (since !== undefined && before.length > 0) {
      throw new GatewayError("invalid_params", "since goes with the first subscription of a connection");
    }
    const place = since === undefined ? undefined : placeOf(since, this.#hub);
    this.#topics = topicNames.filter((topic) => before.includes(topic) || topics.includes(topic));
    if (filter.upstream.length + filter.tool.length + filter.type.length > 0) this.#filter = filter;
    this.#regroup();
    if (before.length === 0) this.#cursor = place?.cursor ?? this.#hub.log.seq;
    this.#isGreeting = true;
    const gap = since === undefined ? undefined : this.#gapAfter(since, place?.isRestarted === true);
    if (gap !== undefined) {
      this.#knownLost = this.#hub.log.lastLost;
      this.tell("gap", gap);
    }
    // With its id whoever comes back no longer hears of the gap.
    this.tell("subscribed", { topics: this.#topics }, this.#id());
    const hasNew = topics.some((topic) => !before.includes(topic) && (topic === "upstreams" || topic === "status"));
    if (hasNew || (gap !== undefined && this.#topics.length > 0))
      this.tell("initial_status", this.#hub.summaryFor(this.#principal));
    this.#isGreeting = false;
    this.pump();
  }

  /** Watches these no longer. */
  unsubscribe(topics: readonly Topic[]): void {
    this.#topics = this.#topics.filter((topic) => !topics.includes(topic));
    this.#regroup();
    this.tell("unsubscribed", { topics: this.#topics }, this.#id());
  }

  /** Sends what there is up to an event, as far as the connection takes it. */
  pump(until = this.#hub.servedTo): void {
    if (this.#isGreeting || this.#cursor >= until) return;
    if (this.#group === undefined) {
      this.#cursor = until;
      return;
    }
    while (!this.#isOver && this.#cursor < until && this.#sink.unsentBytes < maxUnsentBytes) {
      if (this.#hub.lostAfter(Math.max(this.#cursor, this.#knownLost), this.#topics).length > 0) {
        this.close(farewells.too_slow);
        return;
      }
      const { bytes, to } = this.#group.after(this.#cursor, until);
      this.#cursor = to;
      if (bytes !== undefined) this.#write(bytes);
    }
  }

  /** Sends something that is no event. Whoever asks much and reads nothing is let go. */
  tell<T extends ControlType>(type: T, data: ControlData<T>, id?: string): void {
    if (this.#isOver) return;
    if (this.#sink.unsentBytes >= maxUnreadBytes) {
      this.close(farewells.too_slow);
      return;
    }
    const { encoding } = this.#sink;
    this.#write(encoding.encode(controlText(type, data, this.#hub.now(), id), type, id));
  }

  /** Takes note of a sign of life. */
  heard(): void {
    this.#heardAt = this.#hub.monotonic();
  }

  /** Looks whether the other side is still there, and shows that we are. Called every second. */
  check(now: number): void {
    if (this.#isOver) return;
    if (this.#sink.unsentBytes === 0) this.#takenAt = now;
    if (now - this.#takenAt >= stalledMs) this.close(farewells.too_slow);
    else if (this.#sink.isTwoWay && now - this.#heardAt >= silenceMs) this.close(farewells.silent);
    else if (now - this.#beatAt >= heartbeatMs) {
      this.#beatAt = now;
      // Whoever has not taken what there is gets its sign of life from that.
      if (this.#sink.unsentBytes === 0) this.tell("heartbeat", {}, this.#id());
      this.#sink.ping();
    }
  }

  /** Sends what can still be sent, and ends. Safe to call twice. */
  close(farewell: Farewell): void {
    if (this.#isOver) return;
    if (farewell === farewells.stopping) this.pump(this.#hub.log.seq);
    this.left();
    this.#sink.close(farewell);
  }

  /** The connection is gone. Safe to call twice. */
  left(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#topics = [];
    this.#regroup();
    this.#hub.leave(this);
  }

  #write(bytes: Buffer): void {
    this.#sink.write(bytes);
    this.#awaitTaken();
  }

  /** The system takes what is written at once as a rule; only where it did not is it worth being told. */
  #awaitTaken(): void {
    if (this.#isAwaited || this.#isOver || this.#sink.unsentBytes === 0) return;
    this.#isAwaited = true;
    this.#sink.whenTaken(this.#taken);
  }

  #id(): string {
    return idOf(this.#hub.log, this.#cursor);
  }

  #regroup(): void {
    this.#group = this.#hub.regroup(this.#group, {
      topics: this.#topics,
      filter: this.#filter,
      check: filtering(this.#filter),
      principal: this.#principal,
      encoding: this.#sink.encoding,
    });
  }

  #gapAfter(since: string, isRestarted: boolean): ControlData<"gap"> | undefined {
    if (isRestarted) return { since, topics: this.#topics, reason: "restarted" };
    const lost = this.#hub.lostAfter(this.#cursor, this.#topics);
    if (lost.length > 0) return { since, topics: lost, reason: "too_old" };
    const untold = this.#hub.untoldAfter(this.#cursor, this.#topics);
    return untold.length > 0 ? { since, topics: untold, reason: "not_kept" } : undefined;
  }
}

/** Where somebody goes on: where nothing is known of what it was told, all events of this process are new to it. */
function placeOf(since: string, { log }: LiveHub): { readonly cursor: number; readonly isRestarted: boolean } {
  const found = readId(since);
  if (found === undefined) throw new GatewayError("invalid_params", "since must be the id of a message");
  const place = log.placeOf(found.epoch, found.number);
  return { cursor: place?.seq ?? 0, isRestarted: place?.isWhole !== true };
}
