import type { Encoding } from "./envelope.ts";

/** Where messages go: one connection. */
export interface Sink {
  readonly encoding: Encoding;
  /** Whether the other side says something too, if only that it is there. */
  readonly isTwoWay: boolean;
  write(bytes: Buffer): void;
  /** What the system has not taken yet. */
  readonly unsentBytes: number;
  /** Calls `run` once when the system has taken some of what is unsent. Asked only while something is, and not again before it was called. */
  whenTaken(run: () => void): void;
  /** Asks the other side for a sign of life. */
  ping(): void;
  /** Says goodbye. Safe to call twice. */
  close(farewell: Farewell): void;
}

/** Why the gateway ends a connection. */
export interface Farewell {
  readonly code: number;
  readonly reason: string;
}

/** Every way in which the gateway ends a connection, by the code of its WebSocket. */
export const farewells = {
  stopping: { code: 1001, reason: "the gateway stops" },
  not_text: { code: 1003, reason: "messages are text" },
  not_valid: { code: 1008, reason: "the key or token is no longer valid" },
  ended: { code: 4003, reason: "an operator ended the connection" },
  too_many: { code: 4029, reason: "too many messages" },
  silent: { code: 4001, reason: "there was no sign of life for 60 s" },
  too_slow: { code: 4008, reason: "too much was left unread" },
} as const satisfies Record<string, Farewell>;
