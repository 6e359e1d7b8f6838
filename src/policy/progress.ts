/** What is told of how far something is (MCP 2026-07-28, basic/utilities/progress). */
export interface ProgressStep {
  readonly progress: number;
  readonly total: number | undefined;
}

/**
 * Keeps what one caller is told from going back: over several attempts, and with steps of our own in between.
 *
 * @see MCP 2026-07-28, basic/utilities/progress: the value must increase with each notification.
 */
export class RisingProgress {
  #last = Number.NEGATIVE_INFINITY;
  #total: number | undefined;

  /** Whether a step goes on; one that does not is not told. */
  takes(progress: number, total: number | undefined): boolean {
    if (!(progress > this.#last)) return false;
    this.#last = progress;
    this.#total = total;
    return true;
  }

  /** A step so small that whatever the upstream tells next goes on from it: it says only that there is life. */
  beat(): ProgressStep {
    const progress =
      this.#last === Number.NEGATIVE_INFINITY ? 0 : this.#last + Math.max(1e-6, Math.abs(this.#last) * 1e-9);
    this.#last = progress;
    return { progress, total: this.#total };
  }
}
