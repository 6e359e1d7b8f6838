/** By what a user of a site is known; a site decides by it alone what may be seen and done. */
export type Credential =
  | { readonly kind: "token"; readonly key: string; readonly secret: string }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "guest" };

/** The header that a credential is sent as; undefined for a guest. */
export function authorizationOf(credential: Credential): string | undefined {
  switch (credential.kind) {
    case "token":
      return `token ${credential.key}:${credential.secret}`;
    case "bearer":
      return `Bearer ${credential.token}`;
    case "guest":
      return undefined;
  }
}
