import { isJsonObject, stringAt } from "../core/json.ts";
import { grantIn } from "./grant.ts";
import { type Principal, type Role, isRole, lasting, localPrincipal } from "./principal.ts";
import { rightsOf } from "./rights.ts";

/** Whose something is that outlives the process. */
export interface StoredPrincipal {
  readonly id: string;
  readonly kind: Principal["kind"];
  readonly role: Role;
  /** Grants as they are written. */
  readonly grants: readonly string[];
}

/** A principal as it is kept. */
export function storedPrincipal({ id, kind, role, rights }: Principal): StoredPrincipal {
  return { id, kind, role, grants: rights.kind === "everything" ? [] : rights.grants.map(({ text }) => text) };
}

/** The principal that was kept, until it comes back itself. */
export function principalOf({ id, kind, role, grants }: StoredPrincipal): Principal {
  const rights = rightsOf(
    role,
    grants.map((text) => grantIn(text)).filter((grant) => grant !== undefined),
  );
  return { id, kind, role, rights, tenure: lasting };
}

/** What a value says of a stored principal; whoever is on this machine where there is none, as before there were others. */
export function storedPrincipalIn(value: unknown): StoredPrincipal | undefined {
  if (value === undefined) return storedPrincipal(localPrincipal);
  if (!isJsonObject(value)) return undefined;
  const { kind, role, grants } = value;
  const id = stringAt(value, "id");
  const isKind = kind === "local" || kind === "key" || kind === "token";
  if (id === undefined || !isKind || !isRole(role) || !isTexts(grants)) return undefined;
  return { id, kind, role, grants };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
