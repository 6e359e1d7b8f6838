import { type JsonObject, isJsonObject, objectAt } from "../core/json.ts";
import { grantIn } from "./grant.ts";
import type { TokenRule } from "./options.ts";
import { type Role, roles } from "./principal.ts";
import { type Rights, rightsOf } from "./rights.ts";

/** What the claims of a token allow; undefined where no rule fits. */
export function allowedBy(
  claims: JsonObject,
  rules: readonly TokenRule[],
): { readonly role: Role; readonly rights: Rights } | undefined {
  const fitting = rules.filter(({ claim, value }) => valuesOf(claims, claim).includes(value));
  const role = roles.find((each) => fitting.some((rule) => rule.role === each));
  if (role === undefined) return undefined;
  const grants = fitting.flatMap((rule) => rule.grants.map((text) => grantIn(text)));
  return {
    role,
    rights: rightsOf(
      role,
      grants.filter((grant) => grant !== undefined),
    ),
  };
}

/** Scopes that rules speak of, such as a client may ask for: those of roles up to this one. */
export function scopesIn(rules: readonly TokenRule[], from?: Role): string[] {
  const fitting = rules.filter(
    ({ claim, role }) => claim === "scope" && (from === undefined || roles.indexOf(role) <= roles.indexOf(from)),
  );
  return [...new Set(fitting.map(({ value }) => value))];
}

/** The texts of a claim. One whose own name has dots in it, such as a URL, goes before nested ones. */
function valuesOf(claims: JsonObject, claim: string): readonly unknown[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : nested(claims, claim.split("."));
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") return [];
  return claim === "scope" ? value.split(" ") : [value];
}

function nested(claims: JsonObject, names: readonly string[]): unknown {
  const [name = "", ...rest] = names;
  if (!Object.hasOwn(claims, name)) return undefined;
  if (rest.length === 0) return claims[name];
  const inner = objectAt(claims, name);
  return isJsonObject(inner) ? nested(inner, rest) : undefined;
}
