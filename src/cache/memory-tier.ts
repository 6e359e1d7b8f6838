import { LRUCache } from "lru-cache";
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

/**
 * What is kept in this process: a bounded number of bytes, of which those go first that were not used for longest.
 *
 * It is the first tier. A second one, shared between processes, would stand behind it with the same three verbs: get, set, drop by tag.
 */
export class MemoryTier<V> {
  readonly #entries: LRUCache<string, Entry<V>>;
  readonly #tags = new TagIndex<Entry<V>>();

  constructor(maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      maxEntrySize: Math.max(1, Math.floor(maxBytes * largestShare)),
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (entry, _key, reason) => {
        this.#removed(entry, reason === "evict");
      },
    });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Different tags that something kept has. */
  get tagCount(): number {
    return this.#tags.size;
  }

  /** What is kept under a key, fresh or not. */
  get(key: string): Entry<V> | undefined {
    return this.#entries.get(key);
  }

  /** Keeps an entry in the place of what was there; false where it is too large. */
  set(entry: Entry<V>): boolean {
    this.#entries.set(entry.key, entry);
    if (this.#entries.peek(entry.key) !== entry) return false;
    this.#tags.add(entry);
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
    return this.#drop([...this.#entries.values()].filter(isMeant));
  }

  #drop(entries: readonly Entry<V>[]): number {
    for (const entry of entries) {
      entry.counts.invalidated += 1;
      this.#entries.delete(entry.key);
    }
    return entries.length;
  }

  #removed(entry: Entry<V>, isEvicted: boolean): void {
    this.#tags.remove(entry);
    entry.counts.entries -= 1;
    entry.counts.bytes -= entry.bytes;
    if (isEvicted) entry.counts.evicted += 1;
  }
}
