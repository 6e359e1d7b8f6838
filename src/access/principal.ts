import type { GatewayError } from "../core/errors.ts";
import type { Role } from "../core/role.ts";
import type { Rights } from "./rights.ts";

export { type Role, isRole, roles } from "../core/role.ts";

/** Who asks, as authenticated, and what it may do. Never changes; what a principal may do is another principal afterwards. */
export interface Principal {
  /** Unique and lasting: what is kept between two requests is kept for the same id. */
  readonly id: string;
  /** How it is known: it is on this machine and nobody is asked who they are, by an API key, or by a token. */
  readonly kind: "local" | "key" | "token";
  readonly role: Role;
  /** What of the upstreams it may use. */
  readonly rights: Rights;
  readonly tenure: Tenure;
}

/** How long a principal may act. */
export interface Tenure {
  readonly isOver: boolean;
  /** Calls `end` at once when it is over, with the reason, also where it is already; what is returned takes that back. */
  during(end: (reason: GatewayError) => void): () => void;
}

const nothing = (): void => undefined;

/** A tenure without an end. */
export const lasting: Tenure = { isOver: false, during: () => nothing };

/** Whoever is on this machine, where nobody is asked who they are. */
export const localPrincipal: Principal = {
  id: "local",
  kind: "local",
  role: "admin",
  rights: { kind: "everything", role: "admin" },
  tenure: lasting,
};
