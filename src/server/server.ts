import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Principal } from "../access/principal.ts";
import { systemClock } from "../core/clock.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { Hooks } from "../gateway/hooks.ts";
import type { Route } from "../gateway/route.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import { type Api, apiOf, isApiPath, nothingAt } from "./api.ts";
import { batchMethods } from "./batch-methods.ts";
import { Connections } from "./connections.ts";
import { docsOf } from "./docs-page.ts";
import { Door, checkAddress, metadataPath } from "./door.ts";
import { HookEndpoint } from "./hook-endpoint.ts";
import { Guard, checkListen } from "./guard.ts";
import { healthOf } from "./health-api.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import type { ListenOptions } from "./listen-options.ts";
import { McpEndpoint } from "./mcp-endpoint.ts";
import { type LoginDesk, answerCallback, callbackPath } from "./oauth-callback.ts";
import { LiveEndpoint } from "./live-endpoint.ts";
import { createServer } from "./node-http.ts";
import { Pages } from "./pages.ts";
import { PublicUrl } from "./public-url.ts";
import { QuickLane } from "./quick-lane.ts";
import { keepAliveSeconds } from "./quick-response.ts";
import { answerJson } from "./reply.ts";
import { WebSocketEndpoint, refuseUpgrade, wantsWebSocket } from "./web-socket-endpoint.ts";

