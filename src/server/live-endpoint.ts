import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { checkMay } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { isJsonObject, objectAt } from "../core/json.ts";
import type { Encoding } from "../live/envelope.ts";
import type { LiveHub } from "../live/hub.ts";
import { type Sink, farewells } from "../live/sink.ts";
import { type Subscriber, maxMessageBytes } from "../live/subscriber.ts";
import { type Topic, isTopic, topics } from "../live/topic.ts";
import { wishIn } from "../live/wish.ts";
import { TokenBucket } from "../policy/rate-limit.ts";
import { type LiveReceiver, type LiveSocket, liveSocketTaker, textFrame } from "../transport/live-socket.ts";
import { nothingAt } from "./api.ts";
import type { Connections } from "./connections.ts";
import { wishInQuery } from "./events-api.ts";

/** How many messages a watcher may send: so many at once, and so many a minute in the long run. */
export const watcherRate = { burst: 60, perMinute: 120 } as const;

/** Who comes, and from where. */
interface Comer {
  readonly principal: Principal;
  readonly address: string | undefined;
}

const encoding: Encoding = { name: "websocket", encode: textFrame };
const addresses = /^\/ws(?:\/([a-z]+))?\/?$/;

/** The live stream over WebSocket: `/ws`, and `/ws/TOPIC` which begins with one topic. */
export class LiveEndpoint {
  readonly #hub: LiveHub;
  readonly #connections: Connections;
  readonly #take: ReturnType<typeof liveSocketTaker>;

  constructor(hub: LiveHub, connections: Connections) {
    this.#hub = hub;
    this.#connections = connections;
    this.#take = liveSocketTaker(hub.clock, maxMessageBytes);
  }

  /** Whether a path is one where there is the live stream. */
  static isAt(path: string): boolean {
    return addresses.test(path);
  }

  /**
   * Serves somebody who asked for a WebSocket at such a path; Host and Origin have been checked.
   *
   * @throws {GatewayError} `forbidden`; `route_not_found` — no such topic; `invalid_params`; `too_many_sessions`; `shutting_down`. The
   *   handshake has then not been answered.
   */
  handle(request: IncomingMessage, wire: Duplex, head: Buffer, path: string, from: Comer): void {
    const { principal, address } = from;
    checkMay(principal, "watch_events");
    const topic = topicIn(path);
    const wish = wishInQuery(request, principal, topic);
    this.#hub.checkSince(wish.since);
    this.#hub.checkRoom();
    this.#take(request, wire, head, (socket) => {
      const subscriber = this.#hub.join(principal, sinkOf(socket));
      const stay = principal.tenure.during(() => {
        subscriber.close(farewells.not_valid);
      });
      const gone = this.#connections.add({
        kind: "live_websocket",
        principal: principal.id,
        address,
        end: () => {
          subscriber.close(farewells.ended);
        },
      });
      if (wish.topics.length > 0) subscriber.subscribe(wish);
      return this.#receiver(subscriber, principal, () => {
        stay();
        gone();
      });
    });
  }

  #receiver(subscriber: Subscriber, principal: Principal, left: () => void): LiveReceiver {
    const bucket = new TokenBucket(watcherRate, this.#hub.clock);
    return {
      text(text) {
        if (!bucket.take()) {
          subscriber.close(farewells.too_many);
          return;
        }
        try {
          obey(subscriber, principal, text);
        } catch (thrown) {
          const { code, message } = toGatewayError(thrown);
          subscriber.tell("error", { code, message });
        }
      },
      heard() {
        subscriber.heard();
      },
      ended() {
        subscriber.left();
        left();
      },
    };
  }
}

/** Of these topics alone there are addresses. */
const addressed: ReadonlySet<Topic> = new Set(["calculations", "entities", "status", "jobs", "upstreams"]);

function topicIn(path: string): Topic | undefined {
  const name = addresses.exec(path)?.[1];
  if (name === undefined) return undefined;
  if (isTopic(name) && addressed.has(name)) return name;
  throw nothingAt(path);
}

/** @throws {GatewayError} `parse_error`, `invalid_request`, `invalid_params`, `forbidden`. */
function obey(subscriber: Subscriber, principal: Principal, text: Buffer): void {
  const message = parsed(text);
  const type = isJsonObject(message) ? message["type"] : undefined;
  const data = (isJsonObject(message) ? objectAt(message, "data") : undefined) ?? {};
  if (type === "subscribe") subscriber.subscribe(checked(wishIn(data, principal)));
  else if (type === "unsubscribe") subscriber.unsubscribe(checked(wishIn(data, principal)).topics);
  else if (type === "ping") subscriber.tell("pong", {});
  else if (type !== "heartbeat" && type !== "pong")
    throw new GatewayError("invalid_request", "A message has a type: subscribe, unsubscribe, ping or heartbeat");
}

function checked<T extends { readonly topics: readonly Topic[] }>(wish: T): T {
  if (wish.topics.length > 0) return wish;
  throw new GatewayError("invalid_params", `data.topics must name topics: ${Object.keys(topics).join(", ")}`);
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new GatewayError("parse_error", "The message is not JSON");
  }
}

function sinkOf(socket: LiveSocket): Sink {
  return {
    encoding,
    isTwoWay: true,
    write: (bytes) => {
      socket.write(bytes);
    },
    get unsentBytes() {
      return socket.unsentBytes;
    },
    whenTaken: (run) => {
      socket.whenTaken(run);
    },
    ping: () => {
      socket.ping();
    },
    close: ({ code, reason }) => {
      socket.close(code, reason);
    },
  };
}
