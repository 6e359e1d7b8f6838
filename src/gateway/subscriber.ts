import type { Principal } from "../access/principal.ts";
import type { Notification } from "../protocol/call.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { ListKind } from "./presentation.ts";
import type { Route } from "./route.ts";

/** Somebody who is to be told what happens unasked: a session, or a `subscriptions/listen` request. */
export interface Subscriber {
  readonly route: Route;
  /** Who listens: what it may not use it is not told of. */
  readonly principal: Principal;
  /** These lists of its route are no longer what they were. */
  listsChanged(kinds: readonly ListKind[]): void;
  /** An upstream of its route sent something that belongs to no call. */
  notification(upstream: Upstream, notification: Notification): void;
  /** The gateway stops: what is open should end well, now. */
  stopping(): void;
}

/** The notifications that say that lists changed; resources and templates share one. */
export function changeNotifications(kinds: readonly ListKind[]): string[] {
  const methods = new Set(kinds.map((kind) => (kind === "templates" ? "resources" : kind)));
  return [...methods].map((kind) => `notifications/${kind}/list_changed`);
}
