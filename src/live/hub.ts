import type { Principal } from "../access/principal.ts";
import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Event } from "../events/fact.ts";
import { type Shown, audienceOf } from "./audience.ts";
import type { ControlData } from "./controls.ts";
import { type Encoding, Frames, idOf, messageText, readId } from "./envelope.ts";
import { Group } from "./group.ts";
import { Interest, frequentTopics } from "./interest.ts";
import { type Sink, farewells } from "./sink.ts";
import { Subscriber } from "./subscriber.ts";
import type { Topic } from "./topic.ts";
import type { Message } from "./translate.ts";
import { type Filter, type Wish, filtering } from "./wish.ts";

/** Those who may watch at once. */
export const maxWatchers = 12_000;
/** How long events wait for others, once some have just been sent, in ms: what is told often goes out together. */
export const gatherMs = 40;
/** Those who are served before anything else may be done. */
const servedAtOnce = 200;
/** Things of which it is known which message is the latest. */
const maxLatest = 10_000;
const checkMs = 1000;

/** What the hub needs of the gateway. */
export interface LiveDeps {
  readonly clock: Clock;
  readonly log: EventLog;
  readonly shown: Shown;
  /** How everything stands, as far as somebody may know. */
  readonly summaryFor: (principal: Principal) => ControlData<"initial_status">;
  /** Told when somebody begins or ceases to watch a topic. */
  readonly interestChanged?: (topic: Topic, isWanted: boolean) => void;
}

/** What a subscriber reads. */
export interface Wanted {
  readonly topics: readonly Topic[];
  readonly filter: Filter;
  readonly check: ((message: Message) => boolean) | undefined;
  readonly principal: Principal;
  readonly encoding: Encoding;
}

