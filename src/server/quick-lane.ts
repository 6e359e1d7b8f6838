import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock, StopTimer } from "../core/clock.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { quickRequestIn } from "./quick-request.ts";
import { type QuickOutlet, QuickResponse, keepAliveSeconds } from "./quick-response.ts";

/** Serves a request. */
export type ServeQuickly = (request: HttpRequest, response: HttpResponse) => void;

/** How often connections are looked through for those that are idle for too long, in ms. */
const sweepMs = 15_000;

/**
 * Reads the ordinary requests of a server by itself, which costs a call less than Node's server does, that knows all of HTTP. The first
 * request on a connection that is not ordinary hands the connection, with all that was not read yet, over to Node, for good.
 */
export class QuickLane {
  readonly #clock: Clock;
  readonly #serve: ServeQuickly;
  readonly #connections = new Set<QuickConnection>();
  readonly #stopSweeping: StopTimer;
  #isClosing = false;

  /** Takes the server's connections. */
  constructor(server: Server, clock: Clock, serve: ServeQuickly) {
    this.#clock = clock;
    this.#serve = serve;
    const nodes = server.listeners("connection");
    server.removeAllListeners("connection");
    const handOver = (socket: Socket): void => {
      for (const listener of nodes) listener.call(server, socket);
    };
    server.on("connection", (socket: Socket) => {
      this.#take(socket, handOver);
    });
    this.#stopSweeping = clock.every(sweepMs, () => {
      const since = this.#clock.monotonic() - keepAliveSeconds * 1000;
      for (const connection of this.#connections) if (connection.isIdleSince(since)) connection.destroy();
    });
  }

  /** Ends idle connections now, others with their answer. Safe to call twice. */
  close(): void {
    this.#isClosing = true;
    this.#stopSweeping();
    for (const connection of this.#connections) if (connection.isIdle) connection.destroy();
  }

  /** Ends every connection. */
  destroy(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  #take(socket: Socket, handOver: (socket: Socket) => void): void {
    const connection = new QuickConnection(socket, {
      clock: this.#clock,
      serve: this.#serve,
      isClosing: () => this.#isClosing,
      over: () => this.#connections.delete(connection),
      handOver,
    });
    this.#connections.add(connection);
  }
}

interface Owner {
  readonly clock: Clock;
  readonly serve: ServeQuickly;
  readonly isClosing: () => boolean;
  /** The connection has ended, or is somebody else's. */
  readonly over: () => void;
  readonly handOver: (socket: Socket) => void;
}

/** One connection, and the request that it is busy with. */
class QuickConnection implements QuickOutlet {
  readonly socket: Socket;
  readonly #owner: Owner;
  #response: QuickResponse | undefined;
  /** What came while a request was under way. */
  #early: Buffer | undefined;
  /** What came of a request that is not whole yet: many clients send head and body one after the other. */
  #begun: Buffer | undefined;
  #idleSince: number;
  /** It has ended, or is Node's. */
  #isOver = false;

  constructor(socket: Socket, owner: Owner) {
    this.socket = socket;
    this.#owner = owner;
    this.#idleSince = owner.clock.monotonic();
    socket.on("data", this.#data);
    socket.on("end", this.#end);
    socket.on("error", this.#error);
    socket.on("close", this.#closed);
  }

  get clock(): Clock {
    return this.#owner.clock;
  }

  get isLast(): boolean {
    return this.#owner.isClosing();
  }

  get isIdle(): boolean {
    return this.#response === undefined;
  }

  isIdleSince(time: number): boolean {
    return this.isIdle && this.#idleSince < time;
  }

  destroy(): void {
    this.socket.destroy();
  }

  ended(): void {
    this.#response = undefined;
    if (this.isLast) {
      this.socket.end();
      return;
    }
    this.#idleSince = this.clock.monotonic();
    if (!this.socket.isPaused()) return;
    // Not within the answer before it: a client that sends many at once must not make a stack of them.
    setImmediate(() => {
      const early = this.#early;
      this.#early = undefined;
      if (early !== undefined) this.#data(early);
      if (this.isIdle && !this.#isOver) this.socket.resume();
    });
  }

  readonly #data = (bytes: Buffer): void => {
    if (this.socket.destroyed) return;
    if (this.#response !== undefined) {
      this.#early = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes]);
      this.socket.pause();
      return;
    }
    const begun = this.#begun;
    this.#begun = undefined;
    const all = begun === undefined ? bytes : Buffer.concat([begun, bytes]);
    const request = quickRequestIn(all);
    if (request === "unfinished" && begun === undefined) {
      this.#begun = bytes;
      this.#idleSince = this.clock.monotonic();
      return;
    }
    if (typeof request === "string") {
      this.#handOver(all);
      return;
    }
    const response = new QuickResponse(this);
    this.#response = response;
    this.#owner.serve({ ...request, socket: this.socket, on: neverCalled }, response);
  };

  /** A client that ends its side while it waits is taken for one that has left, as Node does. */
  readonly #end = (): void => {
    if (this.isIdle) this.socket.end();
    else this.socket.destroy();
  };

  readonly #error = (): void => {
    // What becomes of the request is told when the connection closes, which follows.
  };

  readonly #closed = (): void => {
    this.#isOver = true;
    this.#owner.over();
    this.#response?.close();
  };

  #handOver(bytes: Buffer): void {
    const { socket } = this;
    socket.off("data", this.#data);
    socket.off("end", this.#end);
    socket.off("error", this.#error);
    socket.off("close", this.#closed);
    this.#isOver = true;
    this.#owner.over();
    socket.pause();
    socket.unshift(bytes);
    this.#owner.handOver(socket);
    socket.resume();
  }
}

function neverCalled(): void {
  // The body is there already.
}
