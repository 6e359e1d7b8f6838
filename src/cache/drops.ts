/** Tags that are told apart; of more it is only known that something was dropped. */
const maxTags = 1000;

/**
 * What was dropped, and in which order: so that what is being fetched can be told to be outdated when it comes, and costs nothing until then.
 * Bounded: beyond {@link maxTags} different tags everything that began before counts as dropped.
 */
export class Drops {
  #count = 0;
  /** By tag, the number of the last drop. */
  readonly #last = new Map<string, number>();
  /** The number of the last drop that concerned everything. */
  #lastOfAll = 0;

  /** How many there were: what begins now notes this. */
  get count(): number {
    return this.#count;
  }

  /** What has this tag is dropped. */
  add(tag: string): void {
    if (this.#last.size >= maxTags && !this.#last.has(tag)) this.addAll();
    else {
      this.#count += 1;
      this.#last.set(tag, this.#count);
    }
  }

  /** Everything is dropped, or may have been. */
  addAll(): void {
    this.#count += 1;
    this.#lastOfAll = this.#count;
    this.#last.clear();
  }

  /** Whether something with these tags, which began when there had been so many drops, has been dropped since. */
  concern(tags: readonly string[], since: number): boolean {
    if (since === this.#count) return false;
    return since < this.#lastOfAll || tags.some((tag) => (this.#last.get(tag) ?? 0) > since);
  }
}
