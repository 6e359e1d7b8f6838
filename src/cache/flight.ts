import { Canceller, type Signal } from "../core/canceller.ts";
/** Who may have an answer besides whoever fetched it: all who asked the same, the same user, nobody. */
export type Sharing = "all" | "user" | "none";

/** How waiting for a flight ended: with what it brought, or with nothing for those who only waited. */
export type Joined<V> = { readonly value: V } | "alone";

/** Somebody who waits. */
interface Waiting<V> {
  readonly signal: Signal;
  readonly leave: () => void;
  readonly landed: (value: V, sharing: Sharing) => void;
  readonly failed: (thrown: unknown) => void;
  /** What becomes of it where the flight is no longer its matter; undefined for whoever began it. */
  readonly alone: (() => void) | undefined;
}

/**
 * One call under way whose answer several wait for. It goes on for as long as somebody waits: who leaves ends it only as the last.
 *
 * A flight has been overtaken where something that has one of its tags was dropped since it began: those who wait get its answer, as they asked
 * before, but it is not kept, and nobody joins any more.
 */
export class Flight<V> {
  readonly tags: readonly string[];
  /** How many drops there had been when it began. */
  readonly since: number;
  /** Aborted when nobody waits any more. */
  readonly controller = new Canceller();
  readonly #user: string;
  readonly #waiting: Waiting<V>[] = [];
  #isKept = false;
  #isClaimed = false;

  constructor(tags: readonly string[], user: string, since: number) {
    this.tags = tags;
    this.#user = user;
    this.since = since;
  }

  /** Whether it has become the matter of whoever began it alone. */
  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  /**
   * What it brings to whoever began it, as `resultOf` makes it of that. Rejects with the signal's reason when that fires first.
   *
   * One promise and no race: nearly every flight is one that nobody joins.
   */
  lead<R>(signal: Signal, resultOf: (value: V) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const landed = (value: V): void => {
        resolve(resultOf(value));
      };
      this.#wait(signal, landed, reject, undefined);
    });
  }

  /** What it brings to somebody else. Likewise. */
  join(signal: Signal, user: string): Promise<Joined<V>> {
    if (this.#isClaimed) return Promise.resolve("alone");
    return new Promise((resolve, reject) => {
      const landed = (value: V, sharing: Sharing): void => {
        resolve(sharing === "all" || (sharing === "user" && user === this.#user) ? { value } : "alone");
      };
      this.#wait(signal, landed, reject, () => {
        resolve("alone");
      });
    });
  }

  /** Goes on although nobody waits: for what is fetched beforehand. */
  keep(): void {
    this.#isKept = true;
  }

  /** Makes it the matter of whoever began it, as the upstream asks that one something: nobody else gets its answer, nor waits for it. */
  claim(): void {
    this.#isClaimed = true;
    for (const waiting of this.#waiting.slice()) {
      if (waiting.alone === undefined) continue;
      this.#remove(waiting);
      waiting.alone();
    }
  }

  /** It has brought something. Called once, as is {@link fail} in its place. */
  land(value: V, sharing: Sharing): void {
    for (const waiting of this.#waiting.slice()) {
      this.#remove(waiting);
      waiting.landed(value, sharing);
    }
  }

  /** It has failed: whoever waits learns why; where nobody does, there is nobody to tell. */
  fail(thrown: unknown): void {
    for (const waiting of this.#waiting.slice()) {
      this.#remove(waiting);
      waiting.failed(thrown);
    }
  }

  #wait(signal: Signal, landed: Waiting<V>["landed"], failed: Waiting<V>["failed"], alone: Waiting<V>["alone"]): void {
    const leave = (): void => {
      this.#remove(waiting);
      failed(signal.reason);
      if (this.#waiting.length === 0 && !this.#isKept) this.controller.abort(signal.reason);
    };
    const waiting = { signal, leave, landed, failed, alone };
    this.#waiting.push(waiting);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
  }

  #remove(waiting: Waiting<V>): void {
    waiting.signal.removeEventListener("abort", waiting.leave);
    const at = this.#waiting.indexOf(waiting);
    if (at !== -1) this.#waiting.splice(at, 1);
  }
}
