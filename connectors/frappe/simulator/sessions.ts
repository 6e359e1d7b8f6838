import type { IncomingMessage } from "node:http";
import { hexadecimal, refusalBody } from "./error-body.ts";
import { type Json, textOf } from "./json.ts";
import { raised, thrown } from "./raised.ts";
import { type Answer, answered } from "./request.ts";
import type { SiteState } from "./site.ts";

/** Who asks, by the header or cookie of a request. @throws {Raised} `AuthenticationError`, `CSRFTokenError`. */
export function authenticated(site: SiteState, request: IncomingMessage): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) return byHeader(site, authorization);
  const session = site.sessions.get(sidOf(request));
  if (session === undefined) return "Guest";
  const isChanging = request.method !== "GET" && request.method !== "HEAD";
  // A session is asked for its token only once a page was loaded that has it.
  if (isChanging && session.csrfToken !== undefined && request.headers["x-frappe-csrf-token"] !== session.csrfToken) {
    throw thrown("CSRFTokenError", "Invalid Request");
  }
  return session.user;
}

function byHeader(site: SiteState, authorization: string): string {
  const [scheme = "", value = ""] = authorization.split(" ");
  if (scheme.toLowerCase() === "bearer") {
    const user = site.bearers.get(value);
    if (user !== undefined) return user;
    throw raised("AuthenticationError");
  }
  const pair = scheme.toLowerCase() === "basic" ? Buffer.from(value, "base64").toString() : value;
  const [key = "", secret = ""] = pair.split(":");
  const known = site.secrets.get(key);
  if (known === undefined || known.secret !== secret) throw raised("AuthenticationError");
  return known.user;
}

/** Logs somebody in by name and password. */
export function loggedIn(site: SiteState, args: Json): Answer {
  const user = textOf(args["usr"]);
  if (site.passwords.get(user) !== textOf(args["pwd"]) || textOf(args["pwd"]) === "") return refusedLogin(site);
  const sid = hexadecimal(56, site.random);
  site.sessions.set(sid, { user, csrfToken: undefined });
  const full_name = textOf(site.store.get("User", user)?.["full_name"]) || user;
  return {
    ...answered({ message: "Logged In", home_page: "/app", full_name }),
    cookies: cookiesOf(sid, user, full_name),
  };
}

function refusedLogin(site: SiteState): Answer {
  const body = refusalBody(raised("AuthenticationError"), site.version, site.random);
  // Version 14 was recorded with the name of a failure that was over by then.
  const stale = site.version === 14 ? { exc_type: "DoesNotExistError" } : {};
  return answered({ message: "Invalid login credentials", ...body, ...stale }, 401);
}

/** Ends a session. */
export function loggedOut(site: SiteState, request: IncomingMessage): Answer {
  site.sessions.delete(sidOf(request));
  const body = site.version === 15 ? { message: "No App", home_page: "/login", full_name: "Guest" } : {};
  return { ...answered(body), cookies: cookiesOf("Guest", "Guest", "Guest") };
}

/** The page of the desk, which has the token that changes must bring from then on. */
export function deskPage(site: SiteState, request: IncomingMessage): string {
  const session = site.sessions.get(sidOf(request));
  if (session !== undefined) session.csrfToken ??= hexadecimal(56, site.random);
  return `<!doctype html><title>Desk</title><script>frappe.csrf_token = "${session?.csrfToken ?? ""}";</script>`;
}

function sidOf(request: IncomingMessage): string {
  return /(?:^|;\s*)sid=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
}

function cookiesOf(sid: string, user: string, fullName: string): readonly string[] {
  return [
    `sid=${sid}; HttpOnly; Path=/; SameSite=Lax`,
    `user_id=${encodeURIComponent(user)}; Path=/; SameSite=Lax`,
    `full_name=${encodeURIComponent(fullName)}; Path=/; SameSite=Lax`,
  ];
}
