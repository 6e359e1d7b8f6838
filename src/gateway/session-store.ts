import type { StoredPrincipal } from "../access/stored-principal.ts";
import type { Caller, LogLevel } from "../protocol/call.ts";
import type { Revision } from "../protocol/revision.ts";
import type { Route } from "./route.ts";

/** A resource that is watched for a session, and at which upstream. */
export interface WatchedResource {
  readonly upstream: string;
  readonly uri: string;
}

/** All it takes to go on with a session in another process. */
export interface StoredSession {
  readonly id: string;
  readonly route: Route;
  readonly principal: StoredPrincipal;
  readonly revision: Revision;
  readonly caller: Caller;
  readonly logLevel: LogLevel | undefined;
  readonly watched: readonly WatchedResource[];
  /** Wall time in ms. */
  readonly usedAt: number;
}

/** Which of the sessions that are kept still count. */
export interface SessionLimits {
  readonly max: number;
  /** Those last used before this are over; wall time in ms. */
  readonly usedSince: number;
}

/**
 * Keeps sessions for the next process that listens at the same address. Contract: `session-store.contract.ts`.
 *
 * `home` is that address. Gateways that share a store have different ones, so that none takes another's sessions.
 */
export interface SessionStore {
  /**
   * The sessions of this home, longest unused first; forgets those beyond the limits.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  read(home: string, limits: SessionLimits): Promise<StoredSession[]>;
  /** Keeps a session as it is now, soon: nobody waits for it. */
  keep(home: string, session: StoredSession): void;
  /** Forgets a session, soon. */
  forget(id: string): void;
}

/** Keeps sessions for as long as the process runs. */
export function memorySessions(): SessionStore {
  const kept = new Map<string, { readonly home: string; readonly session: StoredSession }>();
  return {
    read(home, { max, usedSince }) {
      const own = [...kept.values()].filter((each) => each.home === home).map(({ session }) => session);
      const sorted = own.toSorted((a, b) => a.usedAt - b.usedAt);
      const fitting = sorted.filter(({ usedAt }) => usedAt >= usedSince).slice(-max);
      for (const session of own) if (!fitting.includes(session)) kept.delete(session.id);
      return Promise.resolve(fitting);
    },
    keep(home, session) {
      kept.set(session.id, { home, session });
    },
    forget(id) {
      kept.delete(id);
    },
  };
}
