import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import { Together } from "../core/together.ts";
import { maxFrameBytes } from "./channel.ts";
import { hostProblem } from "./forbidden-address.ts";
import { ConnectionPool } from "./http1/connection-pool.ts";
import type { Connection, WireRequest } from "./http1/connection.ts";
import { headerLines } from "./http1/header-lines.ts";
import type { ResponseHead, ResponseHeaders } from "./http1/response-head.ts";
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
  head(status: number, headers: ResponseHeaders, hangUp: () => void): void;
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

/** The HTTP side of one upstream: one origin, connections kept open between requests. */
export class HttpClient {
  readonly #origin: string;
  readonly #path: string;
  readonly #pool: ConnectionPool;
  readonly #together = new Together();
  readonly #hostLine: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #problem: GatewayError | undefined;

  /** `headers` go with every request and may hold secrets: no error carries them. */
  constructor(url: string, headers: Readonly<Record<string, string>>) {
    const parsed = new URL(url);
    this.#problem = hostProblem(parsed.hostname);
    this.#origin = parsed.origin;
    this.#path = parsed.pathname + parsed.search;
    this.#headers = headers;
    this.#hostLine = `host: ${parsed.host}\r\nconnection: keep-alive\r\n`;
    this.#pool = new ConnectionPool(parsed);
  }

  /** Sends one request; everything that comes of it goes to `receiver`. */
  send(request: HttpRequest, receiver: HttpReceiver): void {
    try {
      if (this.#problem !== undefined) throw this.#problem;
      request.signal.throwIfAborted();
      const { method, path = this.#path } = request;
      const lines = headerLines(this.#headers, request.headers);
      const head = `${method} ${path} HTTP/1.1\r\n${this.#hostLine}${lines}`;
      const exchange = new Exchange(head, request, receiver, this.#origin, this.#pool, this.#together);
      this.#together.do(exchange.send);
      this.#together.begin();
    } catch (thrown) {
      queueMicrotask(() => {
        receiver.ended(asProblem(thrown));
      });
    }
  }

  /** Closes every connection; exchanges under way end with a problem. Safe to call twice. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** One request and its answer. */
class Exchange implements WireRequest {
  readonly head: string;
  readonly body: string | Buffer | undefined;
  connection: Connection | undefined;
  readonly #signal: Signal;
  readonly #receiver: HttpReceiver;
  readonly #origin: string;
  readonly #pool: ConnectionPool;
  readonly #together: Together;
  readonly send = (): void => {
    if (!this.#isOver) this.#pool.send(this);
  };
  readonly #stop = (): void => {
    this.#giveUp(asProblem(this.#signal.reason));
  };
  readonly #hangUp = (): void => {
    this.#giveUp(undefined);
  };
  #reader: BodyReader | undefined;
  #isOver = false;

  constructor(
    head: string,
    { body, method, signal }: HttpRequest,
    receiver: HttpReceiver,
    origin: string,
    pool: ConnectionPool,
    together: Together,
  ) {
    this.head = head;
    this.body = body ?? (method === "POST" ? "" : undefined);
    this.#signal = signal;
    this.#receiver = receiver;
    this.#origin = origin;
    this.#pool = pool;
    this.#together = together;
    signal.addEventListener("abort", this.#stop);
  }

  answered({ status, headers }: ResponseHead): void {
    this.#receiver.head(status, headers, this.#hangUp);
    this.#reader = bodyReader(headers["content-type"], this.#receiver);
  }

  data(part: Buffer): void {
    this.#receiver.heard?.();
    this.#reader?.push(part);
    if (this.#reader?.isTooLong === true) this.#giveUp(tooLong());
  }

  done(): void {
    this.#reader?.end();
    this.#end(undefined);
  }

  failed(error: Error): void {
    this.#end(networkProblem(error, this.#origin));
  }

  #giveUp(problem: GatewayError | undefined): void {
    if (this.#isOver) return;
    if (this.connection === undefined) this.#pool.forget(this);
    else this.connection.destroy();
    this.#end(problem);
  }

  #end(problem: GatewayError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#together.end();
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

function bodyReader(contentType: string | undefined, receiver: HttpReceiver): BodyReader {
  const isStream = contentType !== undefined && /^text\/event-stream\b/i.test(contentType);
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

function asProblem(reason: unknown): GatewayError {
  return reason instanceof GatewayError
    ? reason
    : new GatewayError("cancelled", "The call was cancelled", { cause: reason });
}
