import { type Socket, type TcpNetConnectOpts, connect as connectPlain, isIP } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { type StopTimer, systemClock as clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { guardedLookup } from "../forbidden-address.ts";
import { Connection, type ConnectionOwner, type WireRequest } from "./connection.ts";

/** Connections to one origin at once: streams hold one each, so a stream too many waits rather than the machine running dry. */
const maxConnections = 256;
/** Requests that wait for a connection; one more is refused. */
const maxWaiting = 10_000;
/** How often idle connections are looked through for those that are idle for too long, in ms. */
const sweepMs = 2000;

/**
 * The connections to one origin, by the machine's own clock, since servers and the kernel count by theirs. The one that was used last is used next, so that those that are not needed get old and are closed.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #isSecure: boolean;
  readonly #host: string;
  readonly #port: number;
  readonly #open = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<WireRequest>();
  /** Of the last TLS handshake, by which the next is shorter. */
  #session: Buffer | undefined;
  #stopTimer: StopTimer | undefined;
  #onEmpty: (() => void) | undefined;
  #isClosed = false;

  /** Nothing is connected before something is sent. */
  constructor({ protocol, hostname, port }: URL) {
    this.#isSecure = protocol === "https:";
    this.#host = hostname.replace(/^\[(.*)\]$/, "$1");
    this.#port = port === "" ? (this.#isSecure ? 443 : 80) : Number(port);
  }

  /** Sends a request as soon as there is a connection for it. */
  send(request: WireRequest): void {
    if (this.#isClosed) request.failed(closed());
    else if (this.#idle.length > 0) this.#carryIdle(request);
    else if (this.#open.size < maxConnections) this.#connect().carry(request);
    else if (this.#waiting.size < maxWaiting) this.#waiting.add(request);
    else request.failed(tooMany());
  }

  /** Gives up a request that waits; nothing where it does not. */
  forget(request: WireRequest): void {
    this.#waiting.delete(request);
  }

  free(connection: Connection, reusableMs: number): void {
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      connection.carry(next);
      return;
    }
    connection.idleUntil = clock.monotonic() + reusableMs;
    this.#idle.push(connection);
    this.#stopTimer ??= clock.after(sweepMs, () => {
      this.#sweep();
    });
  }

  gone(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      this.#connect().carry(next);
    }
    if (this.#open.size === 0) this.#onEmpty?.();
  }

  /** Ends every connection; resolves when they are gone. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer?.();
    for (const request of this.#waiting) request.failed(closed());
    this.#waiting.clear();
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    for (const connection of this.#open) connection.fail(closed());
    await promise;
  }

  #carryIdle(request: WireRequest): void {
    const now = clock.monotonic();
    const connection = this.#idle.pop();
    if (connection !== undefined && connection.idleUntil >= now) connection.carry(request);
    else {
      connection?.destroy();
      this.send(request);
    }
  }

  #sweep(): void {
    this.#stopTimer = undefined;
    const now = clock.monotonic();
    for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil < now)) {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
      connection.destroy();
    }
    if (this.#idle.length > 0) {
      this.#stopTimer = clock.after(sweepMs, () => {
        this.#sweep();
      });
    }
  }

  #connect(): Connection {
    const options = {
      host: this.#host,
      port: this.#port,
      lookup: guardedLookup,
    };
    const socket = this.#isSecure ? this.#secure(options) : connectPlain(options);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    const connection = new Connection(socket, this.#isSecure ? "secureConnect" : "connect", this);
    this.#open.add(connection);
    return connection;
  }

  #secure(options: TcpNetConnectOpts): Socket {
    const socket = connectSecurely({
      ...options,
      ALPNProtocols: ["http/1.1"],
      ...(isIP(this.#host) === 0 && { servername: this.#host }),
      ...(this.#session !== undefined && { session: this.#session }),
    });
    socket.on("session", (session: Buffer) => {
      this.#session = session;
    });
    return socket;
  }
}

function closed(): GatewayError {
  return new GatewayError("upstream_unavailable", "The connection to the upstream was closed");
}

function tooMany(): GatewayError {
  return new GatewayError(
    "upstream_unavailable",
    `More than ${maxWaiting} requests wait for a connection to the upstream`,
  );
}
