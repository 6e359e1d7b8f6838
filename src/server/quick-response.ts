import type { OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../core/clock.ts";
import type { HttpResponse } from "./http-exchange.ts";
import { STATUS_CODES } from "./node-http.ts";

/** What a response needs of the connection that it goes out on. */
export interface QuickOutlet {
  readonly socket: Socket;
  readonly clock: Clock;
  /** Whether nothing else is to come on the connection. */
  readonly isLast: boolean;
  /** The answer is complete. */
  ended(): void;
}

/** Bodies up to this size, in bytes, go out in one piece with the head: one system call, at the price of a copy. */
const smallBody = 16_384;
/** How long clients may keep a connection, in s; the same as Node's server is told. */
export const keepAliveSeconds = 75;

const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** How far an answer is: `sized` while one goes out piece by piece whose length its head says. */
type Progress = "open" | "streaming" | "sized" | "ended";

/** The answer to a request that was read quickly: what of Node's responses is used here, written with one system call where it can be. */
export class QuickResponse implements HttpResponse {
  readonly #outlet: QuickOutlet;
  #progress: Progress = "open";
  #status = 200;
  readonly #headers: Record<string, string> = {};
  #isFinished = false;
  #isClosed = false;
  #onClose: (() => void)[] | undefined;

  constructor(outlet: QuickOutlet) {
    this.#outlet = outlet;
  }

  get headersSent(): boolean {
    return this.#progress !== "open";
  }

  get writableEnded(): boolean {
    return this.#progress === "ended";
  }

  get writableFinished(): boolean {
    return this.#isFinished;
  }

  get writableLength(): number {
    return this.#isClosed ? 0 : this.#outlet.socket.writableLength;
  }

  get destroyed(): boolean {
    return this.#isClosed && !this.#isFinished;
  }

  setHeader(name: string, value: string | number): void {
    this.#add(name, value);
  }

  writeHead(status: number, headers: OutgoingHttpHeaders = {}): void {
    this.#status = status;
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) this.#add(name, value);
    }
  }

  flushHeaders(): void {
    if (this.#progress === "open") this.#stream("");
  }

  write(chunk: string | Buffer): boolean {
    if (this.#progress === "ended" || this.#isClosed) return false;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (this.#progress === "sized" || this.#isSized) return this.#writeSized(bytes);
    // An empty chunk would be the last one.
    const text = bytes.length === 0 ? "" : `${bytes.length.toString(16)}\r\n${bytes.toString("latin1")}\r\n`;
    if (this.#progress === "open") return this.#stream(text);
    return this.#outlet.socket.write(text, "latin1");
  }

  end(chunk?: string | Buffer): void {
    if (this.#progress === "ended" || this.#isClosed) return;
    if (this.#progress === "streaming") {
      if (chunk !== undefined) this.write(chunk);
      this.#outlet.socket.write("0\r\n\r\n", "latin1");
    } else if (this.#progress === "sized") {
      if (chunk !== undefined) this.write(chunk);
    } else this.#whole(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    this.#progress = "ended";
    this.#finish();
    this.#outlet.ended();
  }

  destroy(): void {
    this.#outlet.socket.destroy();
  }

  on(_event: "close", listener: () => void): void {
    if (this.#isClosed) return;
    this.#onClose ??= [];
    this.#onClose.push(listener);
  }

  /** Nobody is there any more to take the answer, or it has gone out. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const listeners = this.#onClose;
    this.#onClose = undefined;
    if (listeners !== undefined) for (const listener of listeners) listener();
  }

  #add(name: string, value: NonNullable<OutgoingHttpHeaders[string]>): void {
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    if (!fieldValue.test(text)) throw new TypeError(`The header ${name} cannot have such a value`);
    this.#headers[name] = text;
  }

  #whole(body: Buffer | undefined): void {
    const { socket } = this.#outlet;
    const hasNone = this.#status === 204 || this.#status === 304;
    const length =
      hasNone || this.#headers["content-length"] !== undefined ? "" : `content-length: ${body?.length ?? 0}\r\n`;
    const head = `${this.#head()}${length}\r\n`;
    if (body === undefined || hasNone) socket.write(head, "latin1");
    // Bytes as Latin-1 and back are the same bytes.
    else if (body.length <= smallBody) socket.write(head + body.toString("latin1"), "latin1");
    else {
      socket.cork();
      socket.write(head, "latin1");
      socket.write(body);
      socket.uncork();
    }
  }

  get #isSized(): boolean {
    return this.#progress === "open" && this.#headers["content-length"] !== undefined;
  }

  /** What is written in one turn goes out with one system call, which the head waits for. */
  #writeSized(bytes: Buffer): boolean {
    const { socket } = this.#outlet;
    if (this.#progress === "open") {
      this.#progress = "sized";
      socket.cork();
      process.nextTick(uncork, socket);
      socket.write(`${this.#head()}\r\n`, "latin1");
    }
    return socket.write(bytes);
  }

  /** Begins an answer whose length is not known. */
  #stream(text: string): boolean {
    this.#progress = "streaming";
    return this.#outlet.socket.write(`${this.#head()}transfer-encoding: chunked\r\n\r\n${text}`, "latin1");
  }

  #head(): string {
    const { clock, isLast } = this.#outlet;
    const persistence = isLast
      ? "connection: close\r\n"
      : `connection: keep-alive\r\nkeep-alive: timeout=${keepAliveSeconds}\r\n`;
    let head = `HTTP/1.1 ${this.#status} ${STATUS_CODES[this.#status] ?? ""}\r\n`;
    for (const name in this.#headers) head += `${name}: ${this.#headers[name]}\r\n`;
    return `${head}date: ${dateText(clock.now())}\r\n${persistence}`;
  }

  #finish(): void {
    const { socket } = this.#outlet;
    if (socket.writableLength === 0) this.#finished();
    else {
      socket.write("", () => {
        if (socket.destroyed) this.close();
        else this.#finished();
      });
    }
  }

  #finished(): void {
    this.#isFinished = !this.#isClosed;
    this.close();
  }
}

function uncork(socket: Socket): void {
  socket.uncork();
}

let dateSecond = -1;
let lastDate = "";

/** The time as HTTP writes it (RFC 9110, 5.6.7); made once a second. */
function dateText(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    lastDate = new Date(second * 1000).toUTCString();
  }
  return lastDate;
}
