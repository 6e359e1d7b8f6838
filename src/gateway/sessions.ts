import type { Principal } from "../access/principal.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { Session, type SessionSeed } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";

/** Times are those of the monotonic clock, in ms. */
interface Held {
  readonly session: Session;
  readonly end: () => void;
  usedAt: number;
  keptAt: number;
}

/** What a table of sessions needs. */
export interface SessionsDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Begins to tell the session what happens; what it returns ends that. */
  readonly subscribe: (session: Session) => () => void;
  readonly store: SessionStore;
  /** Makes a session of an earlier process again; undefined where there is nothing any more that it could speak to. */
  readonly revive: (stored: StoredSession) => Session | undefined;
}

const sweepMs = 30_000;
/** The last use of a session is kept at most this often, in ms: it need only be about right. */
const keepUseMs = 60_000;

/** Every session that is open. Bounded in number and in idle time. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #deps: SessionsDeps;
  readonly #held = new Map<string, Held>();
  readonly #stopSweep: () => void;
  /** How old the last use that is kept may be, in ms. */
  readonly #slackMs: number;
  /** Under which address the sessions are kept; undefined: not at all. */
  #home: string | undefined;

  constructor(options: SessionOptions, deps: SessionsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#slackMs = Math.min(keepUseMs, options.idleMs / 10);
    this.#stopSweep = deps.clock.every(sweepMs, () => {
      this.#sweep();
    });
  }

  /** Its bounds. */
  get options(): SessionOptions {
    return this.#options;
  }

  get size(): number {
    return this.#held.size;
  }

  /**
   * Goes on with the sessions that an earlier process had at this address, and keeps them, and new ones, for the next. Those that are
   * over, or that nothing is left for, are forgotten. Where the gateway listens at several addresses, the first counts.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  async restore(home: string): Promise<void> {
    if (this.#home !== undefined) return;
    this.#home = home;
    const { clock, store, revive } = this.#deps;
    const usedSince = clock.now() - this.#options.idleMs - this.#slackMs;
    for (const stored of await store.read(home, { max: this.#options.max, usedSince })) {
      const session = revive(stored);
      if (session === undefined) store.forget(stored.id);
      else this.#hold(session, clock.monotonic() - Math.max(0, clock.now() - stored.usedAt));
    }
  }

  /**
   * Begins a session. Where the table is full, the one that has been idle longest ends for it.
   *
   * @throws {GatewayError} `too_many_sessions` — the table is full of sessions with something open.
   */
  create(seed: Omit<SessionSeed, "id">): Session {
    if (this.#held.size >= this.#options.max) this.#makeRoom();
    const session = new Session({ id: this.#deps.newId(), ...seed });
    this.#keep(this.#hold(session, this.#deps.clock.monotonic()));
    return session;
  }

  #hold(session: Session, usedAt: number): Held {
    const held = { session, end: this.#deps.subscribe(session), usedAt, keptAt: usedAt };
    this.#held.set(session.id, held);
    session.onChange = () => {
      this.#keep(held);
    };
    return held;
  }

  #keep(held: Held): void {
    const { clock, store } = this.#deps;
    const idleMs = clock.monotonic() - held.usedAt;
    held.keptAt = held.usedAt;
    if (this.#home !== undefined) store.keep(this.#home, held.session.stored(Math.round(clock.now() - idleMs)));
  }

  /** The open session of this id, which counts as a use of it; that of another principal looks like one that does not exist. */
  use(id: string, principal: Principal): Session | undefined {
    const held = this.#held.get(id);
    if (held === undefined || !held.session.takeUp(principal)) return undefined;
    this.#note(held);
    return held.session;
  }

  #note(held: Held): void {
    held.usedAt = this.#deps.clock.monotonic();
    if (held.usedAt - held.keptAt >= this.#slackMs) this.#keep(held);
  }

  /** Ends all sessions of a principal. */
  endOf(principalId: string): void {
    for (const [id, { session }] of this.#held) if (session.principal.id === principalId) this.end(id);
  }

  /** Ends a session; false where there is none of this id. */
  end(id: string): boolean {
    const hasEnded = this.#end(id, "The session has ended");
    if (hasEnded) this.#deps.store.forget(id);
    return hasEnded;
  }

  #end(id: string, reason: string): boolean {
    const held = this.#held.get(id);
    if (held === undefined) return false;
    this.#held.delete(id);
    held.session.onChange = undefined;
    held.end();
    held.session.close(new GatewayError("session_not_found", reason));
    return true;
  }

  /** Ends everything under way; what is kept goes on in the next process. Safe to call twice. */
  close(): void {
    this.#stopSweep();
    for (const held of this.#held.values()) if (held.usedAt > held.keptAt) this.#keep(held);
    for (const id of this.#held.keys()) this.#end(id, "The gateway is stopping");
  }

  #makeRoom(): void {
    // Looked for only when the table is full: keeping it in order of use would cost every call, and garbage that lives long (see BriefMap).
    let idlest: Held | undefined;
    for (const held of this.#held.values()) {
      if (!held.session.isBusy && (idlest === undefined || held.usedAt < idlest.usedAt)) idlest = held;
    }
    if (idlest !== undefined && this.end(idlest.session.id)) return;
    throw new GatewayError("too_many_sessions", `All ${this.#options.max} sessions are in use`, {
      data: { max: this.#options.max },
    });
  }

  #sweep(): void {
    const latest = this.#deps.clock.monotonic() - this.#options.idleMs;
    for (const [id, held] of this.#held) {
      // What is open counts as use: a client that only listens is not idle.
      if (held.session.isBusy) this.#note(held);
      else if (held.usedAt <= latest) this.end(id);
    }
  }
}
