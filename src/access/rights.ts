import type { Choice } from "../core/choice.ts";
import { type Role, reaches } from "../core/role.ts";
import { type Grant, reading } from "./grant.ts";

/**
 * What of the upstreams somebody may use: everything, or what is granted, which may be nothing. Of either only what may be used from `role`, which
 * is theirs, on.
 */
export type Rights =
  | { readonly kind: "everything"; readonly role: Role }
  | {
      readonly kind: "granted";
      readonly role: Role;
      readonly grants: readonly Grant[];
      /** The same for equal rights only. */
      readonly key: string;
    };

/** The rights to everything. */
export const everyRight: Rights = { kind: "everything", role: "admin" };

/** Whether nothing at all is kept from somebody. */
export function isUnlimited({ kind, role }: Rights): boolean {
  return kind === "everything" && role === "admin";
}

/** The rights of a role with these grants: admins and operators may use everything that is for their role, viewers only what changes nothing. */
export function rightsOf(role: Role, granted: readonly Grant[]): Rights {
  if (role === "admin" || role === "operator") return { kind: "everything", role };
  const grants = role === "viewer" ? granted.map(reading) : granted;
  const texts = new Set(grants.map(({ text }) => text));
  return { kind: "granted", role, grants, key: [...texts].toSorted().join("\n") };
}

/** Rights as a text, the same for equal rights only; none where nothing is kept from them. */
export function rightsKey(rights: Rights): string {
  if (isUnlimited(rights)) return "";
  return rights.kind === "everything" ? rights.role : `granted ${rights.role}\n${rights.key}`;
}

/** Something of an upstream that somebody wants to use. */
export interface Wanted {
  readonly kind: "tools" | "prompts" | "resources" | "templates";
  readonly upstream: string;
  /** What the upstream itself calls it. */
  readonly name: string;
  /** Whether using it changes nothing, as far as its upstream says. Only tools can change something. */
  readonly isReading: boolean;
  /** From which role on it may be used; undefined: from any. */
  readonly from?: Role | undefined;
  /** The profile at whose address it is wanted, which shows it; undefined at all others. */
  readonly profile: string | undefined;
}

/** What profiles show at other addresses than their own. */
export interface Profiles {
  /** Whether a profile of such a name shows this, and would send calls of it as they are. */
  show(names: Choice, wanted: Wanted): boolean;
  /** Whether a profile of such a name has something of this upstream. */
  have(names: Choice, upstream: string): boolean;
}

/**
 * Whether somebody may use something: the one place where that is decided, for what is shown as for what is called. Nothing is allowed
 * that no grant allows, and nothing that is for higher roles.
 */
export function mayUse(rights: Rights, wanted: Wanted, profiles: Profiles): boolean {
  if (wanted.from !== undefined && !reaches(rights.role, wanted.from)) return false;
  if (rights.kind === "everything") return true;
  return rights.grants.some((grant) => (!grant.isReading || wanted.isReading) && isWithin(grant, wanted, profiles));
}

function isWithin({ scope }: Grant, wanted: Wanted, profiles: Profiles): boolean {
  switch (scope.kind) {
    case "profile":
      return wanted.profile !== undefined && scope.profiles.has(wanted.profile)
        ? true
        : profiles.show(scope.profiles, wanted);
    case "upstream":
      return scope.upstreams.has(wanted.upstream);
    case "tools":
      return wanted.kind === "tools" && scope.upstreams.has(wanted.upstream) && scope.tools.has(wanted.name);
  }
}

/** An upstream of which somebody may use something or not. */
export interface Sought {
  readonly upstream: string;
  /** The profile at whose address that is; undefined at all others. */
  readonly profile: string | undefined;
  /** From which role on anything of it may be used; undefined: from any. */
  readonly from: Role | undefined;
}

/** Whether somebody may use anything of an upstream, and so may know that it exists. */
export function maySee(rights: Rights, { upstream, profile, from }: Sought, profiles: Profiles): boolean {
  if (from !== undefined && !reaches(rights.role, from)) return false;
  if (rights.kind === "everything") return true;
  return rights.grants.some(({ scope }) => {
    if (scope.kind !== "profile") return scope.upstreams.has(upstream);
    return (profile !== undefined && scope.profiles.has(profile)) || profiles.have(scope.profiles, upstream);
  });
}

/**
 * Whether somebody may hear what an upstream says to nobody in particular, such as its log: who may use all of it. `from`: from which role on that
 * is; undefined: from any.
 */
export function mayHear(rights: Rights, upstream: string, from: Role | undefined): boolean {
  if (from !== undefined && !reaches(rights.role, from)) return false;
  if (rights.kind === "everything") return true;
  return rights.grants.some(
    ({ scope, isReading }) => scope.kind === "upstream" && !isReading && scope.upstreams.has(upstream),
  );
}
