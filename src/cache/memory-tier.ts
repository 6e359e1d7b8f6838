import type { Counts } from "./counts.ts";
import { TagIndex } from "./tag-index.ts";

/** One result that is kept. Times are those of {@link Clock.monotonic}, in ms. */
export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  /** What it takes, with what is kept about it. */
  readonly bytes: number;
  readonly tags: readonly string[];
  readonly counts: Counts;
  /** Whose it is alone; undefined where it is shared. */
  readonly user: string | undefined;
  readonly storedAt: number;
  /** Until when it is given without a question, while it is fetched anew, and while it cannot be. */
  readonly freshUntil: number;
  readonly staleUntil: number;
  readonly errorUntil: number;
  /** How long it took to get. */
  readonly costMs: number;
}

/** What an entry takes besides its value and its key: its object, its places in the maps, its tags. Measured with a million small ones. */
export const entryOverheadBytes = 600;

/** The part of all room that one entry may take: one huge result must not drive out everything else. */
const largestShare = 1 / 8;

/** An entry between the one that was used just before it was, and the one that was used just after. */
interface Place<V> {
  readonly entry: Entry<V>;
  older: Place<V> | undefined;
  newer: Place<V> | undefined;
}

/**
 * What is kept in this process: a bounded number of bytes, of which those go first that were not used for longest.
 *
 * A map and a chain through its entries, as that is all that is wanted: a library that can do much more took a twelfth of the time of a call that
 * fills a full cache.
 *
 * It is the first tier. A second one, shared between processes, would stand behind it with the same three verbs: get, set, drop by tag.
 */
export class MemoryTier<V> {
  readonly #maxBytes: number;
  readonly #places = new Map<string, Place<V>>();
  readonly #tags = new TagIndex<Entry<V>>();
  #oldest: Place<V> | undefined;
  #newest: Place<V> | undefined;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Different tags that something kept has. */
  get tagCount(): number {
    return this.#tags.size;
  }

  /** What is kept under a key, fresh or not. */
  get(key: string): Entry<V> | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    if (place !== this.#newest) {
      this.#unchain(place);
      this.#chain(place);
    }
    return place.entry;
  }

  /** Keeps an entry in the place of what was there; false where it is too large. */
  set(entry: Entry<V>): boolean {
    const before = this.#places.get(entry.key);
    if (before !== undefined) this.#remove(before);
    if (entry.bytes > this.#maxBytes * largestShare) return false;
    while (this.#oldest !== undefined && this.#bytes + entry.bytes > this.#maxBytes) {
      this.#oldest.entry.counts.evicted += 1;
      this.#remove(this.#oldest);
    }
    const place = { entry, older: undefined, newer: undefined };
    this.#places.set(entry.key, place);
    this.#chain(place);
    this.#tags.add(entry);
    this.#bytes += entry.bytes;
    entry.counts.stored += 1;
    entry.counts.entries += 1;
    entry.counts.bytes += entry.bytes;
    return true;
  }

  /** Drops what has this tag; how much that was. */
  dropTagged(tag: string): number {
    return this.#drop(this.#tags.of(tag));
  }

  /** Drops what this is true of, having looked at every entry: for operators. */
  dropWhere(isMeant: (entry: Entry<V>) => boolean): number {
    return this.#drop([...this.#places.values()].map(({ entry }) => entry).filter(isMeant));
  }

  #drop(entries: readonly Entry<V>[]): number {
    for (const entry of entries) {
      const place = this.#places.get(entry.key);
      if (place === undefined) continue;
      entry.counts.invalidated += 1;
      this.#remove(place);
    }
    return entries.length;
  }

  #remove(place: Place<V>): void {
    const { entry } = place;
    this.#places.delete(entry.key);
    this.#unchain(place);
    this.#tags.remove(entry);
    this.#bytes -= entry.bytes;
    entry.counts.entries -= 1;
    entry.counts.bytes -= entry.bytes;
  }

  /** Puts a place that stands nowhere at the newest end. */
  #chain(place: Place<V>): void {
    place.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
  }

  #unchain(place: Place<V>): void {
    const { older, newer } = place;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    place.older = undefined;
    place.newer = undefined;
  }
}
