import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { GatewayError } from "../core/errors.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Notification } from "../protocol/call.ts";
import { errorText, notificationText } from "../protocol/frame.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import { sseEvent, sseKeepAlive } from "../transport/sse.ts";

/** Most bytes that may wait for a downstream that does not read, before notifications to it are dropped. */
export const maxUnreadBytes = 1024 * 1024;

/** Idle streams are kept open by a comment this often, in ms: well under what proxies allow. */
export const keepAliveMs = 15_000;

const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Sends the headers of an event stream. */
export function openStream(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { ...streamHeaders, ...headers });
  response.flushHeaders();
}

/**
 * The answer to one POST: plain JSON, unless something must precede the result; then it becomes an event stream.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Receiving Messages.
 */
export class Reply {
  readonly #response: ServerResponse;
  readonly #accepts: Accepts;
  #isStream = false;

  constructor(response: ServerResponse, accepts: Accepts) {
    this.#response = response;
    this.#accepts = accepts;
  }

  /** Sends a notification ahead of the answer. Dropped where the downstream takes only JSON, or does not read. */
  notify({ method, params }: Notification): void {
    const response = this.#response;
    if (!this.#accepts.stream || response.writableEnded || response.destroyed) return;
    this.#beginStream();
    if (response.writableLength < maxUnreadBytes)
      response.write(sseEvent(Buffer.from(notificationText(method, params))));
  }

  /** Sends a request of ours ahead of the answer; false where the downstream cannot take it. */
  ask(frame: string): boolean {
    const response = this.#response;
    if (!this.#accepts.stream || response.writableEnded || response.destroyed) return false;
    this.#beginStream();
    if (response.writableLength >= maxUnreadBytes) return false;
    response.write(sseEvent(Buffer.from(frame)));
    return true;
  }

  /** Keeps the connection from being taken for dead while nothing is sent, until the answer is. */
  keepAlive(clock: Clock): void {
    const stop = clock.every(keepAliveMs, () => {
      if (this.#isStream && this.#response.writableLength === 0) this.#response.write(sseKeepAlive);
    });
    this.#response.on("close", stop);
  }

  /** Sends the answer; the last thing that is sent. */
  end(frame: Buffer, status: number, headers?: Readonly<Record<string, string>>): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    if (this.#isStream) response.end(sseEvent(frame));
    else if (!this.#accepts.json) {
      this.#beginStream(headers);
      response.end(sseEvent(frame));
    } else {
      response.writeHead(status, {
        ...headers,
        "content-type": "application/json",
        "content-length": frame.length,
      });
      response.end(frame);
    }
  }

  /** Ends without an answer, for a request that was cancelled. */
  abandon(): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    if (this.#accepts.stream) this.#beginStream();
    else response.writeHead(202);
    response.end();
  }

  #beginStream(headers?: Readonly<Record<string, string>>): void {
    if (this.#isStream) return;
    this.#isStream = true;
    openStream(this.#response, headers);
  }
}

/** Which kinds of answer a downstream takes. */
export interface Accepts {
  readonly json: boolean;
  readonly stream: boolean;
}

/** What the Accept header allows; all where it is absent. */
export function acceptsOf({ headers }: IncomingMessage): Accepts {
  const { accept } = headers;
  if (accept === undefined || accept.includes("*/*")) return { json: true, stream: true };
  return { json: accept.includes("application/json"), stream: accept.includes("text/event-stream") };
}

/**
 * Answers with an error of ours, outside any request's own answer. What of the request was not read yet is read and thrown away: a
 * connection that was closed under a client that is still sending would take the answer with it.
 */
export function refuse(response: ServerResponse, error: GatewayError, id?: RequestId): void {
  if (response.writableEnded || response.destroyed) return;
  const body = Buffer.from(errorText(id, rpcErrorOf(error)));
  response.writeHead(error.http, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
