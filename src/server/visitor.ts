import type { Principal } from "../access/principal.ts";

/** Who sends a request to the REST side, and how it came. */
export interface Visitor {
  readonly principal: Principal;
  /** The client's address: behind the proxies that are trusted. */
  readonly address: string;
  /** The gateway's own origin, as the client sees it: the one that our own pages have. */
  readonly ownOrigin: string;
}