/** The live stream: everything that happens, to everybody who watches and may know. Where nobody watches it does nothing. */
export class LiveHub {
  readonly log: EventLog;
  readonly interest: Interest;
  readonly #deps: LiveDeps;
  readonly #frames: Frames;
  readonly #subscribers = new Set<Subscriber>();
  readonly #groups = new Map<string, Group>();
  readonly #latest = new Map<string, number>();
  readonly #stopHearing: () => void;
  #stopChecks: StopTimer | undefined;
  #stopFlush: StopTimer | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #servedTo = 0;
  #isClosed = false;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.log = deps.log;
    this.#frames = new Frames(deps.log);
    this.interest = new Interest(deps.clock, deps.log, deps.interestChanged);
    this.#stopHearing = deps.log.subscribe((event) => {
      if (this.#groups.size > 0) this.#heard(event);
    });
  }

  /** How many watch. */
  get size(): number {
    return this.#subscribers.size;
  }

  /**
   * Up to which event everybody is told at present: what came after the last turn waits for the next, so that all who keep up are told the
   * same and what they are told is made once.
   */
  get servedTo(): number {
    return this.#stopFlush === undefined ? this.log.seq : this.#servedTo;
  }

  /**
   * Takes somebody in, who watches nothing yet.
   *
   * @throws {GatewayError} `too_many_sessions`, `shutting_down`.
   */
  join(principal: Principal, sink: Sink): Subscriber {
    this.checkRoom();
    const subscriber = new Subscriber(this, principal, sink);
    this.#subscribers.add(subscriber);
    this.#stopChecks ??= this.#deps.clock.every(checkMs, () => {
      const now = this.monotonic();
      for (const each of this.#subscribers) each.check(now);
    });
    subscriber.greet();
    return subscriber;
  }

  /** @throws {GatewayError} `too_many_sessions`, `shutting_down`. */
  checkRoom(): void {
    if (this.#isClosed) throw new GatewayError("shutting_down", "The gateway is stopping");
    if (this.#subscribers.size >= maxWatchers) {
      throw new GatewayError("too_many_sessions", `All ${maxWatchers} places for watchers are in use`);
    }
  }

  /**
   * What happened last, as far as somebody wants and may know: at most so many messages, oldest first, and the id to go on with.
   *
   * @throws {GatewayError} `invalid_params` — `since` is no id.
   */
  lastFor(
    principal: Principal,
    wish: Wish,
    count: number,
  ): { readonly id: string; readonly messages: readonly unknown[] } {
    this.checkSince(wish.since);
    const place = wish.since === undefined ? undefined : readId(wish.since);
    const from = (place && this.log.placeOf(place.epoch, place.number)?.seq) ?? 0;
    const audience = audienceOf(principal, this.#deps.shown);
    const check = filtering(wish.filter);
    const id = idOf(this.log, this.log.seq);
    const found: string[] = [];
    for (const event of this.log.read(from).toReversed()) {
      const messages = this.#frames.messages(event);
      for (const [place_, message] of [...messages.entries()].toReversed()) {
        if (found.length >= count) break;
        if (!wish.topics.includes(message.topic) || !audience.has(message) || check?.(message) === false) continue;
        const last = place_ === messages.length - 1 ? idOf(this.log, event.seq) : undefined;
        found.push(messageText(message, event.at, audience.isOperator, last));
      }
      if (found.length >= count) break;
    }
    return { id, messages: found.toReversed().map((text): unknown => JSON.parse(text)) };
  }

  /** @throws {GatewayError} `invalid_params` — it is no id of a message. */
  checkSince(since: string | undefined): void {
    if (since === undefined || readId(since) !== undefined) return;
    throw new GatewayError("invalid_params", "since must be the id of a message");
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#stopChecks?.();
    this.#stopChecks = undefined;
  }

  /** The group of those who read the same, which is left for the one before; undefined where nothing is watched. */
  regroup(before: Group | undefined, { topics, filter, check, principal, encoding }: Wanted): Group | undefined {
    if (before !== undefined) this.#leaveGroup(before);
    if (topics.length === 0) return undefined;
    const audience = audienceOf(principal, this.#deps.shown);
    const key = JSON.stringify([encoding.name, topics, filter, audience.key]);
    const isReplaced = ({ key: thing }: Message, seq: number): boolean =>
      thing !== undefined && (this.#latest.get(thing) ?? 0) > seq;
    const group =
      this.#groups.get(key) ??
      new Group(
        { key, topics: new Set(topics), audience, filter: check, encoding },
        { log: this.log, frames: this.#frames, isReplaced },
      );
    group.size += 1;
    this.#groups.set(key, group);
    this.interest.add(topics);
    return group;
  }

  #leaveGroup(group: Group): void {
    group.size -= 1;
    if (group.size === 0) this.#groups.delete(group.reading.key);
    this.interest.remove([...group.reading.topics]);
  }

  /** Of these topics, those of which something after this number is gone. */
  lostAfter(seq: number, topics: readonly Topic[]): Topic[] {
    if (seq >= this.log.lastLost && seq <= this.log.seq) return [];
    const hasLost = { notable: this.log.hasLost(seq, "notable"), frequent: this.log.hasLost(seq, "frequent") };
    if (!hasLost.notable && !hasLost.frequent) return [];
    return topics.filter((topic) => hasLost.notable || frequentTopics.has(topic));
  }

  /** Of these topics, those of which something after this number may not have been told, as nobody watched. */
  untoldAfter(seq: number, topics: readonly Topic[]): Topic[] {
    return topics.filter((topic) => frequentTopics.has(topic) && this.interest.toldSince(topic) > seq);
  }

  summaryFor(principal: Principal): ControlData<"initial_status"> {
    return this.#deps.summaryFor(principal);
  }

  /** Sends to everybody what there is, and ends. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const subscriber of this.#subscribers) subscriber.close(farewells.stopping);
    this.#stopHearing();
    this.#stopFlush?.();
    this.interest.close();
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  now(): number {
    return this.#deps.clock.now();
  }

  monotonic(): number {
    return this.#deps.clock.monotonic();
  }

  #heard(event: Event): void {
    for (const { key } of this.#frames.messages(event)) if (key !== undefined) this.#note(key, event.seq);
    if (this.#stopFlush !== undefined || this.#isClosed) return;
    const waitMs = Math.max(0, this.#flushedAt + gatherMs - this.monotonic());
    this.#stopFlush = this.#deps.clock.after(waitMs, () => {
      this.#flushedAt = this.monotonic();
      this.#stopFlush = undefined;
      this.#servedTo = this.log.seq;
      this.#serve([...this.#subscribers], 0, this.#servedTo);
    });
  }

  #note(key: string, seq: number): void {
    this.#latest.delete(key);
    this.#latest.set(key, seq);
    if (this.#latest.size <= maxLatest) return;
    const [oldest] = this.#latest.keys();
    if (oldest !== undefined) this.#latest.delete(oldest);
  }

  /** Calls go on in between, however many watch. */
  #serve(subscribers: readonly Subscriber[], from: number, until: number): void {
    for (const subscriber of subscribers.slice(from, from + servedAtOnce)) subscriber.pump(until);
    const next = from + servedAtOnce;
    if (next < subscribers.length)
      setImmediate(() => {
        this.#serve(subscribers, next, until);
      });
  }
}
