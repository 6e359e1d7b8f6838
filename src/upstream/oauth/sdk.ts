import type * as sdkModule from "@modelcontextprotocol/client";
import type { AuthorizationServerMetadata, OAuthTokens } from "@modelcontextprotocol/client";
import { GatewayError, messageOf } from "../../core/errors.ts";
import { type Client, applyClientAuth, clientAuthMethod } from "./client-auth.ts";
import type { Fetch } from "./guarded-fetch.ts";

/** The official SDK's OAuth helpers; nothing else of it is used. */
type Sdk = typeof sdkModule;

/**
 * Loads the SDK, once and late: it takes some 60 ms of CPU, which only those pay who log in.
 *
 * Its own orchestrator, `auth()`, is not used: it asks a person to log in where the authorization server is merely away, redeems a
 * code a second time after a refusal, goes on without PKCE where none is announced, leaves `resource` out where there is no resource
 * metadata, and writes the server's answers to stderr.
 */
function load(): Promise<Sdk> {
  return import("@modelcontextprotocol/client");
}

/** Protected resource metadata, as far as it matters here. */
export interface ResourceMetadata {
  /** Byte for byte as published: so it is sent. */
  readonly resource: string;
  readonly authorizationServers: readonly string[];
  readonly scopes: readonly string[];
}

/** Metadata of an authorization server whose `issuer` was checked. */
export type ServerMetadata = AuthorizationServerMetadata;

/** What an authorization server gave. */
export interface GrantedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** The scopes, where they differ from those asked for. */
  readonly scope: string | undefined;
}

/** Tokens, or the code of an OAuth error (RFC 6749, 5.2) that says that this grant will never give any. */
export type TokenAnswer =
  | { readonly kind: "granted"; readonly tokens: GrantedTokens }
  | { readonly kind: "refused"; readonly error: string };

/**
 * The metadata at `metadataUrl`, else at the well-known addresses of the upstream; undefined where there is none, or it is malformed.
 *
 * @throws {GatewayError} what {@link Fetch} throws; `upstream_protocol_error` — it is about another resource than the upstream.
 * @see RFC 9728, 3; MCP 2026-07-28, basic/authorization/authorization-server-discovery.
 */
export async function readResourceMetadata(
  upstream: URL,
  metadataUrl: string | undefined,
  fetchFn: Fetch,
): Promise<ResourceMetadata | undefined> {
  const sdk = await load();
  const read = (at: string | undefined) =>
    sdk
      .discoverOAuthProtectedResourceMetadata(upstream, at === undefined ? {} : { resourceMetadataUrl: at }, fetchFn)
      .catch(orNothing);
  const found = (metadataUrl === undefined ? undefined : await read(metadataUrl)) ?? (await read(undefined));
  if (found === undefined) return undefined;
  if (!sdk.checkResourceAllowed({ requestedResource: upstream, configuredResource: found.resource })) {
    throw unusable(`The upstream's metadata is about ${found.resource}, which is another resource`);
  }
  return {
    resource: found.resource,
    authorizationServers: found.authorization_servers ?? [],
    scopes: found.scopes_supported ?? [],
  };
}

/** Not there, or not readable: the same for whoever looks elsewhere next. What the fetch itself refused stays an error. */
function orNothing(thrown: unknown): undefined {
  if (thrown instanceof GatewayError) throw thrown;
  return undefined;
}

/**
 * The metadata of the authorization server that `issuer` names, from RFC 8414 or OpenID Connect discovery; undefined where there is none.
 *
 * @throws {GatewayError} `upstream_protocol_error` — it is malformed, or names another issuer; what {@link Fetch} throws.
 */
export async function readServerMetadata(issuer: string, fetchFn: Fetch): Promise<ServerMetadata | undefined> {
  const sdk = await load();
  let found: AuthorizationServerMetadata | undefined;
  try {
    found = await sdk.discoverAuthorizationServerMetadata(issuer, { fetchFn });
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    throw unusable(
      sdk.IssuerMismatchError.isInstance(thrown)
        ? `The metadata of the authorization server ${issuer} is that of another one`
        : `The metadata of the authorization server ${issuer} cannot be used`,
    );
  }
  return found;
}

/** What a login asks for. */
export interface LoginRequest {
  readonly server: ServerMetadata;
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  readonly resource: string;
}

/** Where a person logs in, and the secret half of PKCE (S256) that redeems the code. */
export async function beginLogin(request: LoginRequest): Promise<{ readonly url: URL; readonly verifier: string }> {
  const { server, client, redirectUri, state, scopes, resource } = request;
  const sdk = await load();
  try {
    const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(server.issuer, {
      metadata: server,
      clientInformation: { client_id: client.id },
      redirectUrl: redirectUri,
      state,
      resource,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
    });
    return { url: authorizationUrl, verifier: codeVerifier };
  } catch (thrown) {
    throw unusable(messageOf(thrown));
  }
}

