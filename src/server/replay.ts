import type { Clock, StopTimer } from "../core/clock.ts";
import { openStream } from "./event-stream.ts";
import type { HttpResponse } from "./http-exchange.ts";

/** Bytes of frames that one session may have kept for clients that come back. */
export const maxKeptBytes = 256 * 1024;
/** Streams that one session may have kept. */
export const maxKeptStreams = 64;
/** How long a stream that has ended is kept, in ms: for a client that lost its connection just before the end. */
export const keptMs = 60_000;
/** How long a client should wait before it comes back, in ms. */
const retryMs = 1000;

/** A stream of a session that survives its connection: what it was sent is numbered and kept, and sent again to who comes back. */
export interface ReplayStream {
  /** Sends a frame, or keeps it while nobody is connected. False where the stream has ended. */
  send(frame: Buffer): boolean;
  /** Nothing follows: the connection is ended, now or when the client has come back for the rest. */
  end(): void;
  /** Whether somebody is connected who leaves more than this unread. */
  isStalled(maxUnread: number): boolean;
  /** What it is for: the answer to one request, or what nobody asked for. */
  readonly purpose: StreamPurpose;
}

export type StreamPurpose = "answer" | "unasked";

/**
 * The streams of one session. Event ids are `stream-number`, so that a client that comes back says with the last one where to go on.
 *
 * Bounded in streams and bytes: where there is no more room, the oldest frames of the oldest stream are forgotten, and a client that comes back
 * for them gets what is left.
 *
 * @see MCP 2025-11-25, basic/transports, Resumability and Redelivery.
 */
export class ReplayLog {
  readonly #clock: Clock;
  readonly #streams = new Map<string, Stream>();
  #lastStream = 0;
  #bytes = 0;
  #isClosed = false;

  /** `isRevived`: whether clients may come back with event ids of an earlier process, which are then those of no stream of this one. */
  constructor(clock: Clock, isRevived = false) {
    this.#clock = clock;
    // Later than any number that an earlier process can have counted to.
    if (isRevived) this.#lastStream = clock.now();
  }

  /**
   * Opens a stream on this response. With `isPrimed` it begins with an event without data, whose id a client can come back with before
   * anything was sent.
   */
  open(
    response: HttpResponse,
    purpose: StreamPurpose,
    isPrimed: boolean,
    headers: Readonly<Record<string, string>> = {},
  ): ReplayStream {
    this.#lastStream += 1;
    const key = String(this.#lastStream);
    const stream = new Stream(key, purpose, {
      grew: (bytes) => {
        this.#bytes += bytes;
        this.#makeRoom();
      },
      shrank: (bytes) => {
        this.#bytes -= bytes;
      },
      ended: () => this.#whenEnded(key),
    });
    this.#streams.set(key, stream);
    this.#makeRoom();
    openStream(response, headers);
    if (isPrimed) response.write(`id: ${key}-0\nretry: ${retryMs}\ndata: \n\n`);
    stream.connect(response, 0);
    return stream;
  }

  /** Goes on, on this response, with the stream that the client had read up to this event; undefined where that stream is not kept. */
  resume(response: HttpResponse, lastEventId: string): ReplayStream | undefined {
    const [, key = "", number = ""] = /^(\d{1,15})-(\d{1,15})$/.exec(lastEventId) ?? [];
    const stream = this.#streams.get(key);
    if (stream === undefined) return undefined;
    openStream(response);
    stream.connect(response, Number(number));
    return stream;
  }

  /** Nobody can come back any more: what has ended is forgotten, what has not as soon as it has. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const [key, stream] of this.#streams) if (stream.hasEnded) this.#forget(key);
  }

  #whenEnded(key: string): StopTimer | undefined {
    if (!this.#isClosed) return this.#clock.after(keptMs, () => this.#forget(key));
    this.#forget(key);
    return undefined;
  }

  #makeRoom(): void {
    for (const [key, stream] of this.#streams) {
      if (this.#streams.size > maxKeptStreams && !stream.isConnected) this.#forget(key);
      while (this.#bytes > maxKeptBytes && stream.dropOldest()) continue;
      if (this.#bytes <= maxKeptBytes && this.#streams.size <= maxKeptStreams) return;
    }
  }

  #forget(key: string): void {
    const stream = this.#streams.get(key);
    if (stream === undefined) return;
    this.#streams.delete(key);
    stream.close();
  }
}

interface Kept {
  readonly number: number;
  readonly frame: Buffer;
}

interface StreamOwner {
  /** So many bytes more are kept. */
  readonly grew: (bytes: number) => void;
  /** So many bytes fewer are kept. */
  readonly shrank: (bytes: number) => void;
  readonly ended: () => StopTimer | undefined;
}

class Stream implements ReplayStream {
  readonly purpose: StreamPurpose;
  readonly #key: string;
  readonly #owner: StreamOwner;
  #kept: Kept[] = [];
  #last = 0;
  #response: HttpResponse | undefined;
  #hasEnded = false;
  #stopTimer: StopTimer | undefined;

  constructor(key: string, purpose: StreamPurpose, owner: StreamOwner) {
    this.#key = key;
    this.purpose = purpose;
    this.#owner = owner;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isConnected(): boolean {
    return this.#response !== undefined;
  }

  connect(response: HttpResponse, after: number): void {
    this.#response?.end();
    this.#response = response;
    response.on("close", () => {
      if (this.#response === response) this.#response = undefined;
    });
    for (const { number, frame } of this.#kept) if (number > after) response.write(this.#event(number, frame));
    if (this.#hasEnded) response.end();
  }

  send(frame: Buffer): boolean {
    if (this.#hasEnded) return false;
    this.#last += 1;
    this.#kept.push({ number: this.#last, frame });
    this.#response?.write(this.#event(this.#last, frame));
    this.#owner.grew(frame.length);
    return true;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#response?.end();
    this.#stopTimer = this.#owner.ended();
  }

  isStalled(maxUnread: number): boolean {
    return this.#response !== undefined && this.#response.writableLength > maxUnread;
  }

  /** Forgets its oldest frame; false where it has none. */
  dropOldest(): boolean {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return false;
    this.#owner.shrank(oldest.frame.length);
    return true;
  }

  close(): void {
    this.#stopTimer?.();
    while (this.dropOldest()) continue;
    this.#hasEnded = true;
    this.#response?.end();
  }

  #event(number: number, frame: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`id: ${this.#key}-${number}\nevent: message\ndata: `), frame, eventEnd]);
  }
}

const eventEnd = Buffer.from("\n\n");
