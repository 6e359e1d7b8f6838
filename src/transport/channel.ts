import type { GatewayError } from "../core/errors.ts";

/** Why a channel ended: `reason` is one sentence, without secrets. */
export interface ChannelEnd {
  readonly reason: string;
  /** The status with which a child ended by itself; undefined where a signal ended it, or where there is no child. */
  readonly exitStatus?: number | undefined;
  /** Where it ended for want of credentials: what must happen before there is another one. */
  readonly refusal?: GatewayError | undefined;
  /** Where it was ended for what the peer did: what is to be said to those who waited for it. */
  readonly problem?: GatewayError | undefined;
}

/** A message that can be handed over without being written. */
export interface Handed {
  /** What it is when it is written. */
  frame(): Buffer;
}

/** What a channel tells its owner. */
export interface ChannelReceiver {
  /** One frame, without its delimiter. The bytes are the receiver's to keep. */
  frame(frame: Buffer): void;
  /** A message as a peer in this process handed it over; without this its frame comes. */
  handed?(message: Handed): void;
  /** A frame that could not be taken, or something on the line that is no frame: for the log. */
  noise(text: string): void;
  /** The channel is over; called once, last. */
  ended(end: ChannelEnd): void;
}

/**
 * A two-way stream of JSON-RPC frames: stdio, WebSocket, HTTP+SSE, memory. Frames arrive whole and in order, or not at all.
 *
 * A channel delivers nothing before {@link start}.
 */
export interface Channel {
  /** Begins delivery. Called once. */
  start(receiver: ChannelReceiver): void;
  /**
   * Sends one frame, which must contain no line break.
   *
   * `refused` is called where the peer refuses this one frame and the channel goes on; only HTTP+SSE can tell.
   *
   * @throws {GatewayError} `upstream_unavailable` — the channel is over, or the peer has left more than the limit unread.
   */
  send(frame: string | Buffer, refused?: (problem: GatewayError) => void): void;
  /**
   * Hands a message to a peer in this process as it is, which saves writing and reading it. There only where the peer is in this process.
   *
   * @throws {GatewayError} `upstream_unavailable` — the channel is over.
   */
  readonly hand?: (message: Handed) => void;
  /** Bytes that wait for the peer to take them. */
  readonly unsentBytes: number;
  /** Ends the channel; resolves when nothing of it is left. Safe to call twice. */
  close(): Promise<void>;
}

/** Longest frame that is taken from a peer, in bytes. */
export const maxFrameBytes = 64 * 1024 * 1024;

/** Most bytes that may wait for a peer that does not read. */
export const maxUnsentBytes = 64 * 1024 * 1024;
