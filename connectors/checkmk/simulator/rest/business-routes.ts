import type { EstateHost } from "../estate.ts";
import type { Site } from "../site.ts";
import { type Reply, collection, domainObject } from "./reply.ts";
import { type Route, type RouteRequest, textsIn } from "./route.ts";

/** Business Intelligence: an aggregation for each kind of host, as bad as the worst of it. */
export const businessRoutes: readonly Route[] = [
  { method: "POST", path: "/domain-types/bi_aggregation/actions/aggregation_state/invoke", run: states },
  {
    method: "GET",
    path: "/domain-types/bi_pack/collections/all",
    run: () => ({ status: 200, body: collection("bi_pack", [domainObject("bi_pack", "default", "Default Pack", {})]) }),
  },
];

function states({ site, body }: RouteRequest): Reply {
  const [names, groups] = [textsIn(body, "filter_names"), textsIn(body, "filter_groups")];
  const all = aggregations(site).filter(([name]) => {
    if (names.length > 0 && !names.includes(name)) return false;
    return groups.length === 0 || groups.includes("Services");
  });
  return { status: 200, body: { aggregations: Object.fromEntries(all), missing_sites: [], missing_aggr: [] } };
}

function aggregations(site: Site): readonly (readonly [string, object])[] {
  const byRole = Map.groupBy(site.estate.hosts.values(), ({ labels }) => labels["role"] ?? "other");
  return [...byRole].map(([role, hosts]) => {
    const worst = Math.max(...hosts.map((host) => stateOf(site, host)));
    const names = hosts.map(({ name }) => name);
    const output = worst === 0 ? "" : `A part of ${role} has a problem`;
    const flags = { acknowledged: false, in_downtime: false, in_service_period: true };
    return [`Service ${role}`, { state: worst, output, hosts: names, infos: [], tree: {}, ...flags }];
  });
}

/** A host that is down is critical; the unknown of a service weighs less than its being critical. */
function stateOf(site: Site, host: EstateHost): number {
  if (host.state !== 0) return 2;
  const found = [...site.estate.servicesOf(host.name).values()].map(({ state }) => (state === 3 ? 1.5 : state));
  return Math.floor(Math.max(0, ...found));
}
