import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Route } from "../gateway/route.ts";
import type { Sessions } from "../gateway/sessions.ts";
import { statusOf } from "../gateway/status.ts";
import { decoded } from "./address.ts";
import { answerRestCall, callPath } from "./call-api.ts";
import { answerDefinitions } from "./definitions-api.ts";
import { Guard, checkListen } from "./guard.ts";
import type { ListenOptions } from "./listen-options.ts";
import { answerLogs, logName } from "./logs-endpoint.ts";
import { answerOperation } from "./operations-api.ts";
import { McpEndpoint } from "./mcp-endpoint.ts";
import { type LoginDesk, answerCallback, callbackPath } from "./oauth-callback.ts";
import { answerJson, refuse } from "./reply.ts";
import { WebSocketEndpoint, refuseUpgrade, wantsWebSocket } from "./web-socket-endpoint.ts";

/** What the HTTP side serves. */
export interface HttpServerDeps {
  readonly gateway: Gateway;
  readonly sessions: Sessions;
  readonly logins: LoginDesk;
}

/** The HTTP side of a gateway that listens. */
export interface HttpServer {
  /** `http://127.0.0.1:8001`, with the port that was bound. */
  readonly origin: string;
  /** Stops listening, lets what is under way finish for at most `graceMs`, then hangs up. Safe to call twice. */
  close(graceMs?: number): Promise<void>;
}

function originOf(address: AddressInfo | string | null, { host, port }: ListenOptions): string {
  if (address === null || typeof address === "string") return `http://${host}:${port}`;
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}

const routes = /^\/mcp(?:\/([up])\/([^/?#]+))?\/?$/;

/**
 * Listens for downstreams: `/mcp`, `/mcp/u/NAME` and `/mcp/p/NAME`, over HTTP and WebSocket; `/health`, `/api/call`, `/api/status`,
 * `/api/upstreams/NAME/…`, `/oauth/callback`.
 *
 * Sessions that an earlier process had at the same address go on.
 *
 * @throws {GatewayError} `unsafe_listen`, `address_in_use`, `store_unavailable`.
 */
export async function listenHttp(options: ListenOptions, deps: HttpServerDeps): Promise<HttpServer> {
  checkListen(options);
  const guard = new Guard(options);
  const webSockets = new WebSocketEndpoint(deps.gateway);
  const handle = handler(guard, deps);
  const restored = Promise.withResolvers<void>();
  let isRestored = false;
  const server = createServer(
    { keepAliveTimeout: 75_000, requestTimeout: 60_000, shouldUpgradeCallback: wantsWebSocket },
    (request, response) => {
      // Clients that were only waiting for the port come before their sessions are there.
      if (isRestored) handle(request, response);
      else
        void restored.promise.then(() => {
          handle(request, response);
        });
    },
  );
  server.on("upgrade", upgradeHandler(guard, webSockets, deps));
  await bind(server, options);
  const origin = originOf(server.address(), options);
  // The address is ours alone, and with it the sessions that were begun there.
  try {
    await deps.sessions.restore(origin);
  } catch (thrown) {
    server.close();
    throw thrown;
  } finally {
    isRestored = true;
    restored.resolve();
  }
  let closing: Promise<void> | undefined;
  return {
    origin,
    close(graceMs = 2000) {
      closing ??= shut(server, webSockets, deps, graceMs);
      return closing;
    },
  };
}

function handler(guard: Guard, deps: HttpServerDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const endpoint = new McpEndpoint(deps);
  const { gateway } = deps;
  return (request, response) => {
    try {
      const { host, origin } = request.headers;
      guard.check(host, origin);
      if (origin !== undefined && answerPreflight(request, response, origin)) return;
      const path = pathOf(request);
      if (path === "/mcp") endpoint.handle(request, response, everything);
      else if (path === "/health") answerJson(response, { status: gateway.isClosing ? "stopping" : "ok" });
      else if (path === "/api/status") answerJson(response, statusOf(gateway));
      else if (path === callPath) answerRestCall(request, response, gateway);
      else if (path === callbackPath) answerCallback(request, response, deps.logins);
      else if (!path.startsWith("/api/upstreams/")) endpoint.handle(request, response, routeOf(path, gateway));
      else if (answerDefinitions(request, response, path, gateway)) return;
      else if (!answerOperation(request, response, path, gateway)) answerLog(request, response, path, gateway);
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  };
}

function answerLog(request: IncomingMessage, response: ServerResponse, path: string, gateway: Gateway): void {
  const name = logName(path);
  if (name === undefined) throw nothingAt(path);
  answerLogs(gateway, decoded(name), request, response).then(
    (log) => {
      if (!response.destroyed) answerJson(response, log);
    },
    (thrown: unknown) => {
      refuse(response, toGatewayError(thrown));
    },
  );
}

/** The same checks and the same addresses as for any other request. */
function upgradeHandler(
  guard: Guard,
  webSockets: WebSocketEndpoint,
  { gateway }: HttpServerDeps,
): (request: IncomingMessage, wire: Duplex, head: Buffer) => void {
  return (request, wire, head) => {
    try {
      const { host, origin } = request.headers;
      guard.check(host, origin);
      webSockets.handle(request, wire, head, routeOf(pathOf(request), gateway));
    } catch (thrown) {
      refuseUpgrade(wire, toGatewayError(thrown));
    }
  };
}

const everything: Route = { kind: "all" };

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function routeOf(path: string, gateway: Gateway): Route {
  const found = routes.exec(path);
  const [, kind, encoded] = found ?? [];
  if (found !== null && encoded === undefined) return everything;
  const route: Route | undefined =
    encoded === undefined ? undefined : { kind: kind === "u" ? "upstream" : "profile", name: decoded(encoded) };
  if (route === undefined || !gateway.hasRoute(route)) {
    throw nothingAt(path);
  }
  return route;
}

function nothingAt(path: string): GatewayError {
  return new GatewayError("route_not_found", `There is nothing at ${path.slice(0, 200)}`);
}

/** What is allowed where the page does not say what it wants. It may want any, as tools may have headers of their own (Mcp-Param-…). */
const corsHeaders =
  "content-type, accept, authorization, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id";

/** Lets a web page of an allowed origin read our answers; true where the request was only to ask for that. */
function answerPreflight(request: IncomingMessage, response: ServerResponse, origin: string): boolean {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "mcp-session-id, mcp-protocol-version");
  response.setHeader("vary", "origin");
  if (request.method !== "OPTIONS") return false;
  response.writeHead(204, {
    "access-control-allow-methods": "POST, GET, DELETE",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? corsHeaders,
    "access-control-max-age": "600",
  });
  response.end();
  return true;
}

async function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    reject(
      error.code === "EADDRINUSE"
        ? new GatewayError("address_in_use", `Port ${port} on ${host} is in use`, {
            data: { host, port },
            cause: error,
          })
        : error,
    );
  });
  server.listen(port, host, resolve);
  await promise;
  // A connection that could not be taken, for want of file descriptors as a rule: the others go on.
  server.on("error", () => undefined);
}

async function shut(
  server: Server,
  webSockets: WebSocketEndpoint,
  { gateway, sessions }: HttpServerDeps,
  graceMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => {
    resolve();
  });
  // Connections whose answer ends from here on are of no more use: without this they would stay open until the grace is over.
  server.keepAliveTimeout = 1;
  server.keepAliveTimeoutBuffer = 0;
  gateway.endSubscriptions();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await webSockets.close(graceMs);
  await promise;
  clearTimeout(timer);
  sessions.close();
}
