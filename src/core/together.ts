/**
 * Does what belongs to many requests at the end of the turn and all at once; what belongs to one that is alone, right away.
 *
 * What is written to sockets one by one, with work in between, finds its readers asleep each time, and waking them is the greater part of what a
 * write to a socket costs. Measured with 128 calls at once on two processors: a tenth of all processor time of the gateway, for answers alone.
 */
export class Together {
  #waiting: (() => void)[] = [];
  #underWay = 0;

  /** A request begins. */
  begin(): void {
    this.#underWay += 1;
  }

  /** A request has ended. */
  end(): void {
    this.#underWay -= 1;
  }

  /** Does something for one request: before {@link begin} or after {@link end}, so that those that are counted are others. */
  do(run: () => void): void {
    if (this.#underWay === 0 && this.#waiting.length === 0) run();
    else if (this.#waiting.push(run) === 1) setImmediate(this.#doAll);
  }

  readonly #doAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  };
}
