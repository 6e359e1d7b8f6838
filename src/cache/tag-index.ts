/** Something that can be found by the tags it has. */
export interface Tagged {
  readonly tags: readonly string[];
}

/** Finds things by their tags. Holds nothing of a tag that nothing has, so that it is never larger than what is in it. */
export class TagIndex<T extends Tagged> {
  readonly #sets = new Map<string, Set<T>>();

  /** How many tags there are. */
  get size(): number {
    return this.#sets.size;
  }

  add(thing: T): void {
    for (const tag of thing.tags) {
      const set = this.#sets.get(tag);
      if (set === undefined) this.#sets.set(tag, new Set([thing]));
      else set.add(thing);
    }
  }

  remove(thing: T): void {
    for (const tag of thing.tags) {
      const set = this.#sets.get(tag);
      if (set?.delete(thing) === true && set.size === 0) this.#sets.delete(tag);
    }
  }

  /** What has this tag now; what is added or removed meanwhile does not show. */
  of(tag: string): readonly T[] {
    const set = this.#sets.get(tag);
    return set === undefined ? [] : [...set];
  }
}
