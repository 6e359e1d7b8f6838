import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { Clock, StopTimer } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import { type Channel, type ChannelReceiver, maxFrameBytes, maxUnsentBytes } from "./channel.ts";
import { type CredentialSource, type Opening, challengeIn, isRefusal, openWith } from "./credentials.ts";
import { guardedLookup, hostProblem } from "./forbidden-address.ts";
import { networkProblem, refusedWith } from "./network-problem.ts";

/** The subprotocol by which both sides know that MCP is spoken. */
export const subprotocol = "mcp";

/**
 * Why a WebSocket is closed.
 *
 * @see RFC 6455, 7.4.1.
 */
export const closeCodes = { normal: 1000, goingAway: 1001, unsupportedData: 1003, policyViolation: 1008 } as const;

/** A WebSocket as a channel: one text message is one frame. */
export interface WebSocketChannel extends Channel {
  /** Tells the peer why, in at most 123 bytes; without an answer to that the connection is cut after two seconds. */
  close(code?: number, reason?: string): Promise<void>;
}

/** Where a WebSocket is opened. */
export interface WebSocketAddress {
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** Sent with the handshake; may hold secrets, so no error carries them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who says who we are in the handshake; absent: `headers` alone. */
  readonly credentials?: CredentialSource | undefined;
}

/** What the channels that a server takes are made with. */
export interface WebSocketTaking {
  readonly clock: Clock;
  /** Longest message that is taken, in bytes. */
  readonly maxFrameBytes: number;
}

/** How long a handshake may take, in ms. */
const connectMs = 10_000;
/** How often it is seen to that the peer is still there, in ms. */
export const pingMs = 30_000;
/** How often a ping may find our own bytes before it that the peer has not taken yet, before the peer counts as gone. */
const patientBeats = 10;
/** How long the peer may take to answer that we close, in ms. */
const farewellMs = 2000;

/**
 * Opens a WebSocket to an upstream.
 *
 * @throws {GatewayError} `upstream_unavailable` — there is no connection, or no answer within 10 s; `upstream_refused_credentials`;
 *   `upstream_protocol_error` — what is there speaks no WebSocket, or not the subprotocol `mcp`; what {@link CredentialSource.appeal}
 *   throws; the signal's reason.
 * @see RFC 6455, 4.1; MCP 2026-07-28, basic/transports, Custom Transports.
 */
export async function connectWebSocket(
  address: WebSocketAddress,
  clock: Clock,
  signal: AbortSignal,
): Promise<WebSocketChannel> {
  const url = new URL(address.url);
  url.hash = "";
  signal.throwIfAborted();
  const opening = await openWith(address.credentials, signal, async (credentials) => {
    const limit = deadline(clock, connectMs, signal, () => noAnswer(url.origin));
    try {
      return await opened(url, { ...address.headers, ...credentials }, clock, limit.signal);
    } finally {
      limit.stop();
    }
  });
  if (opening.kind === "refused") throw refusedWith(opening.status, what);
  return opening.opened;
}

const what = "the opening of a WebSocket";

async function opened(
  url: URL,
  headers: WebSocketAddress["headers"],
  clock: Clock,
  signal: AbortSignal,
): Promise<Opening<WebSocketChannel>> {
  const { promise, resolve, reject } = Promise.withResolvers<Opening<WebSocketChannel>>();
  const problem = hostProblem(url.hostname);
  if (problem !== undefined) throw problem;
  const socket = new WebSocket(url, subprotocol, {
    lookup: guardedLookup,
    headers: { ...headers },
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  let wire: Duplex | undefined;
  socket.on("upgrade", (response) => {
    wire = response.socket;
  });
  socket.on("unexpected-response", (_request, { statusCode: status = 0, headers: answer }) => {
    if (isRefusal(status)) resolve({ kind: "refused", status, challenge: challengeIn(answer) });
    else reject(refusedWith(status, what));
    socket.terminate();
  });
  socket.on("error", (error) => {
    reject(handshakeProblem(error, url.origin));
  });
  socket.on("open", () => {
    if (wire === undefined) return;
    resolve({ kind: "open", opened: new SocketChannel(socket, wire, { clock, maxFrameBytes }) });
  });
  const giveUp = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : noAnswer(url.origin));
    socket.terminate();
  };
  signal.addEventListener("abort", giveUp);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** Takes the handshakes that clients of an HTTP server begin. What is no proper handshake is answered with its status and cut. */
export function webSocketTaker(
  taking: WebSocketTaking,
): (request: IncomingMessage, wire: Duplex, head: Buffer, taken: (channel: WebSocketChannel) => void) => void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: taking.maxFrameBytes,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  return (request, wire, head, taken) => {
    server.handleUpgrade(request, wire, head, (socket) => {
      taken(new SocketChannel(socket, wire, taking));
    });
  };
}

/**
 * A WebSocket's life as a channel.
 *
 * - `open`: frames go both ways, once {@link start} was called; before, nothing is read.
 * - `closing`: by us, by a fault of the peer's, or by the peer; nothing goes in or out any more, the peer is told why. After two
 *   seconds the connection is cut.
 * - `over`: nothing is left.
 */
