import type { Socket } from "node:net";
import { systemClock as clock } from "../../core/clock.ts";
import { toGatewayError } from "../../core/errors.ts";
import type { ResponseHead } from "./response-head.ts";
import { type ResponseReceiver, ResponseReader } from "./response-reader.ts";

/** One request as it goes over the wire, and what is told of its answer. */
export interface WireRequest {
  /** The head without the empty line at its end, in ASCII. */
  readonly head: string;
  readonly body: string | Buffer | undefined;
  /** The connection that carries it takes itself in here. */
  connection: Connection | undefined;
  answered(head: ResponseHead): void;
  data(part: Buffer): void;
  /** The answer is whole. */
  done(): void;
  failed(error: Error): void;
}

/** Who has a connection. */
export interface ConnectionOwner {
  /** It may carry another request, if that begins within so many ms. */
  free(connection: Connection, reusableMs: number): void;
  /** It carries nothing any more. Called once. */
  gone(connection: Connection): void;
}

/** How long connecting may take, in ms. */
const connectMs = 10_000;
/** Bodies up to this size, in bytes, are sent in one piece with the head: one system call instead of two, at the price of a copy. */
const smallBody = 16_384;

/** One connection to a server, which carries one request at a time. */
export class Connection implements ResponseReceiver {
  /** Until when its owner lets it be idle, by the clock's `monotonic`. */
  idleUntil = 0;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader = new ResponseReader();
  #request: WireRequest | undefined;
  #reusableMs = 0;

  /** Takes a socket that is connecting; `ready` is the event that says that it can be used. */
  constructor(socket: Socket, ready: "connect" | "secureConnect", owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    const stopTimer = clock.after(connectMs, () => {
      this.fail(connectTimeout());
    });
    socket.once(ready, stopTimer);
    socket.on("data", (bytes: Buffer) => {
      this.#take(bytes);
    });
    socket.on("end", () => {
      if (!this.#reader.close()) this.fail(closedEarly());
    });
    socket.on("error", (error) => {
      this.fail(error);
    });
    socket.on("close", () => {
      stopTimer();
      this.fail(closedEarly());
      owner.gone(this);
    });
  }

  /** Sends a request; there must be no other under way. */
  carry(request: WireRequest): void {
    this.#request = request;
    request.connection = this;
    this.#reader.begin(this);
    const { head, body } = request;
    const socket = this.#socket;
    if (body === undefined) socket.write(`${head}\r\n`, "latin1");
    else if (typeof body === "string") writeText(socket, head, body);
    else if (body.length <= smallBody) {
      // Bytes as Latin-1 and back are the same bytes.
      socket.write(`${head}content-length: ${body.length}\r\n\r\n${body.toString("latin1")}`, "latin1");
    } else {
      socket.cork();
      socket.write(`${head}content-length: ${body.length}\r\n\r\n`, "latin1");
      socket.write(body);
      socket.uncork();
    }
  }

  /** Ends it at once; who waits for an answer is told nothing. Safe to call twice. */
  destroy(): void {
    this.#request = undefined;
    this.#reader.stop();
    this.#socket.destroy();
  }

  /** Ends it at once, and tells who waits for an answer why. Safe to call twice. */
  fail(error: Error): void {
    const request = this.#request;
    this.destroy();
    request?.failed(error);
  }

  head(head: ResponseHead): void {
    this.#reusableMs = head.reusableMs;
    this.#request?.answered(head);
  }

  data(part: Buffer): void {
    this.#request?.data(part);
  }

  end(isClean: boolean): void {
    const request = this.#request;
    this.#request = undefined;
    // A server that answers before it has read everything takes what is still to be sent for a request of its own.
    if (isClean && this.#reusableMs > 0 && this.#socket.writableLength === 0) this.#owner.free(this, this.#reusableMs);
    else this.destroy();
    request?.done();
  }

  #take(bytes: Buffer): void {
    // Nobody asked: what it would be taken for is the answer to the next request.
    if (this.#request === undefined) this.destroy();
    else {
      try {
        this.#reader.push(bytes);
      } catch (thrown) {
        this.fail(toGatewayError(thrown));
      }
    }
  }
}

function writeText(socket: Socket, head: string, body: string): void {
  const bytes = Buffer.byteLength(body);
  // Where every character is one byte, the text need not be encoded.
  socket.write(`${head}content-length: ${bytes}\r\n\r\n${body}`, bytes === body.length ? "latin1" : "utf8");
}

function connectTimeout(): Error {
  return Object.assign(new Error(`not connected within ${connectMs} ms`), { code: "CONNECT_TIMEOUT" });
}

function closedEarly(): Error {
  return Object.assign(new Error("the other side closed it before it had answered"), { code: "CLOSED_EARLY" });
}
