import type { WebSocket } from "ws";

/**
 * A WebSocket as the SDKs' transports are: for their servers, and for the client of the SDK v2, which has none of its own.
 *
 * `Message` is the SDK's own type of a message.
 */
export class WebSocketTransport<Message> {
  onmessage?: (message: Message) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #socket: WebSocket;
  readonly #parse: (text: string) => Message;

  constructor(socket: WebSocket, parse: (text: string) => Message) {
    this.#socket = socket;
    this.#parse = parse;
  }

  /** Resolves when the socket is open. */
  async start(): Promise<void> {
    const socket = this.#socket;
    socket.on("message", (data) => {
      if (Buffer.isBuffer(data)) this.onmessage?.(this.#parse(data.toString()));
    });
    socket.on("close", () => this.onclose?.());
    if (socket.readyState === socket.OPEN) return;
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
  }

  send(message: Message): Promise<void> {
    this.#socket.send(JSON.stringify(message));
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState === socket.CLOSED) return;
    const closed = new Promise<void>((resolve) => {
      socket.once("close", () => {
        resolve();
      });
    });
    socket.close();
    await closed;
  }
}