type State = "open" | "closing" | "over";

class SocketChannel implements WebSocketChannel {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #over = Promise.withResolvers<void>();
  readonly #stopBeat: StopTimer;
  #stopFarewell: StopTimer | undefined;
  #state: State = "open";
  #receiver: ChannelReceiver | undefined;
  /** Why it ends, where that was known before the end. */
  #reason: string | undefined;
  #isHeard = false;
  #hasPingLeft = false;
  #silentBeats = 0;

  constructor(socket: WebSocket, wire: Duplex, { clock, maxFrameBytes: limitBytes }: WebSocketTaking) {
    this.#socket = socket;
    this.#clock = clock;
    socket.pause();
    wire.on("data", () => {
      this.#isHeard = true;
    });
    socket.on("message", (data, isBinary) => {
      this.#take(data, isBinary);
    });
    socket.on("error", (error) => {
      this.#leave(faultOf(error, limitBytes));
    });
    socket.on("close", (code, reason) => {
      this.#end(code, reason);
    });
    this.#stopBeat = clock.every(pingMs, () => {
      this.#beat();
    });
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    if (this.#state === "over") receiver.ended({ reason: this.#reason ?? "the WebSocket was closed" });
    else this.#socket.resume();
  }

  send(frame: string | Buffer): void {
    if (this.#state !== "open" || this.#socket.readyState !== WebSocket.OPEN) {
      throw new GatewayError("upstream_unavailable", "The WebSocket has ended");
    }
    if (this.#socket.bufferedAmount > maxUnsentBytes) {
      this.#reason = `it left more than ${maxUnsentBytes} bytes unread`;
      void this.close(closeCodes.policyViolation, "too much is left unread");
      throw new GatewayError("upstream_unavailable", `The peer left more than ${maxUnsentBytes} bytes unread`);
    }
    this.#socket.send(frame, { binary: false });
  }

  close(code: number = closeCodes.normal, reason = ""): Promise<void> {
    if (this.#state === "open") {
      this.#leave("the WebSocket was closed");
      this.#socket.close(code, reason);
    }
    return this.#over.promise;
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#state !== "open") return;
    if (!isBinary && Buffer.isBuffer(data)) {
      this.#receiver?.frame(data);
      return;
    }
    this.#reason = "it sent a binary message";
    void this.close(closeCodes.unsupportedData, "messages are text");
  }

  /** From here on the connection only ends; what the peer still sends is read, so that its own farewell is seen. */
  #leave(reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#reason ??= reason;
    this.#socket.resume();
    this.#stopFarewell = this.#clock.after(farewellMs, () => {
      this.#socket.terminate();
    });
  }

  /**
   * Whoever sent nothing since the last ping left, not even its answer, is gone. A ping that waits behind what the peer is still
   * taking proves nothing for a while.
   */
  #beat(): void {
    this.#silentBeats = this.#isHeard ? 0 : this.#silentBeats + 1;
    this.#isHeard = false;
    if (this.#silentBeats >= (this.#hasPingLeft ? 1 : patientBeats)) {
      this.#reason ??= `it did not answer a ping within ${pingMs} ms`;
      this.#socket.terminate();
      return;
    }
    this.#hasPingLeft = false;
    this.#socket.ping(undefined, undefined, (error?: unknown) => {
      this.#hasPingLeft = !(error instanceof Error);
    });
  }

  #end(code: number, reason: Buffer): void {
    this.#stopBeat();
    this.#stopFarewell?.();
    this.#state = "over";
    this.#reason ??= toldBy(code, reason);
    this.#receiver?.ended({ reason: this.#reason });
    this.#over.resolve();
  }
}

/** No close frame came (RFC 6455, 7.1.5). */
const abnormal = 1006;

function toldBy(code: number, reason: Buffer): string {
  if (code === abnormal) return "the connection broke";
  const said = reason.length === 0 ? "" : `: ${JSON.stringify(reason.toString("utf8"))}`;
  return `it closed the WebSocket with code ${code}${said}`;
}

function faultOf(error: Error, limitBytes: number): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return `it sent a message of more than ${limitBytes} bytes`;
  return `it broke the WebSocket protocol (${error.message})`;
}

function noAnswer(origin: string): GatewayError {
  return new GatewayError("upstream_unavailable", `No WebSocket to ${origin} within ${connectMs} ms`, {
    data: { stage: "connect", reason: "timeout" },
  });
}

/** Without a code of the system's it was the answer that was wrong: the library has a sentence for each way. */
function handshakeProblem(error: Error, origin: string): GatewayError {
  if ("code" in error && typeof error.code === "string") return networkProblem(error, origin);
  return new GatewayError("upstream_protocol_error", `The WebSocket could not be opened: ${error.message}`, {
    data: {
      stage: "handshake",
      suggestion: `Correct the path in \`url\`; a server must accept the subprotocol "${subprotocol}".`,
    },
    cause: error,
  });
}
