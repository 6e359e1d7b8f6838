import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { isAtLeast } from "../../rest/release.ts";
import type { Site, SimulatedUser } from "../site.ts";
import { type Reply, Refused, problem } from "./reply.ts";
import { type Route, isRecord } from "./route.ts";

/** What a request is about to be answered with, for those who want to see or spoil it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
  readonly reply: Reply;
}

/**
 * What happens to an answer: it is given as it is (undefined), another is given, the connection is cut in its middle, or nothing more comes
 * after its middle.
 */
export type Spoil = (exchange: Exchange) => Reply | "cut" | "stall" | undefined;

/** The simulated REST API 1.0 of a site as an HTTP server that does not listen yet. */
export function restServer(site: Site, routes: readonly Route[], spoil: Spoil = () => undefined): Server {
  const find = finder(routes.filter((route) => isIn(site, route)));
  return createServer((request, response) => {
    serve(site, find, request, spoil).then(
      ({ reply, fate }) => {
        send(site, response, reply, fate);
      },
      () => {
        // The request was not sent to its end: nobody is there to be answered.
        response.destroy();
      },
    );
  });
}

/** Whether a version of Checkmk has a route. */
function isIn({ version, edition }: Site, { since, until }: Route): boolean {
  const release = { version, edition };
  if (since !== undefined && !isAtLeast(release, since)) return false;
  return until === undefined || !isAtLeast(release, until);
}

function notThere(find: Find, path: string): Reply {
  const isOther = ["GET", "POST", "PUT", "DELETE"].some((method) => find(method, path) !== undefined);
  return isOther
    ? problem(405, "Method Not Allowed", "The method is not allowed for the requested URL.")
    : problem(404, "Not Found", `The requested URL ${path} was not found on the server.`);
}

type Find = (method: string, path: string) => Found | undefined;

interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

async function serve(site: Site, find: Find, request: IncomingMessage, spoil: Spoil) {
  const text = await bodyOf(request);
  const url = new URL(request.url ?? "/", "http://simulator");
  const root = `/${site.name}/check_mk/api/1.0`;
  const body: unknown = parsed(text);
  const path = url.pathname.startsWith(`${root}/`) ? url.pathname.slice(root.length) : undefined;
  const reply = path === undefined ? noSite(url) : await answered(site, find, { request, url, path, text, body });
  const { method = "GET", headers } = request;
  const fate = spoil({ method, path: path ?? url.pathname, query: url.searchParams, headers, body, reply });
  return typeof fate === "object" ? { reply: fate, fate: undefined } : { reply, fate };
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly path: string;
  readonly text: string;
  readonly body: unknown;
}

async function answered(site: Site, find: Find, { request, url, path, text, body }: Arrived): Promise<Reply> {
  const user = userOf(site.users, request.headers.authorization);
  if (typeof user === "string") return problem(401, user, "You need to be authenticated to use the REST API.");
  const found = find(request.method ?? "GET", path);
  if (found === undefined) return notThere(find, path);
  const wrong = wrongHeaders(request, text);
  if (wrong !== undefined) return wrong;
  const { route, params } = found;
  const { permission } = route;
  if (permission !== undefined && user.lacks?.includes(permission) === true) {
    return problem(403, "Forbidden", `You are not permitted to do this: the permission ${permission} is missing`);
  }
  if (text !== "" && !isRecord(body)) return problem(400, "Bad Request", "The request body is no JSON object");
  try {
    site.estate.passTime();
    const { ifMatch } = { ifMatch: request.headers["if-match"] };
    const given = isRecord(body) ? body : {};
    return await route.run({ params, query: url.searchParams, body: given, ifMatch, user, path: url.pathname, site });
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.reply;
    throw thrown;
  }
}

/** What a web server says that has no such site. */
function noSite(url: URL): Reply {
  const html = `<html><body><h1>404 Not Found</h1><p>${encodeURI(url.pathname)}</p></body></html>`;
  return { status: 404, body: html, headers: { "content-type": "text/html" } };
}

function wrongHeaders(request: IncomingMessage, text: string): Reply | undefined {
  const { accept = "*/*" } = request.headers;
  if (!/\*\/\*|application\/(?:json|\*)/.test(accept)) {
    return problem(
      406,
      "Not Acceptable",
      "Can not send a response with the content type specified in the 'Accept' Header.",
    );
  }
  if (text !== "" && !/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    return problem(
      415,
      "Unsupported Media Type",
      "Content-Type not valid for this endpoint: application/json is needed",
    );
  }
  return undefined;
}

function userOf(users: readonly SimulatedUser[], authorization: string | undefined): SimulatedUser | string {
  const [, name, secret] = /^Bearer (\S+) (.*)$/.exec(authorization ?? "") ?? [];
  if (name === undefined) return "You need to be authenticated to use the REST API.";
  const user = users.find((each) => each.name === name);
  return user?.secret === secret && user !== undefined ? user : "Invalid credentials (wrong user or secret)";
}

/** Paths of the specification as patterns; a name in a path has no slash, as it is quoted twice. */
function finder(routes: readonly Route[]): Find {
  const known = routes.map((route) => {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const pattern = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`);
    return { route, names, pattern };
  });
  return (method, path) => {
    for (const { route, names, pattern } of known) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const params = names.map((name, at): [string, string] => [name, unquotedTwice(match[at + 1] ?? "")]);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  };
}

function unquotedTwice(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function send(site: Site, response: ServerResponse, reply: Reply, fate: "cut" | "stall" | undefined): void {
  const { status, body, headers } = reply;
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    ...(text !== "" && { "content-type": "application/json" }),
    "content-length": Buffer.byteLength(text),
    "x-checkmk-edition": site.edition,
    "x-checkmk-version": site.version,
    ...headers,
  });
  if (fate === undefined) {
    response.end(text);
    return;
  }
  response.write(text.slice(0, text.length / 2));
  if (fate === "cut") setImmediate(() => response.destroy());
}
