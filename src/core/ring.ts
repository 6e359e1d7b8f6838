/** The last `capacity` things that were added; older ones are dropped and counted. */
export class Ring<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #start = 0;
  #dropped = 0;

  /** @throws {RangeError} where `capacity` is not a whole number from 1. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`ring.capacity must be a whole number from 1, got ${capacity}`);
    }
    this.#capacity = capacity;
  }

  push(item: T): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.#capacity;
    this.#dropped += 1;
  }

  /** How many were pushed out. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Oldest first; a copy. */
  toArray(): T[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }
}
