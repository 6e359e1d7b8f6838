import type { Clock } from "../core/clock.ts";
import type { GatewayError } from "../core/errors.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Notification } from "../protocol/call.ts";
import { errorText, notificationText } from "../protocol/frame.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import { sseEvent, sseKeepAlive } from "../transport/sse.ts";
import { openStream } from "./event-stream.ts";
import type { ReplayStream } from "./replay.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";

/** Most bytes that may wait for a downstream that does not read, before notifications to it are dropped. */
export const maxUnreadBytes = 1024 * 1024;

/** Idle streams are kept open by a comment this often, in ms: well under what proxies allow. */
export const keepAliveMs = 15_000;

/** Opens the stream of an answer that can be taken up again, on the first thing that goes out on it. */
export type OpenReplay = (response: HttpResponse) => ReplayStream;

/**
 * The answer to one POST: plain JSON, unless something must precede the result; then it becomes an event stream. In a session that
 * stream outlives its connection.
 *
 * @see MCP 2026-07-28 and 2025-11-25, basic/transports, Receiving Messages.
 */
export class Reply {
  readonly #response: HttpResponse;
  readonly #accepts: Accepts;
  readonly #openReplay: OpenReplay | undefined;
  #stream: ReplayStream | undefined;

  constructor(response: HttpResponse, accepts: Accepts, openReplay?: OpenReplay) {
    this.#response = response;
    this.#accepts = accepts;
    this.#openReplay = openReplay;
  }

  /** Sends a notification ahead of the answer. Dropped where the downstream takes only JSON, or does not read. */
  notify({ method, params }: Notification): void {
    const stream = this.#beginStream();
    if (stream === undefined || stream.isStalled(maxUnreadBytes)) return;
    stream.send(Buffer.from(notificationText(method, params)));
  }

  /** Sends a request of ours ahead of the answer; false where the downstream cannot take it. */
  ask(frame: string): boolean {
    const stream = this.#beginStream();
    return stream !== undefined && !stream.isStalled(maxUnreadBytes) && stream.send(Buffer.from(frame));
  }

  /** Keeps the connection from being taken for dead while nothing is sent, until the answer is. */
  keepAlive(clock: Clock): void {
    const stop = clock.every(keepAliveMs, () => {
      if (this.#stream !== undefined && this.#response.writableLength === 0) this.#response.write(sseKeepAlive);
    });
    this.#response.on("close", stop);
  }

  /** Sends the answer, whose frame is given in pieces; the last thing that is sent. */
  end(frame: readonly Buffer[], status: number, headers?: Readonly<Record<string, string>>): void {
    const response = this.#response;
    const stream = this.#accepts.json ? this.#stream : this.#beginStream(headers);
    if (stream !== undefined) {
      stream.send(Buffer.concat(frame));
      stream.end();
    } else if (!response.writableEnded && !response.destroyed) {
      response.writeHead(status, {
        ...headers,
        "content-type": "application/json",
        "content-length": frame.reduce((sum, { length }) => sum + length, 0),
      });
      for (const piece of frame.slice(0, -1)) response.write(piece);
      response.end(frame.at(-1));
    }
  }

  /** Ends without an answer, for a request that was cancelled. */
  abandon(): void {
    const response = this.#response;
    const stream = this.#beginStream();
    if (stream !== undefined) stream.end();
    else if (!response.writableEnded && !response.destroyed) {
      response.writeHead(202);
      response.end();
    }
  }

  /** The stream, where there is one or can be. */
  #beginStream(headers?: Readonly<Record<string, string>>): ReplayStream | undefined {
    const response = this.#response;
    if (this.#stream !== undefined) return this.#stream;
    if (!this.#accepts.stream || response.writableEnded || response.destroyed) return undefined;
    this.#stream = this.#openReplay?.(response) ?? plainStream(response, headers);
    return this.#stream;
  }
}

/** A stream that ends with its connection. */
function plainStream(response: HttpResponse, headers?: Readonly<Record<string, string>>): ReplayStream {
  openStream(response, headers);
  const isOver = (): boolean => response.writableEnded || response.destroyed;
  return {
    purpose: "answer",
    send(frame) {
      if (isOver()) return false;
      response.write(sseEvent(frame));
      return true;
    },
    end() {
      if (!isOver()) response.end();
    },
    isStalled: (maxUnread) => response.writableLength > maxUnread,
  };
}

/** Which kinds of answer a downstream takes. */
export interface Accepts {
  readonly json: boolean;
  readonly stream: boolean;
}

/** What the Accept header allows; all where it is absent. */
export function acceptsOf({ headers }: HttpRequest): Accepts {
  const accept = headers.accept?.toLowerCase() ?? "*/*";
  const takes = (type: string, range: string): boolean => [type, range, "*/*"].some((name) => accept.includes(name));
  return { json: takes("application/json", "application/*"), stream: takes("text/event-stream", "text/*") };
}

/**
 * Answers with an error of ours, outside any request's own answer. What of the request was not read yet is read and thrown away: a
 * connection that was closed under a client that is still sending would take the answer with it.
 */
export function refuse(response: HttpResponse, error: GatewayError, id?: RequestId): void {
  if (response.writableEnded || response.destroyed) return;
  const body = Buffer.from(errorText(id, rpcErrorOf(error)));
  const retryAfterMs = error.data?.["retryAfterMs"];
  if (typeof retryAfterMs === "number") response.setHeader("retry-after", Math.ceil(retryAfterMs / 1000));
  response.writeHead(error.http, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

/** Answers with a value as JSON. */
export function answerJson(response: HttpResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
