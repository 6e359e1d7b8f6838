import { GatewayError } from "../core/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { Route } from "./route.ts";

/** Ends a watch; safe to call twice. */
export type EndWatch = () => void;

/** Resources that one downstream may watch at once. */
export const maxWatched = 1000;

/**
 * Asks whoever has the resource to tell of its changes, which then come as notifications of that upstream.
 *
 * @throws {GatewayError} `resource_not_found` — nobody has it; and what {@link Upstream.watch} throws.
 */
export async function watchResource(
  gateway: Gateway,
  route: Route,
  uri: string,
  signal: AbortSignal,
): Promise<EndWatch> {
  await gateway.settled;
  const [upstream] = gateway.view(route).ownersOf(uri);
  if (upstream === undefined) {
    throw new GatewayError("resource_not_found", `No resource ${JSON.stringify(uri.slice(0, 200))}`, { data: { uri } });
  }
  await upstream.watch(uri, signal);
  let hasEnded = false;
  return () => {
    if (hasEnded) return;
    hasEnded = true;
    // Whether the upstream hears of it is its connection's business; nobody waits for it.
    upstream.unwatch(uri).catch(() => undefined);
  };
}
