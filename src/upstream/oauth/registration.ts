import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../../core/json.ts";
import { isLoopbackUrl } from "./address.ts";
import { type Client, methodToRegister } from "./client-auth.ts";
import type { RegisteredClient } from "./credentials.ts";
import type { Fetch } from "./guarded-fetch.ts";
import type { OAuthSettings } from "./settings.ts";
import { missingFrom } from "./scopes.ts";
import { type ServerMetadata, unusable } from "./sdk.ts";

/** Who we are at an authorization server, and how we came to be it. */
export type ChosenClient =
  | { readonly kind: "configured"; readonly client: Client }
  | { readonly kind: "metadata_document"; readonly client: Client }
  | { readonly kind: "registered"; readonly client: RegisteredClient; readonly isNew: boolean };

/** What the choice of a client depends on. */
export interface RegistrationOptions {
  readonly server: ServerMetadata;
  readonly settings: OAuthSettings;
  /** From an earlier registration at this very server. */
  readonly registered: RegisteredClient | undefined;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Wall time in ms. */
  readonly now: number;
  readonly fetchFn: Fetch;
}

/**
 * The client to log in as: the configured one; else the client ID metadata document, where the server takes such; else the one that is
 * registered already and still fits; else a newly registered one.
 *
 * @throws {GatewayError} `login_required` — none of these is possible, so that a person must configure a client;
 *   `upstream_protocol_error` — the registration was refused or its answer is malformed; what {@link Fetch} throws.
 * @see MCP 2026-07-28, basic/authorization/client-registration.
 */
export async function chooseClient(options: RegistrationOptions): Promise<ChosenClient> {
  const { server, settings, registered } = options;
  if (settings.clientId !== undefined) {
    return { kind: "configured", client: { id: settings.clientId, secret: settings.clientSecret } };
  }
  if (settings.clientMetadataUrl !== undefined && server.client_id_metadata_document_supported === true) {
    return { kind: "metadata_document", client: { id: settings.clientMetadataUrl } };
  }
  if (registered !== undefined && stillFits(registered, options)) {
    return { kind: "registered", client: registered, isNew: false };
  }
  if (server.registration_endpoint === undefined) {
    throw new GatewayError(
      "login_required",
      `The authorization server ${server.issuer} registers no clients by itself`,
      {
        data: {
          stage: "login",
          suggestion:
            "Register one there by hand, and put what it gives you into oauth.clientId and oauth.clientSecret.",
        },
      },
    );
  }
  return { kind: "registered", client: await register(server.registration_endpoint, options), isNew: true };
}

function stillFits(client: RegisteredClient, { redirectUri, scopes, now }: RegistrationOptions): boolean {
  const { secretExpiresAt } = client;
  if (client.redirectUri !== redirectUri || missingFrom(client.scopes, scopes).length > 0) return false;
  return secretExpiresAt === undefined || secretExpiresAt > now;
}

/** @see RFC 7591, 3; MCP 2026-07-28, basic/authorization/client-registration, Application Type. */
async function register(endpoint: string, options: RegistrationOptions): Promise<RegisteredClient> {
  const { server, redirectUri, scopes, fetchFn } = options;
  const response = await fetchFn(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({
      client_name: "Switchyard",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: isLoopbackUrl(new URL(redirectUri)) ? "native" : "web",
      token_endpoint_auth_method: methodToRegister(server.token_endpoint_auth_methods_supported),
      scope: scopes.length === 0 ? undefined : scopes.join(" "),
    }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  const body: JsonObject = isJsonObject(answer) ? answer : {};
  const id = stringAt(body, "client_id");
  if (!response.ok || id === undefined) throw refused(server.issuer, response.status, stringAt(body, "error"));
  const expires = body["client_secret_expires_at"];
  return {
    id,
    secret: stringAt(body, "client_secret"),
    authMethod: stringAt(body, "token_endpoint_auth_method"),
    redirectUri,
    scopes,
    secretExpiresAt: typeof expires === "number" && expires > 0 ? expires * 1000 : undefined,
  };
}

function refused(issuer: string, status: number, error: string | undefined): GatewayError {
  const reason = error !== undefined && /^[a-z_]{1,64}$/.test(error) ? `HTTP ${status}, ${error}` : `HTTP ${status}`;
  return unusable(`The authorization server ${issuer} did not register us as a client (${reason})`, {
    suggestion:
      "Register a client there by hand, and put what it gives you into oauth.clientId and oauth.clientSecret.",
  });
}
