import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import type { Client } from "./client-auth.ts";
import type { IssuerCredentials, Login, RegisteredClient, Tokens } from "./credentials.ts";

/** Logins as text, for {@link loginsIn}. Secret. */
export function loginsText(logins: ReadonlyMap<string, Login>): string {
  return JSON.stringify({ logins: [...logins] });
}

/** The logins in a text; undefined where it holds anything else. Unknown members are dropped, malformed parts count as absent. */
export function loginsIn(text: string): ReadonlyMap<string, Login> | undefined {
  const read: unknown = JSON.parse(text);
  const entries = isJsonObject(read) ? read["logins"] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const logins = new Map<string, Login>();
  for (const entry of entries) {
    const [name, value]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const login = isJsonObject(value) ? loginOf(value) : undefined;
    if (typeof name === "string" && login !== undefined) logins.set(name, login);
  }
  return logins;
}

function loginOf(value: JsonObject): Login | undefined {
  const url = stringAt(value, "url");
  if (url === undefined) return undefined;
  const issuers = Object.entries(objectAt(value, "issuers") ?? {}).flatMap(([issuer, credentials]) =>
    isJsonObject(credentials) ? [[issuer, credentialsOf(credentials)]] : [],
  );
  const configured = objectAt(value, "configured");
  const clientId = configured === undefined ? undefined : stringAt(configured, "clientId");
  const issuer = configured === undefined ? undefined : stringAt(configured, "issuer");
  return {
    url,
    issuer: stringAt(value, "issuer"),
    issuers: Object.fromEntries(issuers),
    configured: clientId === undefined || issuer === undefined ? undefined : { clientId, issuer },
  };
}

function credentialsOf(value: JsonObject): IssuerCredentials {
  const client = registeredClientOf(objectAt(value, "client") ?? {});
  const tokens = tokensOf(objectAt(value, "tokens") ?? {});
  return {
    ...(client === undefined ? {} : { client }),
    ...(tokens === undefined ? {} : { tokens }),
    asked: textsAt(value, "asked"),
  };
}

function clientOf(value: JsonObject): Client | undefined {
  const id = stringAt(value, "id");
  if (id === undefined) return undefined;
  return { id, secret: stringAt(value, "secret"), authMethod: stringAt(value, "authMethod") };
}

function registeredClientOf(value: JsonObject): RegisteredClient | undefined {
  const [client, redirectUri] = [clientOf(value), stringAt(value, "redirectUri")];
  if (client === undefined || redirectUri === undefined) return undefined;
  const { secretExpiresAt } = value;
  return {
    ...client,
    redirectUri,
    scopes: textsAt(value, "scopes"),
    secretExpiresAt: typeof secretExpiresAt === "number" ? secretExpiresAt : undefined,
  };
}

function tokensOf(value: JsonObject): Tokens | undefined {
  const [accessToken, clientId, resource] = ["accessToken", "clientId", "resource"].map((key) => stringAt(value, key));
  if (accessToken === undefined || clientId === undefined || resource === undefined) return undefined;
  const registered = clientOf(objectAt(value, "registered") ?? {});
  return {
    accessToken,
    clientId,
    resource,
    ...(registered === undefined ? {} : { registered }),
    refreshToken: stringAt(value, "refreshToken"),
    granted: textsAt(value, "granted"),
  };
}

function textsAt(value: JsonObject, key: string): readonly string[] {
  const texts = value[key];
  return Array.isArray(texts) ? texts.filter((text) => typeof text === "string") : [];
}
