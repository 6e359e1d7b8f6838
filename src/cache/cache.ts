import type { Signal } from "../core/canceller.ts";
import { BriefMap } from "../core/brief-map.ts";
import type { Clock } from "../core/clock.ts";
import type { Counts } from "./counts.ts";
import { Drops } from "./drops.ts";
import { Flight, type Sharing } from "./flight.ts";
import { type Entry, MemoryTier, entryOverheadBytes } from "./memory-tier.ts";

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
  readonly signal: Signal;
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
  /** By which it can be dropped, where that is not what was known beforehand. */
  readonly tags?: readonly string[];
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
  /** Those that may be joined, unless they have been overtaken or given up. */
  readonly #joinable = new BriefMap<string, Flight<A>>();
  readonly #drops = new Drops();

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
  read(read: Read<A, K>): Promise<Given<A, K>> {
    const entry = this.#entryFor(read);
    const now = this.#clock.monotonic();
    if (entry !== undefined && now < entry.freshUntil) return Promise.resolve(this.#given("hit", entry));
    if (entry !== undefined && now < entry.staleUntil) {
      this.#revalidate(read);
      return Promise.resolve(this.#given("stale", entry));
    }
    return this.fetch(read).catch((thrown: unknown) => {
      const old = read.isAway(thrown) ? this.#entryFor(read) : undefined;
      if (old === undefined || this.#clock.monotonic() >= old.errorUntil) throw thrown;
      return this.#given("stale", old);
    });
  }

  /** Likewise, without looking at what is kept. */
  fetch(read: Read<A, K>): Promise<Given<A, K>> {
    // Who has left before anything was sent for it has nothing sent.
    if (read.signal.aborted) return reasonOf(read.signal);
    const under = this.#underWay(read);
    return under === undefined ? this.#lead(read, true) : this.#join(under, read);
  }

  async #join(under: Flight<A>, read: Read<A, K>): Promise<Given<A, K>> {
    const joined = await under.join(read.signal, read.user);
    // Whoever was left alone does not wait for others who were: what comes will be each one's own.
    if (joined === "alone") return this.#lead(read, false);
    read.counts.joined += 1;
    return { state: "joined", answer: joined.value };
  }

  #lead(read: Read<A, K>, isJoinable: boolean): Promise<Given<A, K>> {
    read.counts.misses += 1;
    return this.#begin(read, isJoinable, false).lead(read.signal, missed);
  }

  /** Drops everything with this tag, and lets nothing be kept that is being fetched with it; how many were kept. */
  drop(tag: string): number {
    this.#drops.add(tag);
    return this.#memory.dropTagged(tag);
  }

  /** Lets nothing be kept, or be waited for by others, that is being fetched with this tag; what is kept stays. */
  overtake(tag: string): void {
    this.#drops.add(tag);
  }

  /** Drops what this is true of, and lets nothing be kept that is being fetched. Looks at everything: for operators. */
  dropWhere(isMeant: (entry: Entry<K>) => boolean): number {
    this.#drops.addAll();
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
    if (this.#underWay(read) === undefined) this.#begin(read, true, true).keep();
  }

  #begin(read: Read<A, K>, isJoinable: boolean, isBackground: boolean): Flight<A> {
    const flight = new Flight<A>(read.tags, read.user, this.#drops.count);
    if (isJoinable) this.#joinable.set(read.key, flight);
    void this.#run(read, flight, isBackground);
    return flight;
  }

  /** Never rejects: who waits for the flight learns how it ended. */
  async #run(read: Read<A, K>, flight: Flight<A>, isBackground: boolean): Promise<void> {
    const began = this.#clock.monotonic();
    try {
      const { answer, sharing, keep } = await read.load(flight, isBackground);
      const isOutdated = this.#isOvertaken(flight) || this.#drops.concern(keep?.tags ?? [], flight.since);
      if (keep !== undefined && !flight.isClaimed && !isOutdated) this.#keep(read, keep, began);
      this.#over(read, flight);
      flight.land(answer, flight.isClaimed ? "none" : sharing);
    } catch (thrown) {
      this.#over(read, flight);
      flight.fail(thrown);
    }
  }

  #keep({ key, ownKey = key, tags, counts, user }: Read<A, K>, keep: Keep<K>, began: number): void {
    const { value, bytes, ttlMs, staleMs, staleIfErrorMs, isPrivate } = keep;
    const known = keep.tags ?? tags;
    const storedAt = this.#clock.monotonic();
    const freshUntil = storedAt + ttlMs;
    const under = isPrivate ? ownKey : key;
    this.#memory.set({
      key: under,
      value,
      bytes: bytes + 2 * under.length + entryOverheadBytes,
      tags: known,
      counts,
      user: isPrivate ? user : undefined,
      storedAt,
      freshUntil,
      staleUntil: freshUntil + staleMs,
      errorUntil: freshUntil + staleIfErrorMs,
      costMs: storedAt - began,
    });
  }

  /** What can be joined by whoever asks this. */
  #underWay({ key }: Read<A, K>): Flight<A> | undefined {
    const flight = this.#joinable.get(key);
    return flight === undefined || flight.controller.signal.aborted || this.#isOvertaken(flight) ? undefined : flight;
  }

  #isOvertaken({ tags, since }: Flight<A>): boolean {
    return this.#drops.concern(tags, since);
  }

  #over({ key }: Read<A, K>, flight: Flight<A>): void {
    if (this.#joinable.get(key) === flight) this.#joinable.delete(key);
  }
}

function missed<A>(answer: A): { readonly state: "miss"; readonly answer: A } {
  return { state: "miss", answer };
}

/** Rejects with the reason of a signal that has fired. */
async function reasonOf(signal: Signal): Promise<never> {
  signal.throwIfAborted();
  throw new TypeError("The signal has not fired");
}
