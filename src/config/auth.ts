import type { AuthOptions } from "../access/options.ts";
import { isRecord } from "./content.ts";
import type { Finding } from "./problem.ts";
import type { ConfigDraft } from "./schema.ts";

/** What a valid file says of who is asked who they are. */
export function authOptions({ auth, listen }: ConfigDraft): AuthOptions {
  const { apiKeys, oauth } = auth;
  if (oauth === undefined) return { apiKeys, oauth: undefined };
  const { issuer, jwksUrl, rules } = oauth;
  const audience = oauth.audience ?? `${(listen.publicUrl ?? "").replace(/\/+$/, "")}/mcp`;
  return { apiKeys, oauth: { issuer, audience, jwksUrl, rules } };
}

/** Checks that it is said what tokens must be for. */
export function checkAuth(content: Readonly<Record<string, unknown>>): readonly Finding[] {
  const { auth, listen } = content;
  const oauth = isRecord(auth) ? auth["oauth"] : undefined;
  const isSaid = isRecord(oauth) && oauth["audience"] !== undefined;
  const isKnown = isRecord(listen) && listen["publicUrl"] !== undefined;
  if (!isRecord(oauth) || isSaid || isKnown) return [];
  const message = "auth.oauth needs an audience, or listen.publicUrl, from which it follows: what are tokens for?";
  return [{ path: ["auth", "oauth"], message }];
}
