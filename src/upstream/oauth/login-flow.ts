import { GatewayError } from "../../core/errors.ts";
import type { Client } from "./client-auth.ts";
import type { Tokens } from "./credentials.ts";
import type { Discovery } from "./discovery.ts";
import type { Fetch } from "./guarded-fetch.ts";
import { checkIssuer } from "./issuer.ts";
import { scopesIn } from "./scopes.ts";
import { beginLogin, redeemCode } from "./sdk.ts";

/** Everything that a login needs besides a person: an address to log in at can be made of it again and again. */
export interface LoginPlan {
  readonly discovery: Discovery;
  readonly client: Client;
  readonly isRegistered: boolean;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** A login that a person was sent to. */
export interface OpenLogin {
  readonly plan: LoginPlan;
  readonly state: string;
  readonly url: URL;
  /** Secret: redeems the code. */
  readonly verifier: string;
}

/** Makes the address where a person logs in; `state` will come back with the answer. */
export async function openLogin(plan: LoginPlan, state: string): Promise<OpenLogin> {
  const { discovery, client, redirectUri, scopes } = plan;
  const { server, resource } = discovery;
  return { plan, state, ...(await beginLogin({ server, client, redirectUri, state, scopes, resource })) };
}

/** An authorization server's refusal of a login. */
export interface LoginRefusal {
  readonly kind: "refused";
  readonly error: string;
}

/**
 * Turns the answer that came back with the person into tokens. The caller has checked `state`.
 *
 * @throws {GatewayError} `login_failed` — the answer is not from the server that was asked, or is no answer; and what
 *   {@link redeemCode} throws.
 */
export async function finishLogin(
  { plan, verifier }: OpenLogin,
  answer: URLSearchParams,
  fetchFn: Fetch,
): Promise<{ readonly kind: "granted"; readonly tokens: Tokens } | LoginRefusal> {
  const { server, resource } = plan.discovery;
  const iss = answer.get("iss") ?? undefined;
  const sendsIss = server.authorization_response_iss_parameter_supported === true;
  checkIssuer(iss, { issuer: server.issuer, sendsIss });
  const code = answer.get("code");
  if (code === null) return { kind: "refused", error: errorIn(answer) };
  const { client, isRegistered, redirectUri } = plan;
  const outcome = await redeemCode({ server, client, resource, fetchFn }, { code, iss, verifier, redirectUri });
  if (outcome.kind === "refused") return outcome;
  const { accessToken, refreshToken, scope } = outcome.tokens;
  // A server that says nothing about scopes has granted those asked for (RFC 6749, 5.1).
  const granted = scope === undefined ? plan.scopes : scopesIn(scope);
  const { id, secret, authMethod } = client;
  const registered = isRegistered ? { registered: { id, secret, authMethod } } : {};
  return { kind: "granted", tokens: { accessToken, refreshToken, clientId: id, ...registered, resource, granted } };
}

function errorIn(answer: URLSearchParams): string {
  const error = answer.get("error");
  if (error !== null && /^[a-z_]{1,64}$/.test(error)) return error;
  throw loginFailed("The answer to the login holds neither a code nor an error");
}

/** The error for a login that came to nothing. */
export function loginFailed(message: string): GatewayError {
  return new GatewayError("login_failed", message, { data: { stage: "login" } });
}
