import { isServer } from "./upstreams-of.ts";
import { places } from "./places.ts";
import { useStatus } from "./queries.ts";

/** The places of the menu: those that are about one server only where there is one. */
export function usePlaces(): readonly (typeof places)[number][] {
  const { data } = useStatus();
  return places.filter(
    (place) => !("server" in place) || data?.upstreams.some((upstream) => isServer(upstream, place.server)) === true,
  );
}
