import type { Access } from "../access/access.ts";
import { holdsKey } from "../access/api-key.ts";
import { scopesIn } from "../access/claims.ts";
import { type Principal, isRole } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import type { PublicUrl } from "./public-url.ts";
import { refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";
import { wantsWebSocket } from "./web-socket-endpoint.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";

/** Where clients learn which authorization server to go to (RFC 9728, 3); with the path of what they asked for after it. */
export const metadataPath = "/.well-known/oauth-protected-resource";

/** How a web page, which cannot set headers, says who it is when it opens a WebSocket: a subprotocol that begins so, beside `mcp`. */
export const bearerSubprotocol = "bearer.";

/** Asks whoever comes in over HTTP who they are, and tells those who may not what they lack. */
export class Door {
  readonly #access: Access;
  readonly #publicUrl: PublicUrl;

  constructor(access: Access, publicUrl: PublicUrl) {
    this.#access = access;
    this.#publicUrl = publicUrl;
  }

  /**
   * Who sends a request.
   *
   * @throws {GatewayError} what {@link Access.admit} throws, also as a rejection.
   */
  admit(request: HttpRequest): Principal | Promise<Principal> {
    return this.#access.admit({
      authorization: authorizationIn(request),
      address: this.addressOf(request),
    });
  }

  /** The address of the client, behind the proxies that are trusted. */
  addressOf(request: HttpRequest): string {
    return this.#publicUrl.addressOf(request);
  }

  /** Somebody who was admitted, for the REST side. */
  visitor(request: HttpRequest, principal: Principal): Visitor {
    const ownOrigin = new URL(this.#publicUrl.of(request)).origin;
    return { principal, address: this.addressOf(request), ownOrigin };
  }

  /** The host that a client has asked for. */
  hostOf(request: HttpRequest): string | undefined {
    return this.#publicUrl.hostOf(request);
  }

  /** Refuses a request; who may not come in, or not do what it wants, is told how it may. */
  refuse(request: HttpRequest, response: HttpResponse, error: GatewayError): void {
    for (const [name, value] of Object.entries(this.headersFor(request, error))) {
      if (!response.headersSent) response.setHeader(name, value);
    }
    refuse(response, error);
  }

  /**
   * The headers that go with a refusal.
   *
   * @see RFC 6750, 3; RFC 9728, 5.1; MCP 2026-07-28, basic/authorization, Error Handling.
   */
  headersFor(request: HttpRequest, { code, data }: GatewayError): Readonly<Record<string, string>> {
    if (code === "too_many_guesses") {
      return { "retry-after": String(Math.max(1, Math.ceil(Number(data?.["retryAfterMs"]) / 1000))) };
    }
    if (code === "unauthenticated") {
      const isWrong = authorizationIn(request) !== undefined;
      return { "www-authenticate": this.#challenge(request, isWrong ? "invalid_token" : undefined) };
    }
    const isByToken = code === "forbidden" && this.#access.options.oauth !== undefined;
    if (!isByToken) return {};
    const from = data?.["from"];
    return { "www-authenticate": this.#challenge(request, "insufficient_scope", isRole(from) ? from : undefined) };
  }

  /** Nothing in it comes from the request but the address under which it reached us, which has been checked. */
  #challenge(request: HttpRequest, error?: string, from?: Principal["role"]): string {
    const { oauth } = this.#access.options;
    const scopes = oauth === undefined ? [] : scopesIn(oauth.rules, from);
    const parameters = [
      ...(error === undefined ? [] : [`error="${error}"`]),
      ...(oauth === undefined ? [] : [`resource_metadata="${this.#publicUrl.of(request)}${metadataPath}/mcp"`]),
      ...(scopes.length === 0 ? [] : [`scope="${scopes.join(" ")}"`]),
    ];
    return parameters.length === 0 ? "Bearer" : `Bearer ${parameters.join(", ")}`;
  }

  /**
   * What clients must know to get an access token; undefined where none are taken.
   *
   * @see RFC 9728, 2; MCP 2026-07-28, basic/authorization/authorization-server-discovery.
   */
  metadata(request: HttpRequest): object | undefined {
    const { oauth } = this.#access.options;
    if (oauth === undefined) return undefined;
    const scopes = scopesIn(oauth.rules);
    return {
      resource: `${this.#publicUrl.of(request)}/mcp`,
      authorization_servers: [oauth.issuer],
      bearer_methods_supported: ["header"],
      ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    };
  }
}

function authorizationIn(request: HttpRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined || !wantsWebSocket(request)) return authorization;
  const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
  const carrying = offered.find((name) => name.startsWith(bearerSubprotocol));
  return carrying === undefined ? undefined : `Bearer ${carrying.slice(bearerSubprotocol.length)}`;
}

const secretParameters: ReadonlySet<string> = new Set([
  "access_token",
  "api_key",
  "apikey",
  "authorization",
  "bearer",
  "key",
  "token",
]);

/**
 * Refuses addresses with a secret in them, before anything repeats them.
 *
 * @throws {GatewayError} `credentials_in_url`.
 * @see MCP 2026-07-28, basic/authorization, Token Requirements.
 */
export function checkAddress({ url = "" }: HttpRequest): void {
  const query = url.indexOf("?");
  const named = query === -1 ? [] : [...new URLSearchParams(url.slice(query + 1)).keys()];
  if (!holdsKey(url) && !named.some((name) => secretParameters.has(name.toLowerCase()))) return;
  throw new GatewayError("credentials_in_url", "A key or token stands in the address, where it is not looked at");
}
