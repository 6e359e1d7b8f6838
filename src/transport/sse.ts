import { maxFrameBytes } from "./channel.ts";

/** One server-sent event. Events without data are not handed on. */
export interface SseEvent {
  readonly data: Buffer;
  /** What the stream calls it; `message` where it says nothing. */
  readonly type: string;
  /** The last event id seen on this stream, this event's own included. */
  readonly id: string | undefined;
}

/** What an {@link SseReader} hands on. */
export interface SseReceiver {
  event(event: SseEvent): void;
  /** The stream gave an id to come back with; told of events without data too, before the event. */
  id?(id: string): void;
  /** The server's wish for how long to wait before coming back, in ms. */
  retry(ms: number): void;
  /** An event went over the limit and was dropped. */
  tooLong(limitBytes: number): void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
/** Lines of data in one event: each costs more to keep than its bytes, so that a limit on bytes alone would not bound anything. */
const maxDataLines = 100_000;
/** How much of an event's type is kept; those that mean something here are shorter. */
const maxTypeBytes = 64;

/**
 * Reads an event stream, wherever its chunks begin and end. Lines end with LF, CR LF or CR; comments are ignored; an event's data
 * lines are joined by LF.
 *
 * @see HTML Living Standard, 9.2.6 Interpreting an event stream.
 */
export class SseReader {
  readonly #receiver: SseReceiver;
  readonly #limit: number;
  /** The pieces of a line whose end has not come yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isFirstLine = true;
  /** Whether the rest of the line that is being read belongs to a piece that was dropped. */
  #isSkippingLine = false;
  #skipLineFeed = false;
  #data: Buffer[] = [];
  #dataBytes = 0;
  #isDropping = false;
  #type = "";
  #id: string | undefined;
  #toldId: string | undefined;

  constructor(receiver: SseReceiver, limitBytes: number = maxFrameBytes) {
    this.#receiver = receiver;
    this.#limit = limitBytes;
  }

  /** Takes the next chunk; calls the receiver for each event that it completes. */
  push(chunk: Buffer): void {
    let from = 0;
    if (this.#skipLineFeed && chunk.length > 0) {
      if (chunk[0] === lineFeed) from = 1;
      this.#skipLineFeed = false;
    }
    let back = chunk.indexOf(carriageReturn, from);
    let feed = chunk.indexOf(lineFeed, from);
    while (back !== -1 || feed !== -1) {
      const isBack = back !== -1 && (feed === -1 || back < feed);
      const end = isBack ? back : feed;
      this.#finishLine(chunk.subarray(from, end));
      from = end + 1;
      if (isBack && chunk[from] === lineFeed) from += 1;
      else if (isBack && from === chunk.length) this.#skipLineFeed = true;
      if (back !== -1 && back < from) back = chunk.indexOf(carriageReturn, from);
      if (feed !== -1 && feed < from) feed = chunk.indexOf(lineFeed, from);
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  #hold(piece: Buffer): void {
    if (this.#isSkippingLine) return;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes <= this.#limit) return;
    this.#release();
    this.#isSkippingLine = true;
    this.#drop();
  }

  #finishLine(piece: Buffer): void {
    const isFirstLine = this.#isFirstLine;
    this.#isFirstLine = false;
    if (this.#isSkippingLine) {
      this.#isSkippingLine = false;
      return;
    }
    const line = this.#heldBytes === 0 ? piece : Buffer.concat([...this.#held, piece]);
    this.#release();
    if (line.length > this.#limit) this.#drop();
    else this.#line(isFirstLine && line.subarray(0, 3).equals(byteOrderMark) ? line.subarray(3) : line);
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #line(line: Buffer): void {
    if (line.length === 0) {
      this.#dispatch();
      return;
    }
    const at = line.indexOf(colon);
    if (at === 0) return;
    const field = (at === -1 ? line : line.subarray(0, at)).toString("latin1");
    const from = at === -1 ? line.length : at + (line[at + 1] === space ? 2 : 1);
    this.#field(field, line.subarray(from));
  }

  #field(field: string, value: Buffer): void {
    if (field === "data") {
      if (this.#isDropping) return;
      this.#dataBytes += value.length + 1;
      if (this.#dataBytes > this.#limit || this.#data.length >= maxDataLines) this.#drop();
      else this.#data.push(value);
    } else if (field === "event") {
      this.#type = value.toString("utf8", 0, maxTypeBytes);
    } else if (field === "id") {
      if (!value.includes(0)) this.#id = value.toString("utf8");
    } else if (field === "retry") {
      const text = value.toString("latin1");
      if (/^\d{1,9}$/.test(text)) this.#receiver.retry(Number(text));
    }
  }

  #dispatch(): void {
    const [first, ...more] = this.#data;
    const type = this.#type === "" ? "message" : this.#type;
    this.#type = "";
    this.#data = [];
    this.#dataBytes = 0;
    this.#isDropping = false;
    this.#tellId();
    if (first === undefined) return;
    const data = more.length === 0 ? first : Buffer.concat([first, ...more.flatMap((line) => [newLine, line])]);
    if (data.length > 0) this.#receiver.event({ data, type, id: this.#id });
  }

  #tellId(): void {
    if (this.#id === undefined || this.#id === this.#toldId) return;
    this.#toldId = this.#id;
    this.#receiver.id?.(this.#id);
  }

  #drop(): void {
    this.#data = [];
    if (!this.#isDropping) this.#receiver.tooLong(this.#limit);
    this.#isDropping = true;
  }
}

const newLine = Buffer.from("\n");
const eventHead = Buffer.from("event: message\ndata: ");
const eventEnd = Buffer.from("\n\n");

/** One message as an event; `frame` must contain no line break. */
export function sseEvent(frame: Buffer): Buffer {
  return Buffer.concat([eventHead, frame, eventEnd]);
}

/** A line that keeps idle connections open and means nothing. */
export const sseKeepAlive = ": keep-alive\n\n";
