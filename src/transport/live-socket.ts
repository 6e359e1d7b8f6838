import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../core/clock.ts";
import { closeCodes } from "./web-socket.ts";

/** The subprotocol of the live stream. */
export const liveSubprotocol = "switchyard.live";

/** A WebSocket over which texts are sent that are framed once for many. */
export interface LiveSocket {
  /** Sends frames made by {@link textFrame}. Nothing is sent once it closes. */
  write(frames: Buffer): void;
  /** What the system has not taken; it takes what is written at once as a rule. */
  readonly unsentBytes: number;
  /** Calls `run` once when the system has taken what is unsent; never where the connection ends first. */
  whenTaken(run: () => void): void;
  /** Asks the peer for a sign of life. */
  ping(): void;
  /** Tells the peer why; without an answer the connection is cut after two seconds. Safe to call twice. */
  close(code: number, reason: string): void;
}

/** Who takes what a peer sends. */
export interface LiveReceiver {
  text(text: Buffer): void;
  /** Anything came, the answer to a ping included. */
  heard(): void;
  ended(): void;
}

const farewellMs = 2000;
const nothing = Buffer.alloc(0);

/**
 * A text as a frame, as servers send it: unmasked, so that it is the same for everybody.
 *
 * @see RFC 6455, 5.2.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = 0x81;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}

/** Takes the handshakes of those who watch. A message over `maxMessageBytes` ends the connection with 1009, a binary one with 1003. */
export function liveSocketTaker(
  clock: Clock,
  maxMessageBytes: number,
): (request: IncomingMessage, wire: Duplex, head: Buffer, taken: (socket: LiveSocket) => LiveReceiver) => void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: (offered) => (offered.has(liveSubprotocol) ? liveSubprotocol : false),
  });
  return (request, wire, head, taken) => {
    server.handleUpgrade(request, wire, head, (socket) => {
      const live = liveSocket(socket, wire, clock);
      const receiver = taken(live);
      socket.on("message", (data, isBinary) => {
        receiver.heard();
        if (isBinary || !Buffer.isBuffer(data)) live.close(closeCodes.unsupportedData, "messages are text");
        else receiver.text(data);
      });
      socket.on("pong", () => {
        receiver.heard();
      });
      // What was wrong, the peer has been told by the library; `close` follows.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        receiver.ended();
      });
    });
  };
}

/** Writes to the wire itself: the library would frame each text for each peer. It writes whole frames at once, so that ours come between them. */
function liveSocket(socket: WebSocket, wire: Duplex, clock: Clock): LiveSocket {
  return {
    write(frames) {
      // Without a callback, which would cost each of many readers a turn of the event loop for each piece.
      if (socket.readyState === WebSocket.OPEN && wire.writable) wire.write(frames);
    },
    get unsentBytes() {
      return wire.writableLength;
    },
    whenTaken(run) {
      if (socket.readyState === WebSocket.OPEN && wire.writable)
        wire.write(nothing, (error) => {
          if (!(error instanceof Error)) run();
        });
    },
    ping() {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close(code, reason) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.close(code, reason);
      const stop = clock.after(farewellMs, () => {
        socket.terminate();
      });
      socket.once("close", stop);
    },
  };
}
