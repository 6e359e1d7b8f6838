import { safeUrl } from "./address.ts";
import type { Fetch } from "./guarded-fetch.ts";
import { type ServerMetadata, readResourceMetadata, readServerMetadata, unusable } from "./sdk.ts";

/** Where and for what to log in. */
export interface Discovery {
  readonly server: ServerMetadata;
  /** What tokens are asked for and sent to, as `resource` (RFC 8707). */
  readonly resource: string;
  /** The scopes that the resource names itself. */
  readonly scopes: readonly string[];
}

/** What discovery starts from. */
export interface DiscoveryOptions {
  readonly upstream: URL;
  /** From the challenge. */
  readonly metadataUrl: string | undefined;
  /** Issuers that we have credentials of: one of them is preferred where the upstream names several. */
  readonly known: readonly string[];
  readonly fetchFn: Fetch;
}

/**
 * Finds out which authorization server gives tokens for an upstream; undefined where the upstream says nothing about any, so that it wants
 * something else than OAuth.
 *
 * An upstream without resource metadata (servers of 2025-03-26) is taken to have its authorization server at its own origin, where that
 * has metadata. One that cannot do PKCE with S256, or does not say so, is refused, as the specification wants.
 *
 * @throws {GatewayError} `upstream_protocol_error` — nothing usable is found; `upstream_unavailable`.
 * @see MCP 2026-07-28, basic/authorization/authorization-server-discovery and security-considerations.
 */
export async function discover({
  upstream,
  metadataUrl,
  known,
  fetchFn,
}: DiscoveryOptions): Promise<Discovery | undefined> {
  const metadata = await readResourceMetadata(upstream, metadataUrl, fetchFn);
  const named = metadata?.authorizationServers ?? [];
  const issuer = named.find((name) => known.includes(name)) ?? named[0] ?? `${upstream.origin}/`;
  const server = await readServerMetadata(issuer, fetchFn);
  if (server === undefined) {
    if (metadata === undefined && metadataUrl === undefined) return undefined;
    throw unusable(`The authorization server ${issuer} has no metadata`);
  }
  if (server.code_challenge_methods_supported?.includes("S256") !== true) {
    throw unusable(
      `The authorization server ${server.issuer} does not offer PKCE with S256, without which a login is not safe`,
    );
  }
  if (safeUrl(server.authorization_endpoint, upstream) === undefined) {
    throw unusable(`The login page of the authorization server ${server.issuer} is not at an https address`);
  }
  return { server, resource: metadata?.resource ?? canonicalOf(upstream), scopes: metadata?.scopes ?? [] };
}

/**
 * The address without its query, which may hold a secret.
 *
 * @see MCP 2026-07-28, basic/authorization, Canonical Server URI; RFC 8707, 2.
 */
function canonicalOf({ origin, pathname }: URL): string {
  return pathname === "/" ? origin : `${origin}${pathname}`;
}
