import type { JWTVerifyGetKey } from "jose";
import { GatewayError, messageOf } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import type { TokenOptions } from "./options.ts";

const answerMs = 5000;
const maxMetadataBytes = 256 * 1024;
/** How long the issuer's keys count as known, and how long an unknown key is not looked for again, in ms. */
const keepMs = 600_000;
const cooldownMs = 30_000;

/**
 * Where the keys of an issuer are looked up: fetched when first needed, kept ten minutes, fetched again when a token names one that is not
 * among them, at most every 30 seconds.
 *
 * @throws {GatewayError} `auth_unavailable` — the issuer's metadata cannot be had, or are another's.
 * @see RFC 8414, 3; OpenID Connect Discovery 1.0, 4; RFC 7517.
 */
export async function issuerKeys({ issuer, jwksUrl }: TokenOptions): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import("jose");
  const url = new URL(jwksUrl ?? (await discoveredKeys(issuer)));
  return createRemoteJWKSet(url, {
    timeoutDuration: answerMs,
    cacheMaxAge: keepMs,
    cooldownDuration: cooldownMs,
  });
}

async function discoveredKeys(issuer: string): Promise<string> {
  let problem: unknown;
  for (const address of metadataAddresses(issuer)) {
    try {
      return await keysNamedAt(address, issuer);
    } catch (thrown) {
      problem ??= thrown;
    }
  }
  throw unavailable(issuer, problem);
}

async function keysNamedAt(address: URL, issuer: string): Promise<string> {
  const response = await fetch(address, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  if (text.length > maxMetadataBytes) throw new Error("the metadata are too long");
  const metadata: unknown = JSON.parse(text);
  if (!isJsonObject(metadata) || stringAt(metadata, "issuer") !== issuer) {
    throw new Error("the metadata are those of another issuer");
  }
  const keys = stringAt(metadata, "jwks_uri");
  if (keys === undefined || !isSafe(keys)) throw new Error("the metadata name no keys at an https address");
  return keys;
}

/** In the order of MCP 2026-07-28, basic/authorization/authorization-server-discovery. */
function metadataAddresses(issuer: string): URL[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const inserted = ["oauth-authorization-server", "openid-configuration"].map(
    (name) => new URL(`/.well-known/${name}${path}`, origin),
  );
  return path === "" ? inserted : [...inserted, new URL(`${path}/.well-known/openid-configuration`, origin)];
}

/** Whether nobody on the way can change what is read from there. */
export function isSafe(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLocal(url.hostname));
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The error for tokens that cannot be judged as their issuer cannot be asked: then nobody gets in with one. */
export function unavailable(issuer: string, cause: unknown): GatewayError {
  return new GatewayError(
    "auth_unavailable",
    `Access tokens cannot be checked: the authorization server ${issuer} does not give its keys (${reasonOf(cause)})`,
    { data: { issuer }, cause },
  );
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Error ? messageOf(cause) : messageOf(thrown);
}