/** What the HTTP side serves. */
export interface HttpServerDeps extends Omit<ApiDeps, "connections"> {
  readonly logins: LoginDesk;
  /** Called with the address that is ours, before anybody is served there. */
  readonly begin: (origin: string) => void;
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
 * Listens for downstreams: `/mcp`, `/mcp/u/NAME` and `/mcp/p/NAME`, over HTTP and WebSocket; `/ws` and `/ws/TOPIC` over WebSocket alone; what
 * `endpoints.ts` lists; `/hooks/NAME`, `/health` and what is below it, `/docs`, `/docs/openapi.json`, `/oauth/callback`, and the dashboard at `/`.
 *
 * Sessions that an earlier process had at the same address go on.
 *
 * @throws {GatewayError} `unsafe_listen`, `address_in_use`, `store_unavailable`.
 */
export async function listenHttp(options: ListenOptions, deps: HttpServerDeps): Promise<HttpServer> {
  checkListen(options, deps.access.isAsked);
  const guard = new Guard(options);
  const door = new Door(deps.access, new PublicUrl(options));
  const connections = new Connections(deps.gateway.deps.clock);
  const webSockets = new WebSocketEndpoint(deps.gateway, connections, batchMethods(deps));
  const endpoint = new McpEndpoint({ ...deps, addressOf: (request) => door.addressOf(request) });
  const admit = admission(guard, door);
  const api = apiOf({ ...deps, connections });
  const hooks = hooksOf(deps.gateway, door);
  const handle = handler(admit, endpoint, { door, hooks, api }, deps);
  const restored = Promise.withResolvers<void>();
  let isRestored = false;
  // Clients that were only waiting for the port come before their sessions are there.
  const whenRestored = (serve: () => void): void => {
    if (isRestored) serve();
    else void restored.promise.then(serve);
  };
  const server = createServer(
    { keepAliveTimeout: keepAliveSeconds * 1000, requestTimeout: 60_000, shouldUpgradeCallback: wantsWebSocket },
    (request, response) => {
      whenRestored(() => {
        handle(request, response);
      });
    },
  );
  server.on(
    "upgrade",
    upgradeHandler(guard, door, { mcp: webSockets, live: new LiveEndpoint(deps.live, connections) }, deps),
  );
  await bind(server, options);
  // By the machine's own clock, as clients keep their connections by theirs.
  const lane = new QuickLane(server, systemClock, (request, response) => {
    whenRestored(() => {
      admit(request, response, {
        admitted: (principal) => {
          endpoint.handle(request, response, routeOf(pathOf(request), deps.gateway, principal), principal);
        },
      });
    });
  });
  const origin = originOf(server.address(), options);
  // The address is ours alone, and with it what was told there, and the sessions that were begun there.
  try {
    deps.begin(origin);
    await deps.sessions.restore(origin);
  } catch (thrown) {
    server.close();
    lane.close();
    throw thrown;
  } finally {
    isRestored = true;
    restored.resolve();
  }
  let closing: Promise<void> | undefined;
  return {
    origin,
    close(graceMs = 2000) {
      closing ??= shut({ server, lane, webSockets, hooks }, deps, graceMs);
      return closing;
    },
  };
}

function hooksOf({ deps: { clock, events }, roster }: Gateway, door: Door): HookEndpoint {
  const hooks = new Hooks({ clock, events, upstreams: () => roster.upstreams });
  return new HookEndpoint({ clock, hooks, addressOf: (request) => door.addressOf(request) });
}

/** What is done with a request that is in order. */
interface Serve {
  /** Answers what anybody may ask; false where the address is another one. */
  readonly anybody?: () => boolean;
  /** Answers somebody who was let in. */
  readonly admitted: (principal: Principal) => void;
}

/** Serves a request whose address and sender are in order, and refuses any other. */
type Admit = (request: HttpRequest, response: HttpResponse, serve: Serve) => void;

function admission(guard: Guard, door: Door): Admit {
  return (request, response, { anybody, admitted: serve }) => {
    const refused = (thrown: unknown): void => {
      door.refuse(request, response, toGatewayError(thrown));
    };
    try {
      const { origin } = request.headers;
      checkAddress(request);
      guard.check(door.hostOf(request), origin);
      if (origin !== undefined && answerPreflight(request, response, origin)) return;
      if (anybody?.() === true) return;
      const admitted = door.admit(request);
      if (admitted instanceof Promise) admitted.then(serve).catch(refused);
      else serve(admitted);
    } catch (thrown) {
      refused(thrown);
    }
  };
}

/** What serves the addresses besides MCP's. */
interface Places {
  readonly door: Door;
  readonly hooks: HookEndpoint;
  readonly api: Api;
}

/** Serves everything that Node reads. */
function handler(
  admit: Admit,
  endpoint: McpEndpoint,
  places: Places,
  deps: HttpServerDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { door, api } = places;
  const anybody = answererForAnybody(places, deps);
  return (request, response) => {
    admit(request, response, {
      anybody: () => anybody(request, response),
      admitted: (principal) => {
        const path = pathOf(request);
        if (isApiPath(path)) api.answer(request, response, path, door.visitor(request, principal));
        else endpoint.handle(request, response, routeOf(path, deps.gateway, principal), principal);
      },
    });
  };
}

/** @returns what is answered to whoever asks; false where the address is another one. */
function answererForAnybody(
  { door, hooks, api }: Places,
  { gateway, logins }: HttpServerDeps,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const [health, docs, pages] = [healthOf(gateway), docsOf(api.description), new Pages()];
  return (request, response) => {
    const path = pathOf(request);
    if (path === "/mcp") return false;
    if (HookEndpoint.isAt(path)) hooks.handle(request, response, path);
    else if (path === callbackPath) answerCallback(request, response, logins);
    else if (path === metadataPath || path.startsWith(`${metadataPath}/mcp`)) {
      const metadata = door.metadata(request);
      if (metadata === undefined) throw nothingAt(path);
      answerJson(response, metadata);
    } else return health(response, path) || docs(response, path) || pages.answer(request, response, path);
    return true;
  };
}

/** The same checks and the same addresses as for any other request. */
function upgradeHandler(
  guard: Guard,
  door: Door,
  { mcp, live }: { readonly mcp: WebSocketEndpoint; readonly live: LiveEndpoint },
  { gateway }: HttpServerDeps,
): (request: IncomingMessage, wire: Duplex, head: Buffer) => void {
  return (request, wire, head) => {
    const refused = (thrown: unknown): void => {
      const error = toGatewayError(thrown);
      refuseUpgrade(wire, error, door.headersFor(request, error));
    };
    const serve = (principal: Principal): void => {
      const path = pathOf(request);
      const from = { principal, entrance: "websocket", address: door.addressOf(request) } as const;
      if (LiveEndpoint.isAt(path)) live.handle(request, wire, head, path, from);
      else mcp.handle(request, wire, head, routeOf(path, gateway, principal), from);
    };
    try {
      checkAddress(request);
      guard.check(door.hostOf(request), request.headers.origin);
      const admitted = door.admit(request);
      if (admitted instanceof Promise) {
        // Whoever hangs up meanwhile need not be told.
        wire.on("error", () => undefined);
        admitted.then(serve).catch(refused);
      } else serve(admitted);
    } catch (thrown) {
      refused(thrown);
    }
  };
}

const everything: Route = { kind: "all" };

function pathOf({ url = "/" }: HttpRequest): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function routeOf(path: string, gateway: Gateway, { rights }: Principal): Route {
  if (path === "/mcp") return everything;
  const found = routes.exec(path);
  const [, kind, encoded] = found ?? [];
  if (found !== null && encoded === undefined) return everything;
  const route: Route | undefined =
    encoded === undefined ? undefined : { kind: kind === "u" ? "upstream" : "profile", name: decoded(encoded) };
  if (route === undefined || !gateway.hasRoute(route, rights)) {
    throw nothingAt(path);
  }
  return route;
}

/** What is allowed where the page does not say what it wants. It may want any, as tools may have headers of their own (Mcp-Param-…). */
const corsHeaders =
  "content-type, accept, authorization, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id";

/** Lets a web page of an allowed origin read our answers; true where the request was only to ask for that. */
function answerPreflight(request: HttpRequest, response: HttpResponse, origin: string): boolean {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "mcp-session-id, mcp-protocol-version, www-authenticate");
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

/** What listens, and ends with that. */
interface Serving {
  readonly server: Server;
  readonly lane: QuickLane;
  readonly webSockets: WebSocketEndpoint;
  readonly hooks: HookEndpoint;
}

async function shut(
  { server, lane, webSockets, hooks }: Serving,
  { gateway, sessions, live }: HttpServerDeps,
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
  live.close();
  hooks.close();
  server.closeIdleConnections();
  lane.close();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    lane.destroy();
  }, graceMs);
  await webSockets.close(graceMs);
  await promise;
  clearTimeout(timer);
  sessions.close();
}
