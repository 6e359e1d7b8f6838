import type { Action, DocType, Field } from "./doctype.ts";
import type { Json } from "./json.ts";
import { type Told, raised } from "./raised.ts";
import { type SiteState, rolesOf } from "./site.ts";

/** Whether a user may do something with documents of a DocType, or with one of them. */
export function may(site: SiteState, user: string, type: DocType, action: Action, doc?: Json): boolean {
  if (user === "Administrator") return true;
  return rightsOf(site, user, type, action).some(
    ({ if_owner }) => !if_owner || doc === undefined || doc["owner"] === user,
  );
}

/** Whether a user sees only what is his own. */
export function seesOnlyOwn(site: SiteState, user: string, type: DocType): boolean {
  return user !== "Administrator" && rightsOf(site, user, type, "read").every(({ if_owner }) => if_owner);
}

/** Whether a user may see or change a field: those of a higher level need a right of that level. */
export function mayField(
  site: SiteState,
  user: string,
  type: DocType,
  { permlevel = 0 }: Field,
  action: Action,
): boolean {
  if (permlevel === 0 || user === "Administrator") return true;
  const roles = rolesOf(site, user);
  return type.rights.some(
    (given) => given.permlevel === permlevel && roles.has(given.role) && given.actions.has(action),
  );
}

/** Refuses what a user may not do with documents of a DocType, or with one. @throws {Raised} `PermissionError`. */
export function mustMay(site: SiteState, user: string, type: DocType, action: Action, doc?: Json): void {
  if (may(site, user, type, action, doc)) return;
  const { name } = type;
  const told = [{ message: refusedTo(site, user, type, doc !== undefined), title: "Message" }];
  const shown =
    doc === undefined
      ? { shown: `No permission for ${name}` }
      : action === "read"
        ? {}
        : { shown: `Insufficient Permission for ${name} (<strong>${action}</strong>)` };
  throw raised("PermissionError", "", { told, ...shown });
}

/** What a user is told who has no right. */
export function refusedTo({ version }: SiteState, user: string, { name }: DocType, isOfDocument: boolean): string {
  const role = `User <strong>${user}</strong> does not have doctype access via role permission for document <strong>${name}</strong>`;
  if (!isOfDocument) return role;
  const own = `User <strong>${user}</strong> does not have access to this document`;
  return version === 15 ? `${role}<br>${own}` : own;
}

/** What is told before a message that says which right is missing. */
export function toldOf(site: SiteState, user: string, type: DocType): readonly Told[] {
  return [{ message: refusedTo(site, user, type, true), title: "Message" }];
}

function rightsOf(site: SiteState, user: string, type: DocType, action: Action) {
  const roles = rolesOf(site, user);
  return type.rights.filter((given) => given.permlevel === 0 && roles.has(given.role) && given.actions.has(action));
}
