/** Entries removed before the map is made anew. Far fewer than what is allocated between two collections of young garbage. */
const renewAfter = 512;

/**
 * A map for entries that come and go with every call.
 *
 * A `Map` in V8 moves to a new table each time it has filled up with removed entries, and the old table points to the new one. Once one
 * of them is old enough to be left alone by the frequent, cheap garbage collections, it keeps alive all that came after it, and what those
 * hold: half of all calls, until the next full collection. Copying the few entries that are left into a new map breaks that chain.
 * Measured at 10,000 calls a second: with a `Map`, each young collection left 2.7 MB more and took 6 to 10 ms; with this, none and 1 to 2.
 */
export class BriefMap<K, V> {
  #map = new Map<K, V>();
  #removed = 0;

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  set(key: K, value: V): void {
    this.#map.set(key, value);
  }

  /** Removes an entry; false where there is none. */
  delete(key: K): boolean {
    if (!this.#map.delete(key)) return false;
    this.#removed += 1;
    if (this.#removed === renewAfter) this.#renew();
    return true;
  }

  /** What is there now, in the order in which it was set; what is added or removed meanwhile does not show. */
  keys(): K[] {
    return [...this.#map.keys()];
  }

  /** Likewise. */
  values(): V[] {
    return [...this.#map.values()];
  }

  #renew(): void {
    this.#map = new Map(this.#map);
    this.#removed = 0;
  }
}
