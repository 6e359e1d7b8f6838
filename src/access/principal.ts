/** What somebody may do with the gateway itself, each including the next. */
export const roles = ["admin", "operator", "user", "viewer"] as const;

export type Role = (typeof roles)[number];

/** Who asks, as authenticated, and what it may do. Never changes; what a principal may do is another principal afterwards. */
export interface Principal {
  /** Unique and lasting: what is kept between two requests is kept for the same id. */
  readonly id: string;
  /** How it is known: it is on this machine and nobody is asked who they are, by an API key, or by a token. */
  readonly kind: "local" | "key" | "token";
  readonly role: Role;
}

/** Whoever is on this machine, where nobody is asked who they are. */
export const localPrincipal: Principal = { id: "local", kind: "local", role: "admin" };
