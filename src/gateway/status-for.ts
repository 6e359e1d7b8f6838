import { may } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import type { Rights } from "../access/rights.ts";
import type { Gateway } from "./gateway.ts";
import { nothingKept } from "./keeping.ts";
import type { Route } from "./route.ts";
import { type GatewayStatus, type UpstreamStatus, statusOf } from "./status.ts";

/** How everything stands, as far as somebody may know: who may not read logs is shown what it may use, and nothing that servers write. */
export function statusFor(gateway: Gateway, principal: Principal): GatewayStatus {
  const status = statusOf(gateway);
  if (may(principal, "read_logs")) return status;
  // From here on its rights are not to everything: those who may use everything may read logs too.
  const { rights } = principal;
  const seen = new Map(
    gateway.view({ kind: "all" }, rights).upstreams.map(({ name }) => [name, countsFor(gateway, name, rights)]),
  );
  const profiles = status.profiles.filter(({ name }) => gateway.hasRoute({ kind: "profile", name }, rights));
  return {
    version: status.version,
    pid: status.pid,
    store: nothingKept,
    upstreams: status.upstreams.flatMap((upstream) => {
      const counts = seen.get(upstream.name);
      return counts === undefined ? [] : [plain(upstream, counts)];
    }),
    profiles: profiles.map(({ name, upstreams, search }) => ({
      name,
      search,
      upstreams: upstreams.filter((each) => seen.has(each)),
      counts: countsAt(gateway, { kind: "profile", name }, rights),
      oddities: [],
    })),
  };
}

function countsFor(gateway: Gateway, name: string, rights: Rights): UpstreamStatus["counts"] {
  return countsAt(gateway, { kind: "upstream", name }, rights);
}

function countsAt(gateway: Gateway, route: Route, rights: Rights): UpstreamStatus["counts"] {
  const view = gateway.view(route, rights);
  return {
    tools: view.entries("tools").length,
    prompts: view.entries("prompts").length,
    resources: view.entries("resources").length,
    templates: view.entries("templates").length,
  };
}

/** Without what its server wrote, and what is for operators to decide. */
function plain(upstream: UpstreamStatus, counts: UpstreamStatus["counts"]): UpstreamStatus {
  const decided = { groups: [], quarantined: [], quarantinedCount: 0, definitionFacts: [] };
  return { ...upstream, counts, ...decided, oddities: [], stderr: [] };
}