/** What both token requests need. */
export interface TokenRequest {
  readonly server: ServerMetadata;
  readonly client: Client;
  readonly resource: string;
  readonly fetchFn: Fetch;
}

/** Redeems a code. `iss` must have been checked. Throws as {@link refreshTokens}. */
export function redeemCode(
  request: TokenRequest,
  grant: {
    readonly code: string;
    readonly iss: string | undefined;
    readonly verifier: string;
    readonly redirectUri: string;
  },
): Promise<TokenAnswer> {
  return asked(request, async (sdk, common) =>
    sdk.exchangeAuthorization(request.server.issuer, {
      ...common,
      authorizationCode: grant.code,
      codeVerifier: grant.verifier,
      redirectUri: grant.redirectUri,
      ...(grant.iss === undefined ? {} : { iss: grant.iss }),
    }),
  );
}

/**
 * Asks for a new access token; the refresh token stays the old one where the server sends none.
 *
 * @throws {GatewayError} `upstream_unavailable` — the server is away or failing, so that nothing is known of the grant;
 *   `upstream_protocol_error` — its answer cannot be used.
 */
export function refreshTokens(request: TokenRequest, refreshToken: string): Promise<TokenAnswer> {
  return asked(request, async (sdk, common) =>
    sdk.refreshAuthorization(request.server.issuer, { ...common, refreshToken }),
  );
}

function commonOf({ server, client, resource }: TokenRequest, fetchFn: Fetch) {
  const method = clientAuthMethod(client, server.token_endpoint_auth_methods_supported);
  return {
    metadata: server,
    clientInformation: { client_id: client.id },
    resource,
    fetchFn,
    addClientAuthentication: (headers: Headers, body: URLSearchParams): void => {
      applyClientAuth(client, method, headers, body);
    },
  };
}

async function asked(
  request: TokenRequest,
  ask: (sdk: Sdk, common: ReturnType<typeof commonOf>) => Promise<OAuthTokens>,
): Promise<TokenAnswer> {
  const sdk = await load();
  let status = 0;
  const noting: Fetch = async (url, init) => {
    const response = await request.fetchFn(url, init);
    ({ status } = response);
    return response;
  };
  try {
    return { kind: "granted", tokens: usable(await ask(sdk, commonOf(request, noting))) };
  } catch (thrown) {
    // What the SDK throws may quote the server's answer, which may hold a token: of it, only the error code goes on.
    if (thrown instanceof GatewayError) throw thrown;
    const code = sdk.OAuthError.isInstance(thrown) ? thrown.code : undefined;
    const error = code !== undefined && !passing.has(code) && /^[a-z_]{1,64}$/.test(code) ? code : undefined;
    const isRefused = error !== undefined || (status >= 400 && status < 500 && status !== 408 && status !== 429);
    if (isRefused && code !== "temporarily_unavailable") return { kind: "refused", error: error ?? `HTTP ${status}` };
    if (status >= 400) throw failing(request.server.issuer, status);
    throw unusable(`The authorization server ${request.server.issuer} answered with tokens that cannot be used`);
  }
}

/** Codes that say nothing about the grant. `server_error` is also what the SDK calls an answer that is no OAuth error. */
const passing: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable", "too_many_requests"]);

function usable({ access_token, refresh_token, scope, token_type }: OAuthTokens): GrantedTokens {
  if (token_type.toLowerCase() !== "bearer")
    throw unusable("The authorization server gave a token that is no Bearer token");
  if (!/^[\u0021-\u007e]+$/.test(access_token))
    throw unusable("The authorization server gave a token that fits no header");
  return { accessToken: access_token, refreshToken: refresh_token, scope };
}

function failing(issuer: string, status: number): GatewayError {
  return new GatewayError("upstream_unavailable", `The authorization server ${issuer} fails (HTTP ${status})`, {
    data: {
      stage: "login",
      suggestion: "It is tried again. If that goes on, ask whoever runs the authorization server.",
    },
  });
}

const askTheirOperator = "Ask whoever runs the upstream; or give it a token of yours in `headers`.";

/** The error for what an upstream or its authorization server says about logging in, where that cannot be used. */
export function unusable(message: string, { suggestion = askTheirOperator } = {}): GatewayError {
  return new GatewayError("upstream_protocol_error", message, { data: { stage: "login", suggestion } });
}
