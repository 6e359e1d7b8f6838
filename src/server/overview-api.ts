import { may } from "../access/actions.ts";
import { usageOf } from "../metrics/usage.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** How long the figures of an overview are used again, in ms: however many pages ask, they are added up once. */
export const figuresMs = 1000;

/** Tools that an overview shows with figures: those called most often. */
const mostShown = 10;

/** @returns what answers with how everything stands in short, from what is known anyway: servers for everybody, as far as they may know, figures for operators. */
export function overview(): (exchange: Exchange<ApiDeps>) => void {
  let known: { readonly at: number; readonly figures: object } | undefined;
  return ({ response, deps, visitor }) => {
    const now = deps.gateway.deps.clock.monotonic();
    const isOperator = may(visitor.principal, "read_metrics");
    if (isOperator && (known === undefined || now - known.at >= figuresMs))
      known = { at: now, figures: figuresOf(deps) };
    answerJson(response, { ...standingOf(deps, visitor, isOperator), ...(isOperator && known?.figures) });
  };
}

function standingOf(deps: ApiDeps, visitor: Visitor, isOperator: boolean): object {
  const { gateway, startedAt } = deps;
  const { clock, identity } = gateway.deps;
  const { upstreams } = isOperator ? gateway : gateway.view({ kind: "all" }, visitor.principal.rights);
  const ready = upstreams.filter(({ state }) => state.kind === "ready").length;
  const wanted = upstreams.filter(({ state }) => state.kind !== "disabled").length;
  return {
    version: identity.version,
    status: gateway.isClosing ? "stopping" : ready === wanted ? "ok" : "degraded",
    uptimeMs: Math.round(clock.monotonic() - startedAt),
    upstreams: upstreams.map(({ name, state: { kind, since } }) => ({ name, status: kind, since })),
  };
}

function figuresOf({ gateway, metrics, cache, sessions, connections }: ApiDeps): object {
  const { calls, failed, tools } = usageOf(metrics(), mostShown);
  const { hits, misses, bytes, savedMs } = cache.status().total;
  return {
    calls: { total: calls, failed, underWay: gateway.underWay.size, most: tools },
    cache: { hits, misses, bytes, savedMs },
    connections: { sessions: sessions.size, others: connections.size },
    store: gateway.keeping(),
  };
}
