/** Places in a text, in memory that grows with them and is used again: thousands for each answer, of which none is worth an allocation. */
export class PlaceList {
  #places = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  add(place: number): void {
    if (this.#length === this.#places.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.#length] = place;
    this.#length += 1;
  }

  /** The place of this number; 0 where there is none. */
  at(number: number): number {
    return number < this.#length ? (this.#places[number] ?? 0) : 0;
  }
}
