import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { sleep } from "switchyard/connector";
import { encodedMessages, refusalBody, refusalBodyV2 } from "./error-body.ts";
import { bodyOf, formOf } from "./form.ts";
import type { SiteLimit } from "./rate-limit.ts";
import { Raised, raised } from "./raised.ts";
import { type Answer, type Request, answered } from "./request.ts";
import { isVersion2, routed } from "./routes/route.ts";
import { authenticated, deskPage, loggedIn, loggedOut } from "./sessions.ts";
import type { SiteState } from "./site.ts";

/** What a server of a site does besides. */
export interface ServerOptions {
  readonly limit: SiteLimit | undefined;
  /** A larger body is refused. */
  readonly maxBodyBytes: number;
  /** How long it waits before it works on a request, in ms. */
  readonly paceMs: (method: string, path: string) => number;
  /** Whether the site is in maintenance now. */
  readonly isStopped: () => boolean;
}

/** The HTTP face of a site; it listens nowhere yet. */
export function siteServer(site: SiteState, options: ServerOptions): Server {
  return createServer((request, response) => {
    handle(site, options, request, response).catch((thrown: unknown) => {
      // A defect of the simulator itself: said as such, so that no test takes it for the site's.
      response
        .writeHead(500, { "content-type": "text/plain" })
        .end(`The simulator failed: ${String(thrown instanceof Error ? thrown.stack : thrown)}`);
    });
  });
}

const never = new AbortController().signal;

async function handle(
  site: SiteState,
  options: ServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? "/", "http://site");
  const path = decoded(url.pathname);
  const turn = options.limit?.begin();
  const send = (answer: Answer, isAnswered = true): void => {
    write(response, answer, turn?.headers(isAnswered) ?? {});
  };
  if (path === "/app") return sendPage(response, 200, deskPage(site, incoming));
  try {
    const body = await bodyOf(incoming, options.maxBodyBytes);
    if (options.isStopped()) throw raised("SessionStopped", "Site is in maintenance mode");
    if (turn?.isRefused === true) throw raised("TooManyRequestsError", "Too Many Requests");
    const paceMs = options.paceMs(incoming.method ?? "GET", path);
    if (paceMs > 0) await sleep(site.clock, paceMs, never);
    send(worked(site, incoming, url, path, body));
  } catch (thrown) {
    if (!(thrown instanceof Raised)) throw thrown;
    if (thrown.exception.kind === "Forbidden") return sendPage(response, 403, forbiddenPage);
    const isV2 = isVersion2({ site, path });
    const refusal = isV2 ? refusalBodyV2(thrown) : refusalBody(thrown, site.version, site.random);
    send(answered(refusal, thrown.status), turn?.isRefused !== true);
  }
}

/** What is done for a request, taken back where it is refused. */
function worked(site: SiteState, incoming: IncomingMessage, url: URL, path: string, body: Buffer): Answer {
  const { args, file } = formOf(url.searchParams, incoming.headers["content-type"] ?? "", body);
  const bare = path.replace("/api/v1/", "/api/");
  if (bare === "/api/method/login") return loggedIn(site, args);
  const user = authenticated(site, incoming);
  if (bare === "/api/method/logout") return loggedOut(site, incoming);
  if (/^\/(?:private\/)?files\//.test(path)) return fileAt(site, user, path);
  const request: Request = { site, user, method: incoming.method ?? "GET", path, args, file, told: [] };
  site.store.begin();
  try {
    const answer = withTold(request, routed(request));
    site.webhooks.flush();
    return answer;
  } catch (thrown) {
    site.store.rollback();
    site.webhooks.drop();
    throw thrown;
  }
}

function withTold({ told, site }: Request, answer: Answer): Answer {
  const [first] = told;
  if (answer.kind !== "json" || first === undefined) return answer;
  // Version 14 leaves the name of what was told behind, also with a good answer.
  const name = site.version === 14 && first.isRaised === true ? { exc_type: "DoesNotExistError" } : {};
  return {
    ...answer,
    body: { ...answer.body, ...name, _server_messages: encodedMessages(told, site.version, site.random) },
  };
}

function fileAt(site: SiteState, user: string, path: string): Answer {
  const found = site.files.get(path);
  if (found === undefined) throw raised("DoesNotExistError");
  const owner = site.store.all("File").find((one) => one["file_url"] === path)?.["owner"];
  const isTheirs =
    user === "Administrator" ||
    user === owner ||
    (user !== "Guest" && site.store.get("User", user)?.["user_type"] === "System User");
  if (found.isPrivate && !isTheirs) throw raised("Forbidden");
  return { kind: "file", mimeType: mimeTypeOf(path), content: found.content, fileName: found.name };
}

const forbiddenPage = `<!doctype html>\n<html lang=en>\n<title>403 Forbidden</title>\n<h1>Forbidden</h1>\n<p>You don&#39;t have permission to access this file</p>\n`;

function mimeTypeOf(path: string): string {
  const types: Readonly<Record<string, string>> = {
    txt: "text/plain; charset=utf-8",
    csv: "text/csv; charset=utf-8",
    pdf: "application/pdf",
    png: "image/png",
    json: "application/json",
  };
  return types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

function write(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  if (answer.kind === "file") {
    const named =
      answer.fileName === undefined
        ? {}
        : { "content-disposition": `filename="${encodeURIComponent(answer.fileName)}"` };
    response
      .writeHead(200, {
        ...headers,
        "content-type": answer.mimeType,
        "content-length": answer.content.length,
        ...named,
      })
      .end(answer.content);
    return;
  }
  const body = Buffer.from(JSON.stringify(answer.body));
  const cookies = answer.cookies === undefined ? {} : { "set-cookie": [...answer.cookies] };
  response
    .writeHead(answer.status, {
      ...headers,
      "content-type": "application/json",
      "content-length": body.length,
      ...cookies,
    })
    .end(body);
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(html);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // What is no UTF-8 names nothing here.
    return path;
  }
}
