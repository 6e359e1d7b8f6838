/** The last `capacity` things that were added; older ones are dropped and counted. */
export class Ring<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #start = 0;
  #dropped = 0;
  #lastDropped: T | undefined;

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
    this.#lastDropped = this.#items[this.#start];
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.#capacity;
    this.#dropped += 1;
  }

  /** How many were pushed out. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many there are. */
  get size(): number {
    return this.#items.length;
  }

  /** The one at this place, counted from the oldest, which is 0; undefined where there is none. */
  peek(place: number): T | undefined {
    return place < this.#items.length ? this.#items[(this.#start + place) % this.#capacity] : undefined;
  }

  /** The last that was pushed out. */
  get lastDropped(): T | undefined {
    return this.#lastDropped;
  }

  /** Oldest first; a copy. */
  toArray(): T[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }
}
