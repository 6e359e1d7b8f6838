import { BriefMap } from "../core/brief-map.ts";
import type { GatewayError } from "../core/errors.ts";
import type { Tenure } from "./principal.ts";

/** A tenure that somebody ends: what is open in its time ends with it. */
export class Term implements Tenure {
  readonly #ends = new BriefMap<number, (reason: GatewayError) => void>();
  #last = 0;
  #reason: GatewayError | undefined;

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /** Whether nothing is open in it. */
  get isIdle(): boolean {
    return this.#ends.size === 0;
  }

  during(end: (reason: GatewayError) => void): () => void {
    if (this.#reason !== undefined) end(this.#reason);
    this.#last += 1;
    const number = this.#last;
    this.#ends.set(number, end);
    return () => {
      this.#ends.delete(number);
    };
  }

  /** Ends it, and all that was begun in it. Safe to call twice. */
  end(reason: GatewayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const end of this.#ends.values()) end(reason);
  }
}
