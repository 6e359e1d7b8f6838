import type { Clock } from "../core/clock.ts";
import type { Counts } from "./counts.ts";
import { Flight, type Landed, type Sharing } from "./flight.ts";
import { type Entry, MemoryTier, entryOverheadBytes } from "./memory-tier.ts";
import { TagIndex } from "./tag-index.ts";

/** What somebody wants to know: an answer of type `A`, of which what is kept has type `K`. */
export interface Read<A, K> {
  readonly key: string;
  /** Where an answer is kept that is for this user alone; undefined where none can be, as the key is already the user's. */
  readonly ownKey: string | undefined;
  /** By which what is kept can be dropped. */
  readonly tags: readonly string[];
  readonly counts: Counts;
  /** Who asks. */
  readonly user: string;
  /** Ends the wait, with its reason; what others wait for as well goes on. */
  readonly signal: AbortSignal;
  /**
   * Fetches the answer. Stops when the flight's signal fires. `isBackground`: nobody waits for it, so that nothing that belongs to a caller may
   * be used.
   */
  readonly load: (flight: Flight<A>, isBackground: boolean) => Promise<Loaded<A, K>>;
  /** Whether a failure means that what is kept may be given past its time. */
  readonly isAway: (thrown: unknown) => boolean;
}

/** An answer that was fetched. */
export interface Loaded<A, K> {
  readonly answer: A;
  readonly sharing: Sharing;
  /** What to keep of it; undefined: nothing. */
  readonly keep: Keep<K> | undefined;
}

/** What is kept of an answer, for how long. Times in ms from when it came. */
export interface Keep<K> {
  readonly value: K;
  /** What the value takes. */
  readonly bytes: number;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
  /** Whether it is for this user alone, however the question may be shared. */
  readonly isPrivate: boolean;
}

/** How a question was answered: by what is kept, or by an answer that was fetched, for this question or for another that was under way. */
export type Given<A, K> =
  | { readonly state: "hit" | "stale"; readonly entry: Entry<K>; readonly ageMs: number }
  | { readonly state: "miss" | "joined"; readonly answer: A };

/**
 * Keeps answers, and fetches each only once however many ask for it at a time.
 *
 * Whatever is dropped by a tag is gone at once; an answer that was being fetched then is given to those who asked before, and not kept. So
 * nobody who asks after the drop gets what was fetched before it.
 */
export class Cache<A, K> {
  readonly #clock: Clock;
  readonly #memory: MemoryTier<K>;
  /** Those that may be joined. */
  readonly #joinable = new Map<string, Flight<A>>();
  /** All of them. */
  readonly #flights = new TagIndex<Flight<A>>();

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#memory = new MemoryTier(maxBytes);
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  get size(): number {
    return this.#memory.size;
  }

  /** Tags that something kept or under way has. */
  get tagCount(): number {
    return this.#memory.tagCount + this.#flights.size;
  }

