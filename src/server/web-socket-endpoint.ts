import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Principal } from "../access/principal.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Route } from "../gateway/route.ts";
import { TokenBucket } from "../policy/rate-limit.ts";
import { errorText } from "../protocol/frame.ts";
import type { Channel } from "../transport/channel.ts";
import { type WebSocketChannel, closeCodes, subprotocol, webSocketTaker } from "../transport/web-socket.ts";
import { maxBodyBytes } from "./body.ts";
import { type ChannelDownstream, ChannelEndpoint, type OwnMethod } from "./channel-endpoint.ts";
import type { Connections } from "./connections.ts";
import { STATUS_CODES } from "./node-http.ts";

/** How many messages one connection may send: so many at once, and so many a minute in the long run. */
export const messageRate = { burst: 1000, perMinute: 6000 } as const;
/** How long a connection may go without a message in either direction and without a request under way, in ms. */
export const idleMs = 3_600_000;
/** Most connections at once. */
export const maxWebSockets = 1000;

/** Whether an HTTP request asks for a WebSocket; other upgrades are declined by answering as if they had not been offered. */
export function wantsWebSocket({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * MCP over WebSocket towards downstreams: text messages, each one JSON-RPC message, subprotocol `mcp`; both eras, as on stdio.
 *
 * @see RFC 6455; MCP 2026-07-28, basic/transports, Custom Transports.
 */
export class WebSocketEndpoint {
  readonly #gateway: Gateway;
  readonly #methods: ReadonlyMap<string, OwnMethod> | undefined;
  readonly #take: ReturnType<typeof webSocketTaker>;
  readonly #connections: Connections;
  readonly #downstreams = new Set<WebSocketDownstream>();

  /** `methods` are those beside MCP's, at the route to everything. */
  constructor(gateway: Gateway, connections: Connections, methods?: ReadonlyMap<string, OwnMethod>) {
    this.#gateway = gateway;
    this.#connections = connections;
    this.#methods = methods;
    this.#take = webSocketTaker({ clock: gateway.deps.clock, maxFrameBytes: maxBodyBytes });
  }

  /**
   * Serves one client that asked for a WebSocket at a route's address; Host and Origin have been checked.
   *
   * @throws {GatewayError} `invalid_request` — it offers subprotocols, but not `mcp`, or speaks the protocol of a draft;
   *   `too_many_sessions`; `shutting_down`. The handshake has then not been answered.
   */
  handle(request: IncomingMessage, wire: Duplex, head: Buffer, route: Route, from: ChannelDownstream): void {
    if (this.#gateway.isClosing) throw new GatewayError("shutting_down", "The gateway is stopping");
    if (this.#downstreams.size >= maxWebSockets) {
      throw new GatewayError("too_many_sessions", `All ${maxWebSockets} WebSockets are in use`);
    }
    checkHandshake(request);
    this.#take(request, wire, head, (channel) => {
      const downstream = new WebSocketDownstream(channel, this.#gateway, route, from, this.#methods);
      this.#downstreams.add(downstream);
      const { principal, address } = from;
      const gone = this.#connections.add({
        kind: "mcp_websocket",
        principal: principal.id,
        address,
        end: () => {
          downstream.end(new GatewayError("cancelled", "An operator ended the connection"));
        },
      });
      void downstream.serve().then(() => {
        this.#downstreams.delete(downstream);
        gone();
      });
    });
  }

  /** Lets what is under way finish for at most `graceMs`, then says goodbye to everybody. Safe to call twice. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#downstreams].map((downstream) => downstream.close(graceMs)));
  }
}

function checkHandshake({ headers }: IncomingMessage): void {
  // In the draft, the header by which a web page says where it comes from has another name, which nobody has looked at.
  if (headers["sec-websocket-version"] === "8") {
    throw new GatewayError("invalid_request", "The version of WebSocket spoken here is 13");
  }
  const offered = headers["sec-websocket-protocol"];
  if (offered === undefined || offered.split(",").some((name) => name.trim() === subprotocol)) return;
  throw new GatewayError("invalid_request", `The subprotocol spoken here is "${subprotocol}"`);
}

/** Answers the opening of a WebSocket with an error of ours instead, and ends the connection. */
export function refuseUpgrade(wire: Duplex, error: GatewayError, headers: Readonly<Record<string, string>> = {}): void {
  const body = errorText(undefined, rpcErrorOf(error));
  const head = [
    `HTTP/1.1 ${error.http} ${STATUS_CODES[error.http] ?? "Refused"}`,
    "Connection: close",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  // Whoever hangs up meanwhile need not be told.
  wire.on("error", () => undefined);
  wire.once("finish", () => wire.destroy());
  wire.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

const idleCheckMs = 60_000;

/** One client, from its first message to its last: kept from speaking too often, and let go when it has long been silent. */
class WebSocketDownstream {
  readonly #channel: WebSocketChannel;
  readonly #endpoint: ChannelEndpoint;
  readonly #clock: Clock;
  readonly #principal: Principal;
  readonly #bucket: TokenBucket;
  #usedAt: number;

  constructor(
    channel: WebSocketChannel,
    gateway: Gateway,
    route: Route,
    from: ChannelDownstream,
    methods: ReadonlyMap<string, OwnMethod> | undefined,
  ) {
    this.#channel = channel;
    this.#principal = from.principal;
    this.#clock = gateway.deps.clock;
    this.#bucket = new TokenBucket(messageRate, this.#clock);
    this.#usedAt = this.#clock.monotonic();
    this.#endpoint = new ChannelEndpoint(this.#watched(channel), gateway, route, from, {
      mayTake: (messages) => this.#mayTake(messages),
      ...(methods !== undefined && route.kind === "all" ? { methods } : {}),
    });
  }

  /** Resolves when it has left. */
  async serve(): Promise<void> {
    const stopCheck = this.#clock.every(idleCheckMs, () => {
      const isIdle = !this.#endpoint.isBusy && this.#clock.monotonic() - this.#usedAt >= idleMs;
      if (isIdle) void this.#channel.close(closeCodes.goingAway, "nothing was said for an hour");
    });
    this.#endpoint.start();
    const stay = this.#principal.tenure.during((reason) => {
      this.end(reason, "the key or token is no longer valid");
    });
    await this.#endpoint.ended;
    stay();
    stopCheck();
  }

  /** Ends it, with what is under way. Safe to call twice. */
  end(reason: GatewayError, farewell = reason.message): void {
    this.#endpoint.stop(reason);
    void this.#channel.close(closeCodes.policyViolation, farewell);
  }

  async close(graceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopTimer = this.#clock.after(graceMs, resolve);
    await Promise.race([this.#endpoint.idle(), this.#endpoint.ended, promise]);
    stopTimer();
    await this.#channel.close(closeCodes.goingAway, "the gateway stops");
  }

  /** The channel, with the time of every message noted. */
  #watched(channel: WebSocketChannel): Channel {
    return {
      start: (receiver) => {
        channel.start({
          frame: (frame) => {
            this.#usedAt = this.#clock.monotonic();
            receiver.frame(frame);
          },
          noise: (text) => {
            receiver.noise(text);
          },
          ended: (end) => {
            receiver.ended(end);
          },
        });
      },
      send: (frame) => {
        this.#usedAt = this.#clock.monotonic();
        channel.send(frame);
      },
      get unsentBytes() {
        return channel.unsentBytes;
      },
      close: () => channel.close(),
    };
  }

  #mayTake(messages: number): boolean {
    if (this.#bucket.take(messages)) return true;
    void this.#channel.close(closeCodes.policyViolation, `more than ${messageRate.perMinute} messages a minute`);
    return false;
  }
}
