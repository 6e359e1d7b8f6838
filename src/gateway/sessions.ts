import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { Session, type SessionSeed } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";

interface Held {
  readonly session: Session;
  readonly end: () => void;
  usedAt: number;
}

/** What a table of sessions needs. */
export interface SessionsDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Begins to tell the session what happens; what it returns ends that. */
  readonly subscribe: (session: Session) => () => void;
}

const sweepMs = 30_000;

/** Every session that is open. Bounded in number and in idle time; kept in order of last use. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #deps: SessionsDeps;
  readonly #held = new Map<string, Held>();
  readonly #stopSweep: () => void;

  constructor(options: SessionOptions, deps: SessionsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#stopSweep = deps.clock.every(sweepMs, () => {
      this.#sweep();
    });
  }

  get size(): number {
    return this.#held.size;
  }

  /**
   * Begins a session. Where the table is full, the one that has been idle longest ends for it.
   *
   * @throws {GatewayError} `too_many_sessions` — the table is full of sessions with something open.
   */
  create(seed: Omit<SessionSeed, "id">): Session {
    if (this.#held.size >= this.#options.max) this.#makeRoom();
    const session = new Session({ id: this.#deps.newId(), ...seed });
    const end = this.#deps.subscribe(session);
    this.#held.set(session.id, { session, end, usedAt: this.#deps.clock.monotonic() });
    return session;
  }

  /** The open session of this id, which counts as a use of it. */
  use(id: string): Session | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    held.usedAt = this.#deps.clock.monotonic();
    this.#held.delete(id);
    this.#held.set(id, held);
    return held.session;
  }

  /** Ends a session; false where there is none of this id. */
  end(id: string): boolean {
    const held = this.#held.get(id);
    if (held === undefined) return false;
    this.#held.delete(id);
    held.end();
    held.session.close(new GatewayError("session_not_found", "The session has ended"));
    return true;
  }

  /** Ends every session. Safe to call twice. */
  close(): void {
    this.#stopSweep();
    for (const id of this.#held.keys()) this.end(id);
  }

  #makeRoom(): void {
    for (const [id, { session }] of this.#held) {
      if (session.isBusy) continue;
      this.end(id);
      return;
    }
    throw new GatewayError("too_many_sessions", `All ${this.#options.max} sessions are in use`, {
      data: { max: this.#options.max },
    });
  }

  #sweep(): void {
    const latest = this.#deps.clock.monotonic() - this.#options.idleMs;
    for (const [id, { session, usedAt }] of this.#held) {
      if (usedAt > latest) return;
      if (!session.isBusy) this.end(id);
    }
  }
}
