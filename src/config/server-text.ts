import type { Path } from "./content.ts";
import { urlTypes, webSocketTypes } from "./schema.ts";

/** What is wrong with a resolved string at `key` of a server of this `type`, as a clause that does not repeat it. */
export function textTrouble(key: string, text: string, type: unknown): string | undefined {
  if (text.includes("\0")) return "must not hold a NUL character";
  if (key === "url") return urlTrouble(text, type);
  if (key === "headers" && /[^\t\u0020-\u007e\u0080-\u00ff]/.test(text)) {
    return "must be text that fits an HTTP header: no line breaks, no control characters, nothing beyond Latin-1";
  }
  if (key === "clientMetadataUrl") return metadataUrlTrouble(text);
  return filledKeys.has(key) && text.trim() === "" ? "must not be empty" : undefined;
}

const filledKeys: ReadonlySet<string> = new Set(["command", "cwd", "envFile", "clientId", "clientSecret"]);

/** The key that says what a string of a server is; inside `oauth` the inner one. */
export function textKeyAt(path: Path): string {
  return String(path[2] === "oauth" ? path[3] : path[2]);
}

/** @see MCP 2026-07-28, basic/authorization/client-registration, Implementation Requirements. */
function metadataUrlTrouble(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.protocol === "https:" && url.pathname !== "/" && url.username === "" && url.password === "")
    return undefined;
  return "must be an https URL with a path";
}

function urlTrouble(text: string, type: unknown): string | undefined {
  const { fitting, told } = schemesOf(type);
  const url = URL.parse(text);
  if (url === null || !fitting.test(url.protocol)) return `must be ${told} URL`;
  if (url.username !== "" || url.password !== "") {
    return 'must not hold a user name or a password; send them in "headers" as Authorization';
  }
  return undefined;
}

/** The schemes that a server's url may have, and how they are told. */
function schemesOf(type: unknown): { readonly fitting: RegExp; readonly told: string } {
  if (isOneOf(webSocketTypes, type)) return { fitting: /^wss?:$/, told: "a ws or wss" };
  if (isOneOf(urlTypes, type)) return { fitting: /^https?:$/, told: "an http or https" };
  return { fitting: /^(?:http|ws)s?:$/, told: "an http, https, ws or wss" };
}

function isOneOf(types: readonly string[], type: unknown): boolean {
  return types.some((known) => known === type);
}

/** What is wrong with the name of an environment variable or a header, as a clause that does not repeat it. */
export function nameTrouble(key: "env" | "headers", name: string): string | undefined {
  if (key === "env") {
    const isUsable = name !== "" && name !== "__proto__" && !/[=\0]/.test(name);
    return isUsable ? undefined : "is not the name of an environment variable";
  }
  const isToken = name !== "__proto__" && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  return isToken ? undefined : "is not the name of an HTTP header";
}
