import type { JsonObject } from "../core/json.ts";
import { type Role, reaches } from "../core/role.ts";
import { type PolicyTable, policyFor } from "../policy/call-policy.ts";
import { roleIn } from "../protocol/definition-meta.ts";
import type { ListKind } from "./presentation.ts";

/** From which role on what upstreams have may be used; undefined: from any. */
export interface NeededRoles {
  /** Something of one, by what it calls it and as it describes it. */
  of(kind: ListKind, upstream: string, name: string, definition: JsonObject): Role | undefined;
  /** What goes for all of one where nothing else is said: for what it says to nobody in particular, too. */
  ofAll(upstream: string): Role | undefined;
  /** Whatever of one is for the lowest role: for that it is there at all. */
  ofSome(upstream: string): Role | undefined;
}

/** What goes for something that is the gateway's own, as it is at this moment: its definition may be listed as it was a moment ago. */
export type OwnRole = (kind: ListKind, upstream: string, name: string) => Role | undefined;

/** As the configuration says, else as the definition does: what a server says of itself may narrow, and an operator decides. */
export function neededRoles(policies: () => PolicyTable, own: OwnRole): NeededRoles {
  const ofAll = (upstream: string): Role | undefined => policyFor(policies(), upstream, undefined).role;
  return {
    of: (kind, upstream, name, definition) =>
      policyFor(policies(), upstream, kind === "tools" ? name : undefined).role ??
      own(kind, upstream, name) ??
      roleIn(definition),
    ofAll,
    ofSome: (upstream) => {
      const { whole, tools } = policies().row(upstream);
      return Object.values(tools).reduce<Role | undefined>(
        (lowest, { role }) => (lowest !== undefined && role !== undefined && reaches(lowest, role) ? role : lowest),
        whole.role,
      );
    },
  };
}

/** Nothing needs a role. */
export const noNeededRoles: NeededRoles = { of: () => undefined, ofAll: () => undefined, ofSome: () => undefined };
