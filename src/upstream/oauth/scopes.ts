/** Most scopes that one login asks for; what an upstream lists beyond them is left out. */
const maxScopes = 200;

/** The scopes in a text as OAuth writes them: separated by spaces, each once, in order. What is no scope is left out. */
export function scopesIn(text: string | undefined): readonly string[] {
  return text === undefined ? [] : unionOf(text.split(" "));
}

/** All scopes of the lists, each once, in order of their first mention. */
export function unionOf(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat().filter((scope) => /^[\u0021\u0023-\u005b\u005d-\u007e]+$/.test(scope)))].slice(
    0,
    maxScopes,
  );
}

/** The scopes of the first list that the second lacks. */
export function missingFrom(had: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((scope) => !had.includes(scope));
}

/** What decides which scopes a login asks for. */
export interface ScopeSources {
  /** Those that the refused request needs. */
  readonly challenged: readonly string[];
  /** Those that the operator configured. */
  readonly configured: readonly string[];
  /** Those that earlier logins at the same authorization server asked for. */
  readonly earlier: readonly string[];
  /** Those in the protected resource metadata. */
  readonly ofResource: readonly string[];
  /** Those in the authorization server's metadata. */
  readonly ofServer: readonly string[];
}

/**
 * The scopes to ask for; none means that the parameter is left out.
 *
 * The challenge says what the request needs; where there is none, the operator's wish and else the resource's own list stands in.
 * What was asked for before stays, so that nothing is lost. `offline_access` joins where the authorization server knows it: without
 * it, many give no refresh token, and a person would have to log in anew whenever the token expires.
 *
 * @see MCP 2026-07-28, basic/authorization, Scope Selection Strategy, Step-Up Authorization Flow and Refresh Tokens.
 */
export function scopesToAsk(sources: ScopeSources): readonly string[] {
  const { challenged, configured, earlier, ofResource, ofServer } = sources;
  const needed = unionOf(earlier, configured, challenged);
  const asked = needed.length === 0 ? unionOf(ofResource) : needed;
  if (asked.length === 0) return [];
  return ofServer.includes("offline_access") ? unionOf(asked, ["offline_access"]) : asked;
}
