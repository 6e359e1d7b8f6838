import { scopesIn } from "./scopes.ts";

/** What an upstream says about the token it wants, with a 401 or 403. */
export interface Challenge {
  /** Where its protected resource metadata is. */
  readonly metadataUrl: string | undefined;
  /** The scopes that the refused request needs; empty where it does not say. */
  readonly scopes: readonly string[];
  /** `invalid_token`, `insufficient_scope`. */
  readonly error: string | undefined;
}

/** Longest header that is looked at, in characters. */
const maxHeader = 8192;

/**
 * The Bearer challenge in a `WWW-Authenticate` header, which may hold challenges of other schemes around it.
 *
 * @see RFC 9110, 11.6.1; RFC 6750, 3; RFC 9728, 5.1.
 */
export function bearerChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const bearers = challengesIn(header.slice(0, maxHeader)).filter(({ scheme }) => scheme === "bearer");
  const bearer = bearers.find(({ params }) => params.has("resource_metadata")) ?? bearers[0];
  if (bearer === undefined) return undefined;
  return {
    metadataUrl: bearer.params.get("resource_metadata"),
    scopes: scopesIn(bearer.params.get("scope")),
    error: bearer.params.get("error"),
  };
}

interface SchemeChallenge {
  readonly scheme: string;
  readonly params: Map<string, string>;
}

/** A parameter, or else a scheme with what may follow it as a token68. */
const part =
  /[\s,]*(?:(?<name>[\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s,"=]+))(?=\s*(?:,|$))|(?<scheme>[\w!#$%&'*+.^`|~-]+)(?:\s+[\w.~+/-]+=*(?=\s*(?:,|$)))?)/y;

function challengesIn(header: string): readonly SchemeChallenge[] {
  const found: SchemeChallenge[] = [];
  part.lastIndex = 0;
  for (let match = part.exec(header); match !== null; match = part.exec(header)) {
    const { name, quoted, bare, scheme } = match.groups ?? {};
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), params: new Map() });
    else if (name !== undefined) {
      const { params } = found.at(-1) ?? {};
      const key = name.toLowerCase();
      if (params?.has(key) === false) params.set(key, quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
    }
  }
  return found;
}
