import type { JsonObject } from "../core/json.ts";
import type { Role } from "../core/role.ts";
import { type PolicyTable, policyFor } from "../policy/call-policy.ts";
import { roleIn } from "../protocol/definition-meta.ts";
import type { ListKind } from "./presentation.ts";

/** From which role on something of an upstream may be used; undefined: from any. */
export type NeededRole = (kind: ListKind, upstream: string, name: string, definition: JsonObject) => Role | undefined;

/** As the configuration says, else as the definition does: what a server says of itself may narrow, and an operator decides. */
export function neededRole(policies: () => PolicyTable): NeededRole {
  return (kind, upstream, name, definition) =>
    policyFor(policies(), upstream, kind === "tools" ? name : undefined).role ?? roleIn(definition);
}

/** Nothing needs a role. */
export const noNeededRole: NeededRole = () => undefined;
