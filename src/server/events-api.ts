import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { asyncApi } from "../live/async-api.ts";
import type { Encoding } from "../live/envelope.ts";
import type { LiveHub } from "../live/hub.ts";
import { type Sink, farewells } from "../live/sink.ts";
import type { Subscriber } from "../live/subscriber.ts";
import type { Topic } from "../live/topic.ts";
import { type Wish, topicsFor, wishIn } from "../live/wish.ts";
import type { Connections } from "./connections.ts";
import { openStream } from "./event-stream.ts";
import { answerJson } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** Messages of the past that may be asked for at once. */
const maxLast = 1000;

/** How soon a browser comes back, in ms. */
const retryMs = 2000;

const encoding: Encoding = {
  name: "sse",
  encode: (text, type, id) => Buffer.from(`${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${text}\n\n`),
};

/** What events are served from. */
export interface EventsApiDeps {
  readonly live: LiveHub;
  readonly connections: Connections;
}

/**
 * Serves `/api/events`: what happens, as an event stream; `topics`, `upstream`, `tool` and `type` in the query say what of it, each as often as
 * wanted, `since` or the header `Last-Event-ID` after what. With `follow=false` the last messages as JSON, `last` of them, 100 where nothing
 * is said. At `/docs/events` stands what each means, for programs (AsyncAPI).
 *
 * @throws {GatewayError} `forbidden`, `invalid_params`, `too_many_sessions`, `shutting_down`.
 */
export function answerEvents(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { live: hub, connections }: EventsApiDeps,
  visitor: Visitor,
): void {
  const { principal } = visitor;
  if (path === "/docs/events") {
    answerJson(response, asyncApi());
    return;
  }
  const query = queryOf(request);
  const wish = wishInQuery(request, principal);
  const wanted = wish.topics.length > 0 ? wish : { ...wish, topics: topicsFor(principal) };
  if (query.get("follow") === "false") answerJson(response, hub.lastFor(principal, wanted, lastIn(query)));
  else {
    const subscriber = stream(request, response, hub, principal, wanted);
    const gone = connections.add({
      kind: "live_sse",
      principal: principal.id,
      address: visitor.address,
      end: () => {
        subscriber.close(farewells.ended);
      },
    });
    response.on("close", gone);
  }
}

function stream(
  request: IncomingMessage,
  response: ServerResponse,
  hub: LiveHub,
  principal: Principal,
  wish: Wish,
): Subscriber {
  const { "last-event-id": lastId } = request.headers;
  const since = typeof lastId === "string" && lastId !== "" ? lastId : wish.since;
  hub.checkSince(since);
  hub.checkRoom();
  openStream(response);
  response.write(`retry: ${retryMs}\n\n`);
  const subscriber = hub.join(principal, sinkOf(response));
  const stay = principal.tenure.during(() => {
    subscriber.close(farewells.not_valid);
  });
  response.on("close", () => {
    stay();
    subscriber.left();
  });
  subscriber.subscribe({ ...wish, since });
  return subscriber;
}

function sinkOf(response: ServerResponse): Sink {
  const isOver = (): boolean => response.writableEnded || response.destroyed;
  let waiting: (() => void) | undefined;
  return {
    encoding,
    isTwoWay: false,
    write(bytes) {
      if (isOver()) return;
      response.write(bytes, (error) => {
        if (error instanceof Error) return;
        const run = waiting;
        waiting = undefined;
        run?.();
      });
    },
    get unsentBytes() {
      return response.writableLength;
    },
    whenTaken(run) {
      waiting = run;
    },
    ping: () => undefined,
    close({ code, reason }) {
      if (isOver()) return;
      if (code === farewells.too_slow.code) response.destroy();
      else response.end(`event: closed\ndata: ${JSON.stringify({ type: "closed", data: { code, reason } })}\n\n`);
    },
  };
}

/**
 * What the query of an address wants; `topic` besides.
 *
 * @throws {GatewayError} `invalid_params`, `forbidden`.
 */
export function wishInQuery(request: IncomingMessage, principal: Principal, topic?: Topic): Wish {
  const query = queryOf(request);
  const named = (name: string): string[] => query.getAll(name).flatMap((text) => text.split(","));
  const since = query.get("since") ?? undefined;
  const topics = [...named("topics"), ...(topic === undefined ? [] : [topic])];
  const filter = { upstream: named("upstream"), tool: named("tool"), type: named("type") };
  return wishIn({ topics, ...filter, ...(since !== undefined && { since }) }, principal);
}

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  return new URL(url, "http://localhost").searchParams;
}

function lastIn(query: URLSearchParams): number {
  const text = query.get("last") ?? "100";
  const number = Number(text);
  if (/^\d{1,6}$/.test(text) && number <= maxLast) return number;
  throw new GatewayError("invalid_params", `last must be a whole number from 0 to ${maxLast}`);
}
