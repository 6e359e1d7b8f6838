/**
 * Does what many requests want done at their end, at the end of the turn and all at once; what one request alone wants, right away.
 *
 * Answers that are written one by one, with work in between, find their readers asleep each time, and waking them is the greater part of what a
 * write to a socket costs. Measured with 128 calls at once on two processors: a tenth of all processor time of the gateway.
 */
export class Together {
  #waiting: (() => void)[] = [];
  #underWay = 0;

  /** A request begins. */
  begin(): void {
    this.#underWay += 1;
  }

  /** A request has ended, and wants this done. */
  end(run: () => void): void {
    this.#underWay -= 1;
    if (this.#underWay === 0 && this.#waiting.length === 0) run();
    else if (this.#waiting.push(run) === 1) setImmediate(this.#doAll);
  }

  readonly #doAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  };
}
