/** What somebody may do with the gateway itself, each including the next. What each may do stands in `access/actions.ts`. */
export const roles = ["admin", "operator", "user", "viewer"] as const;

export type Role = (typeof roles)[number];

/** Whether a text names a role. */
export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Whether a role includes what one may from another role on. */
export function reaches(role: Role, from: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(from);
}
