import type { Tagged } from "./tag-index.ts";

/** Who may have an answer besides whoever fetched it: all who asked the same, the same user, nobody. */
export type Sharing = "all" | "user" | "none";

/** What a flight brought. */
export interface Landed<V> {
  readonly value: V;
  readonly sharing: Sharing;
}

/** How waiting for a flight ended: with what it brought, or with nothing for those who only waited. */
export type Joined<V> = Landed<V> | "alone";

/**
 * One call under way whose answer several wait for. It goes on for as long as somebody waits: who leaves ends it only as the last.
 *
 * A flight that is `outdated` has been overtaken by a write: those who wait get its answer, as they asked before the write ended, but it is
 * not kept, and nobody joins any more.
 */
export class Flight<V> implements Tagged {
  readonly key: string;
  readonly tags: readonly string[];
  /** Who began it. */
  readonly user: string;
  /** Aborted when nobody waits any more. */
  readonly controller = new AbortController();
  isOutdated = false;
  #waiting = 0;
  #isClaimed = false;
  readonly #claimed = Promise.withResolvers<"alone">();
  #landed: Promise<Landed<V>> | undefined;

  constructor(key: string, tags: readonly string[], user: string) {
    this.key = key;
    this.tags = tags;
    this.user = user;
  }

  /** Whether it has become the matter of whoever began it alone. */
  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  /** Begins. Called once. */
  start(landed: Promise<Landed<V>>): void {
    this.#landed = landed;
    // Who waits learns of a failure; where nobody does, there is nobody to tell.
    landed.catch(() => undefined);
  }

  /** Makes it the matter of whoever began it, as the upstream asks that one something: nobody else gets its answer, nor waits for it. */
  claim(): void {
    this.#isClaimed = true;
    this.#claimed.resolve("alone");
  }

  /** What it brings to whoever began it. Rejects with the signal's reason when that fires first. */
  async lead(signal: AbortSignal): Promise<Landed<V>> {
    const landed = await this.#wait(signal, this.#landed);
    if (landed === undefined) throw new TypeError("The flight has not begun");
    return landed;
  }

  /** What it brings to somebody else. Likewise. */
  async join(signal: AbortSignal, user: string): Promise<Joined<V>> {
    const joined = await this.#wait(signal, Promise.race([this.#landed, this.#claimed.promise]));
    if (joined === undefined || joined === "alone" || joined.sharing === "none") return "alone";
    return joined.sharing === "all" || user === this.user ? joined : "alone";
  }

  /** Goes on although nobody waits: for what is fetched beforehand. */
  keep(): void {
    this.#waiting += 1;
  }

  async #wait<T>(signal: AbortSignal, result: Promise<T> | undefined): Promise<T | undefined> {
    signal.throwIfAborted();
    const left = Promise.withResolvers<never>();
    const leave = (): void => {
      left.reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    this.#waiting += 1;
    try {
      return await (result === undefined ? undefined : Promise.race([result, left.promise]));
    } finally {
      signal.removeEventListener("abort", leave);
      this.#waiting -= 1;
      if (this.#waiting === 0 && signal.aborted) this.controller.abort(signal.reason);
    }
  }
}
