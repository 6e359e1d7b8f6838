import { type Wanted, isUnlimited, maySee, mayUse } from "../../access/rights.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectAt, stringAt } from "../../core/json.ts";
import type { Role } from "../../core/role.ts";
import { notThere } from "../denial.ts";
import type { Passage, Stage } from "../pipeline.ts";
import type { Target } from "../target.ts";

/**
 * Lets a call pass if its principal may use what it is for. What it may not use was not shown to it either, so that a call which fails here
 * fails as one of something that there is not.
 */
export const authorize: Stage = {
  name: "authorize",
  around: (next) => (passage) => {
    if (isUnlimited(passage.inbound.principal.rights) || isAllowed(passage)) return next(passage);
    if (passage.inbound.record !== undefined) passage.inbound.record.isDenied = true;
    return Promise.reject(notThere(passage.call));
  },
};

function isAllowed({ gateway, inbound, call, target, policy }: Passage): boolean {
  const { principal, route } = inbound;
  const { rights } = principal;
  const profile = route.kind === "profile" ? route.name : undefined;
  // Whose a task is, is decided where it is found; here, whether its upstream is still one of the caller's.
  if (call.method.startsWith("tasks/")) {
    const { name: upstream } = target.upstream;
    const sought = { upstream, profile, from: gateway.neededRoles.ofSome(upstream) };
    return maySee(rights, sought, gateway.shownByProfiles);
  }
  const wanted = wantedBy(call.method, target, profile);
  return mayUse(rights, { ...wanted, from: fromFor(wanted, gateway, target, policy) }, gateway.shownByProfiles);
}

/** As it is now, which may be another role than when it was listed. */
function fromFor(
  { kind, upstream, name }: Wanted,
  { neededRoles }: Passage["gateway"],
  { definition, from }: Target,
  policy: Passage["policy"],
): Role | undefined {
  if (definition !== undefined) return neededRoles.of(kind, upstream, name, definition);
  // Of what nobody lists, such as most addresses of resources, what goes for all of the upstream.
  return from ?? policy.role;
}

function wantedBy(
  method: string,
  { upstream, params, isReading = false }: Target,
  profile: string | undefined,
): Wanted {
  const common = { upstream: upstream.name, profile };
  switch (method) {
    case "tools/call":
      return { kind: "tools", name: stringAt(params, "name") ?? "", isReading, ...common };
    case "prompts/get":
      return { kind: "prompts", name: stringAt(params, "name") ?? "", isReading: true, ...common };
    case "resources/read":
      return { kind: "resources", name: stringAt(params, "uri") ?? "", isReading: true, ...common };
    default:
      return { ...completed(objectAt(params, "ref") ?? {}), isReading: true, ...common };
  }
}

function completed(ref: JsonObject): Pick<Wanted, "kind" | "name"> {
  if (ref["type"] === "ref/prompt") return { kind: "prompts", name: stringAt(ref, "name") ?? "" };
  return { kind: "templates", name: stringAt(ref, "uri") ?? "" };
}
