import type { Principal } from "../access/principal.ts";
import type { Gateway } from "./gateway.ts";
import { Session } from "./session.ts";
import type { StoredSession } from "./session-store.ts";
import { watchAt } from "./watch.ts";

/**
 * Makes a session of an earlier process again, and asks the upstreams for what it was told of, each as soon as it is connected.
 *
 * Undefined where its route no longer exists, or nobody can come back for it: `principal` is whose it is now.
 */
export function reviveSession(
  gateway: Gateway,
  stored: StoredSession,
  principal: Principal | undefined,
): Session | undefined {
  const { id, route, revision, caller, logLevel, watched } = stored;
  if (principal === undefined || !gateway.hasRoute(route, principal.rights)) return undefined;
  const session = new Session({ id, route, principal, codec: gateway.deps.codecs[revision], caller, isRevived: true });
  if (logLevel !== undefined) {
    session.wantLogs(logLevel);
    for (const upstream of gateway.view(route, principal.rights).upstreams) upstream.interests.wantLogs(logLevel);
  }
  for (const { upstream: name, uri } of watched) {
    const upstream = gateway.upstreams.find((each) => each.name === name);
    if (upstream === undefined) continue;
    upstream.interests.keepWatching(uri);
    session.watch(uri, watchAt(upstream, uri));
  }
  return session;
}