  /** What is kept and fresh; counts as a hit. The whole cost of a hit is this one look. */
  fresh(key: string): Entry<K> | undefined {
    const entry = this.#memory.get(key);
    if (entry === undefined || this.#clock.monotonic() >= entry.freshUntil) return undefined;
    entry.counts.hits += 1;
    entry.counts.savedMs += entry.costMs;
    return entry;
  }

  /** How old an entry is, in ms. */
  ageMs({ storedAt }: Entry<K>): number {
    return Math.round(this.#clock.monotonic() - storedAt);
  }

  /** How much longer an entry is fresh, in ms. */
  leftMs({ freshUntil }: Entry<K>): number {
    return Math.max(0, Math.floor(freshUntil - this.#clock.monotonic()));
  }

  /**
   * Answers a question, with what is kept where that will do. Rejects with the signal's reason, or as `load` did, for those who joined it too:
   * it was the same question, and would hardly end better the next moment.
   */
  async read(read: Read<A, K>): Promise<Given<A, K>> {
    const entry = this.#entryFor(read);
    const now = this.#clock.monotonic();
    if (entry !== undefined && now < entry.freshUntil) return this.#given("hit", entry);
    if (entry !== undefined && now < entry.staleUntil) {
      this.#revalidate(read);
      return this.#given("stale", entry);
    }
    try {
      return await this.fetch(read);
    } catch (thrown) {
      const old = read.isAway(thrown) ? this.#entryFor(read) : undefined;
      if (old === undefined || this.#clock.monotonic() >= old.errorUntil) throw thrown;
      return this.#given("stale", old);
    }
  }

  /** Likewise, without looking at what is kept. */
  async fetch(read: Read<A, K>): Promise<Given<A, K>> {
    const { counts, signal, user } = read;
    const under = this.#joinable.get(read.key);
    if (under !== undefined) {
      const joined = await under.join(signal, user);
      if (joined !== "alone") {
        counts.joined += 1;
        return { state: "joined", answer: joined.value };
      }
    }
    counts.misses += 1;
    // Whoever was left alone does not wait for others who were: what comes will be each one's own.
    const flight = this.#begin(read, under === undefined, false);
    return { state: "miss", answer: (await flight.lead(signal)).value };
  }

  /** Drops everything with this tag, and lets nothing be kept that is being fetched with it; how many were kept. */
  drop(tag: string): number {
    for (const flight of this.#flights.of(tag)) this.#outdate(flight);
    return this.#memory.dropTagged(tag);
  }

  /** Drops what this is true of, and lets nothing be kept that has this tag and is being fetched. Looks at everything: for operators. */
  dropWhere(isMeant: (entry: Entry<K>) => boolean, tag: string): number {
    for (const flight of this.#flights.of(tag)) this.#outdate(flight);
    return this.#memory.dropWhere(isMeant);
  }

  #entryFor({ key, ownKey }: Read<A, K>): Entry<K> | undefined {
    return (ownKey === undefined ? undefined : this.#memory.get(ownKey)) ?? this.#memory.get(key);
  }

  #given(state: "hit" | "stale", entry: Entry<K>): Given<A, K> {
    entry.counts[state === "hit" ? "hits" : "stale"] += 1;
    entry.counts.savedMs += entry.costMs;
    return { state, entry, ageMs: this.ageMs(entry) };
  }

  #revalidate(read: Read<A, K>): void {
    if (this.#joinable.has(read.key)) return;
    this.#begin(read, true, true).keep();
  }

  #begin(read: Read<A, K>, isJoinable: boolean, isBackground: boolean): Flight<A> {
    const flight = new Flight<A>(read.key, read.tags, read.user);
    this.#flights.add(flight);
    if (isJoinable) this.#joinable.set(read.key, flight);
    flight.start(this.#run(read, flight, isBackground));
    return flight;
  }

  async #run(read: Read<A, K>, flight: Flight<A>, isBackground: boolean): Promise<Landed<A>> {
    const began = this.#clock.monotonic();
    try {
      const { answer, sharing, keep } = await read.load(flight, isBackground);
      if (flight.isClaimed) return { value: answer, sharing: "none" };
      if (keep !== undefined && !flight.isOutdated) this.#keep(read, keep, began);
      return { value: answer, sharing };
    } finally {
      this.#land(flight);
    }
  }

  #keep({ key, ownKey = key, tags, counts, user }: Read<A, K>, keep: Keep<K>, began: number): void {
    const { value, bytes, ttlMs, staleMs, staleIfErrorMs, isPrivate } = keep;
    const storedAt = this.#clock.monotonic();
    const freshUntil = storedAt + ttlMs;
    const under = isPrivate ? ownKey : key;
    this.#memory.set({
      key: under,
      value,
      bytes: bytes + 2 * under.length + entryOverheadBytes,
      tags,
      counts,
      user: isPrivate ? user : undefined,
      storedAt,
      freshUntil,
      staleUntil: freshUntil + staleMs,
      errorUntil: freshUntil + staleIfErrorMs,
      costMs: storedAt - began,
    });
  }

  #outdate(flight: Flight<A>): void {
    flight.isOutdated = true;
    if (this.#joinable.get(flight.key) === flight) this.#joinable.delete(flight.key);
  }

  #land(flight: Flight<A>): void {
    this.#flights.remove(flight);
    if (this.#joinable.get(flight.key) === flight) this.#joinable.delete(flight.key);
  }
}
