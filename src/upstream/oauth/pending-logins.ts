import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";

/** A login that a person is at. */
export interface PendingLogin {
  /** The upstream's name. */
  readonly upstream: string;
  /** Takes the answer that the browser brings; rejects with a {@link GatewayError} where it is none to accept. */
  complete(answer: URLSearchParams): Promise<void>;
}

/** How long a person may take, in ms from when the address was made. */
export const loginMs = 10 * 60_000;
/** Logins that may be open at once; the oldest goes first. */
export const maxPending = 1000;

/**
 * The logins under way, each under a `state` that nobody can guess and that serves once.
 *
 * @see RFC 6749, 10.12; MCP 2026-07-28, basic/authorization/security-considerations, Open Redirection.
 */
export class PendingLogins {
  readonly #clock: Clock;
  /** In the order in which they run out. */
  readonly #open = new Map<string, { readonly login: PendingLogin; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A state for a login that is yet to be added. */
  newState(): string {
    return randomBytes(32).toString("base64url");
  }

  add(state: string, login: PendingLogin): void {
    this.#forgetOld();
    const [oldest] = this.#open.keys();
    if (this.#open.size >= maxPending && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(state, { login, until: this.#clock.monotonic() + loginMs });
  }

  /** The login of that state, which is used up by this; undefined where there is none, it was used, or its time is over. */
  take(state: string): PendingLogin | undefined {
    this.#forgetOld();
    const found = this.#open.get(state);
    this.#open.delete(state);
    return found?.login;
  }

  /** How many are open. */
  get size(): number {
    this.#forgetOld();
    return this.#open.size;
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [state, { until }] of this.#open) {
      if (until > now) return;
      this.#open.delete(state);
    }
  }
}
