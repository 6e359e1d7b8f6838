/** Memory for so many answers is kept for those that come next, of so many bytes each at the most. */
const maxKept = 2;
const maxKeptBytes = 4 * 1024 * 1024;
/** Memory comes in multiples of this, so that answers that are nearly as long fit. */
const unit = 256 * 1024;

/**
 * Memory that answers are read into, and that those who have used one give back: what a site answers in parts of a megabyte would otherwise be new
 * memory for each, which costs more than to read it, and stays until somebody tidies up.
 */
export class AnswerMemory {
  #kept: Buffer[] = [];

  /** Memory of at least so many bytes, whatever stands in it. */
  take(bytes: number): Buffer {
    const place = this.#kept.findIndex(({ length }) => length >= bytes);
    const [kept] = place === -1 ? [] : this.#kept.splice(place, 1);
    return kept ?? Buffer.allocUnsafeSlow(bytes < unit ? bytes : Math.ceil(bytes / unit) * unit);
  }

  /** Gives memory back, which nobody may look at any more. */
  give(memory: Buffer): void {
    if (memory.length < unit || memory.length > maxKeptBytes) return;
    this.#kept.push(memory);
    // The smallest goes: a larger one does as well.
    if (this.#kept.length > maxKept) this.#kept = this.#kept.toSorted((a, b) => b.length - a.length).slice(0, maxKept);
  }
}
