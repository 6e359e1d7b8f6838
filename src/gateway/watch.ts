import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";

/** Ends a watch; safe to call twice. */
export type EndWatch = () => void;

/** A resource that is watched for somebody, and how that ends. */
export interface Watch {
  /** Who tells of its changes. */
  readonly upstream: string;
  readonly end: EndWatch;
}

/** Resources that one downstream may watch at once. */
export const maxWatched = 1000;

/**
 * Asks whoever has the resource to tell of its changes, which then come as notifications of that upstream.
 *
 * @throws {GatewayError} `resource_not_found` — nobody has it; and what {@link Interests.watch} throws.
 */
export async function watchResource(
  gateway: Gateway,
  { route, principal }: Pick<Inbound, "route" | "principal">,
  uri: string,
  signal: Signal,
): Promise<Watch> {
  const { rights } = principal;
  if (gateway.view(route, rights).ownersOf(uri).length === 0) await gateway.settled;
  const [upstream] = gateway.view(route, rights).ownersOf(uri);
  if (upstream === undefined) {
    throw new GatewayError("resource_not_found", `No resource ${JSON.stringify(uri.slice(0, 200))}`, { data: { uri } });
  }
  await upstream.interests.watch(uri, signal);
  return watchAt(upstream, uri);
}

/** A watch that is counted at the upstream already. */
export function watchAt(upstream: Upstream, uri: string): Watch {
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    // Whether the upstream hears of it is its connection's business; nobody waits for it.
    upstream.interests.unwatch(uri).catch(() => undefined);
  };
  return { upstream: upstream.name, end };
}
