import type { Signal } from "../core/canceller.ts";
import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import { GatewayError } from "../core/errors.ts";
import { maxFrameBytes } from "./channel.ts";
import { guardedLookup, hostProblem } from "./forbidden-address.ts";
import { networkProblem } from "./network-problem.ts";
import { SseReader } from "./sse.ts";

/** One HTTP request to an MCP endpoint. */
export interface HttpRequest {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Path and query at the same origin, where they are not those of the endpoint. */
  readonly path?: string;
  /** Ends the exchange: the connection is given up, and `ended` says so with the signal's reason. */
  readonly signal: Signal;
}

/** What an exchange tells, in this order: `head`, then frames or `text`, then `ended`. */
export interface HttpReceiver {
  /** `hangUp` ends the exchange early and well, for a receiver that has what it wanted. */
  head(status: number, headers: IncomingHttpHeaders, hangUp: () => void): void;
  /** A frame of an event stream and the event's type; or the whole body where it is JSON, which has none. */
  frame(frame: Buffer, type?: string): void;
  /** Bytes of the body came, whatever they mean: a comment of an event stream is a sign of life too. */
  heard?(): void;
  /** An event stream gave an id to come back with. */
  eventId?(id: string): void;
  /** The server's wish for how long to wait before coming back, in ms. */
  retry?(ms: number): void;
  /** The exchange is over; called once, last. `problem` says why, where it did not end by itself. */
  ended(problem: GatewayError | undefined): void;
}

/** Connections to one origin at once: streams hold one each, so a stream too many waits rather than the machine running dry. */
const maxConnections = 256;

/** The HTTP side of one upstream: one origin, connections kept open between requests. */
export class HttpClient {
  readonly #origin: string;
  readonly #path: string;
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #problem: GatewayError | undefined;

  /** `headers` go with every request and may hold secrets: no error carries them. */
  constructor(url: string, headers: Readonly<Record<string, string>>) {
    const { origin, hostname, pathname, search } = new URL(url);
    this.#problem = hostProblem(hostname);
    this.#origin = origin;
    this.#path = pathname + search;
    this.#headers = headers;
    this.#pool = new Pool(origin, {
      connections: maxConnections,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      connect: { lookup: guardedLookup, timeout: 10_000 },
    });
  }

  /** Sends one request; everything that comes of it goes to `receiver`. */
  send(request: HttpRequest, receiver: HttpReceiver): void {
    const problem = this.#problem;
    if (problem !== undefined) {
      queueMicrotask(() => {
        receiver.ended(problem);
      });
      return;
    }
    this.#pool.dispatch(
      {
        path: request.path ?? this.#path,
        method: request.method,
        headers: { ...this.#headers, ...request.headers },
        body: request.body ?? null,
      },
      new Exchange(request.signal, receiver, this.#origin),
    );
  }

  /** Closes every connection; exchanges under way end with a problem. Safe to call twice. */
  async close(): Promise<void> {
    if (!this.#pool.destroyed) await this.#pool.destroy();
  }
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: Signal;
  readonly #receiver: HttpReceiver;
  readonly #origin: string;
  readonly #stop = (): void => {
    this.#controller?.abort(asError(this.#signal.reason));
    this.#end(asProblem(this.#signal.reason));
  };
  readonly #hangUp = (): void => {
    if (this.#isOver) return;
    this.#end(undefined);
    this.#controller?.abort(new Error("hung up"));
  };
  #controller: Dispatcher.DispatchController | undefined;
  #reader: BodyReader | undefined;
  #isOver = false;

  constructor(signal: Signal, receiver: HttpReceiver, origin: string) {
    this.#signal = signal;
    this.#receiver = receiver;
    this.#origin = origin;
    signal.addEventListener("abort", this.#stop);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#stop();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#receiver.head(status, headers, this.#hangUp);
    this.#reader = bodyReader(headers["content-type"], this.#receiver);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#receiver.heard?.();
    this.#reader?.push(chunk);
    if (this.#reader?.isTooLong === true) controller.abort(tooLong());
  }

  onResponseEnd(): void {
    if (!this.#isOver) this.#reader?.end();
    this.#end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(this.#signal.aborted ? asProblem(this.#signal.reason) : networkProblem(error, this.#origin));
  }

  #end(problem: GatewayError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this.#stop);
    this.#receiver.ended(problem);
  }
}

interface BodyReader {
  push(chunk: Buffer): void;
  end(): void;
  /** Whether a message went over the limit: nothing more can come of this exchange. */
  readonly isTooLong: boolean;
}

function bodyReader(contentType: string | string[] | undefined, receiver: HttpReceiver): BodyReader {
  const isStream = typeof contentType === "string" && /^text\/event-stream\b/i.test(contentType);
  return isStream ? new StreamBody(receiver) : new WholeBody(receiver);
}

class StreamBody implements BodyReader {
  readonly #reader: SseReader;
  isTooLong = false;

  constructor(receiver: HttpReceiver) {
    this.#reader = new SseReader({
      event: ({ data, type }) => {
        receiver.frame(data, type);
      },
      id: (id) => receiver.eventId?.(id),
      retry: (ms) => receiver.retry?.(ms),
      tooLong: () => {
        this.isTooLong = true;
      },
    });
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  end(): void {
    // An event that its blank line did not complete is discarded (HTML Living Standard, 9.2.6).
  }
}

class WholeBody implements BodyReader {
  readonly #receiver: HttpReceiver;
  #chunks: Buffer[] = [];
  #bytes = 0;
  isTooLong = false;

  constructor(receiver: HttpReceiver) {
    this.#receiver = receiver;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxFrameBytes) {
      this.#chunks = [];
      this.isTooLong = true;
      return;
    }
    this.#chunks.push(chunk);
  }

  end(): void {
    const [first] = this.#chunks;
    if (first === undefined) return;
    this.#receiver.frame(this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks));
  }
}

function tooLong(): GatewayError {
  return new GatewayError("upstream_protocol_error", `The upstream sent a message of more than ${maxFrameBytes} bytes`);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function asProblem(reason: unknown): GatewayError {
  return reason instanceof GatewayError
    ? reason
    : new GatewayError("cancelled", "The call was cancelled", { cause: reason });
}
