/**
 * Does what belongs to many requests at the end of the turn and all at once; what belongs to one that is alone, right away.
 *
 * What is written to sockets one by one, with work in between, finds its readers asleep each time, and waking them is the greater part of what a
 * write to a socket costs. Measured on two processors: with 128 calls at once a tenth of all processor time of the gateway for calls that wait
 * for an upstream, with 32 and 128 a twentieth for those that are answered from what is kept.
 */
export class Together {
  #waiting: (() => void)[] = [];
  #underWay = 0;
  /** What was done or put off in this turn. */
  #inTurn = 0;
  /** Whether that was more than one in the turn before. Those that need no waiting are never seen together, and still come together. */
  #isCrowded = false;

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
    this.#inTurn += 1;
    if (this.#inTurn === 1) setImmediate(this.#endTurn);
    if (this.#underWay === 0 && this.#waiting.length === 0 && !this.#isCrowded) run();
    else this.#waiting.push(run);
  }

  readonly #endTurn = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#isCrowded = this.#inTurn > 1;
    this.#inTurn = 0;
    for (const run of waiting) run();
  };
}
