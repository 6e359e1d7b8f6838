import type { Gateway } from "./gateway.ts";
import { Session } from "./session.ts";
import type { StoredSession } from "./session-store.ts";
import { watchAt } from "./watch.ts";

/**
 * Makes a session of an earlier process again, and asks the upstreams for what it was told of, each as soon as it is connected.
 *
 * Undefined where its route no longer exists.
 */
export function reviveSession(gateway: Gateway, stored: StoredSession): Session | undefined {
  const { id, route, revision, caller, logLevel, watched } = stored;
  if (!gateway.hasRoute(route)) return undefined;
  const session = new Session({ id, route, codec: gateway.deps.codecs[revision], caller, isRevived: true });
  if (logLevel !== undefined) {
    session.wantLogs(logLevel);
    for (const upstream of gateway.view(route).upstreams) upstream.interests.wantLogs(logLevel);
  }
  for (const { upstream: name, uri } of watched) {
    const upstream = gateway.upstreams.find((each) => each.name === name);
    if (upstream === undefined) continue;
    upstream.interests.keepWatching(uri);
    session.watch(uri, watchAt(upstream, uri));
  }
  return session;
}
