import { type ResponseHead, noHttp, readHead } from "./response-head.ts";

/** Who is told what an answer consists of: its head, parts of its body, its end. */
export interface ResponseReceiver {
  head(head: ResponseHead): void;
  /** A part of the body, in the memory that it came in. */
  data(part: Buffer): void;
  /** The answer is whole. `isClean` is false where more bytes came than belong to it. */
  end(isClean: boolean): void;
}

/** Longest head, and longest trailer section, in bytes. */
const maxHeadBytes = 16_384;
/** Longest line that says how large the next chunk is, in bytes. */
const maxSizeLine = 1024;

const endOfHead = Buffer.from("\r\n\r\n");
const lineFeed = 10;

/** Where in an answer the reader is; `left` are the bytes that are still to come of a body or a chunk. */
type Place =
  | { readonly kind: "nowhere" }
  | { readonly kind: "head" }
  | { readonly kind: "body"; left: number }
  | { readonly kind: "until_close" }
  | { readonly kind: "chunk_size" }
  | { readonly kind: "chunk"; left: number }
  | { readonly kind: "chunk_end" }
  | { readonly kind: "trailers"; bytes: number };

const nowhere: Place = { kind: "nowhere" };
const inHead: Place = { kind: "head" };
const untilClose: Place = { kind: "until_close" };
const chunkSize: Place = { kind: "chunk_size" };
const chunkEnd: Place = { kind: "chunk_end" };

/**
 * Reads the answers on one connection, one after the other, from bytes however they are cut.
 *
 * @see RFC 9112, 6 (message body), 7.1 (chunked).
 */
export class ResponseReader {
  #receiver: ResponseReceiver | undefined;
  #place: Place = nowhere;
  /** What came of a head that is not whole. */
  #early: Buffer | undefined;
  /** What came of a line that is not whole. */
  #line = "";
  #at = 0;

  /** Begins with the next answer, for this receiver. */
  begin(receiver: ResponseReceiver): void {
    this.#receiver = receiver;
    this.#place = inHead;
  }

  /** Tells nobody anything any more. */
  stop(): void {
    this.#receiver = undefined;
    this.#place = nowhere;
    this.#early = undefined;
    this.#line = "";
  }

  /** @throws {GatewayError} `upstream_protocol_error` — it is not HTTP; nothing that comes later can be understood either. */
  push(bytes: Buffer): void {
    this.#at = 0;
    while (this.#receiver !== undefined && this.#at < bytes.length) this.#step(bytes, this.#receiver, this.#place);
  }

  /** The peer sends no more. True where that is how the answer ends, which its receiver is told. */
  close(): boolean {
    if (this.#place.kind !== "until_close" || this.#receiver === undefined) return false;
    this.#finish(this.#receiver, false);
    return true;
  }

  #step(bytes: Buffer, receiver: ResponseReceiver, place: Place): void {
    switch (place.kind) {
      case "nowhere":
        return;
      case "head":
        this.#head(bytes, receiver);
        return;
      case "body":
      case "chunk":
        this.#counted(bytes, receiver, place);
        return;
      case "until_close":
        receiver.data(this.#at === 0 ? bytes : bytes.subarray(this.#at));
        this.#at = bytes.length;
        return;
      case "chunk_size":
        this.#size(bytes);
        return;
      case "chunk_end":
        this.#chunkEnd(bytes);
        return;
      case "trailers":
        this.#trailer(bytes, receiver, place);
        return;
    }
  }

  #head(bytes: Buffer, receiver: ResponseReceiver): void {
    const early = this.#early;
    const all = early === undefined ? bytes : Buffer.concat([early, bytes]);
    // Of `early`, only the last three bytes can belong to the end.
    const from = early === undefined ? this.#at : Math.max(0, early.length - 3);
    const start = early === undefined ? this.#at : 0;
    const end = all.indexOf(endOfHead, from);
    if ((end === -1 ? all.length : end) - start > maxHeadBytes) noHttp(`its head has more than ${maxHeadBytes} bytes`);
    if (end === -1) {
      // Copied, as it may be a few bytes of a large piece of memory.
      this.#early = early === undefined ? Buffer.from(bytes.subarray(this.#at)) : all;
      this.#at = bytes.length;
      return;
    }
    this.#early = undefined;
    this.#at = end + endOfHead.length - (all.length - bytes.length);
    const head = readHead(all.toString("latin1", start, end));
    if (head.status === 101) noHttp("it changes to a protocol that nobody asked for");
    // Others may come before the one that counts (RFC 9110, 15.2).
    if (head.status < 200) return;
    this.#place = placeOf(head);
    receiver.head(head);
    if (this.#place.kind === "body" && this.#place.left === 0) this.#finish(receiver, this.#at === bytes.length);
  }

  #counted(bytes: Buffer, receiver: ResponseReceiver, place: Place & { left: number }): void {
    const start = this.#at;
    const end = Math.min(bytes.length, start + place.left);
    place.left -= end - start;
    this.#at = end;
    receiver.data(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    if (place.left > 0 || this.#receiver !== receiver) return;
    if (place.kind === "chunk") this.#place = chunkEnd;
    else this.#finish(receiver, end === bytes.length);
  }

  #size(bytes: Buffer): void {
    const line = this.#lineIn(bytes, maxSizeLine);
    if (line === undefined) return;
    const digits = /^([\dA-Fa-f]{1,12})[\t ]*(?:;.*)?$/.exec(line)?.[1] ?? noHttp("a chunk does not say its size");
    const size = Number.parseInt(digits, 16);
    this.#place = size === 0 ? { kind: "trailers", bytes: 0 } : { kind: "chunk", left: size };
  }

  #chunkEnd(bytes: Buffer): void {
    const line = this.#lineIn(bytes, 1);
    if (line === undefined) return;
    if (line !== "") noHttp("a chunk is longer than it says");
    this.#place = chunkSize;
  }

  /** Nothing that stands behind a body is of use to us (RFC 9112, 7.1.2: a recipient may discard it). */
  #trailer(bytes: Buffer, receiver: ResponseReceiver, place: Place & { kind: "trailers" }): void {
    const line = this.#lineIn(bytes, maxHeadBytes - place.bytes);
    if (line === "") this.#finish(receiver, this.#at === bytes.length);
    else if (line !== undefined) place.bytes += line.length;
  }

  /** The next line without its end; undefined where it is not whole yet. */
  #lineIn(bytes: Buffer, limit: number): string | undefined {
    const end = bytes.indexOf(lineFeed, this.#at);
    const line = this.#line + bytes.toString("latin1", this.#at, end === -1 ? bytes.length : end);
    if (line.length > limit) noHttp(`a line between its chunks has more than ${limit} bytes`);
    this.#at = end === -1 ? bytes.length : end + 1;
    this.#line = end === -1 ? line : "";
    if (end === -1) return undefined;
    if (!line.endsWith("\r")) noHttp("a line between its chunks does not end with CR LF");
    return line.slice(0, -1);
  }

  #finish(receiver: ResponseReceiver, isClean: boolean): void {
    this.stop();
    receiver.end(isClean);
  }
}

function placeOf({ body }: ResponseHead): Place {
  switch (body.kind) {
    case "bytes":
      return { kind: "body", left: body.bytes };
    case "chunked":
      return chunkSize;
    case "until_close":
      return untilClose;
  }
}
