import type { JsonObject } from "../core/json.ts";
import type { RequestId } from "./json-rpc.ts";

/** The requests that travel to an upstream; every other one is answered by the gateway itself. */
export const callMethods = [
  "tools/call",
  "resources/read",
  "prompts/get",
  "completion/complete",
  "tasks/get",
  "tasks/result",
  "tasks/update",
  "tasks/cancel",
] as const;

/** A request that travels to an upstream. */
export type CallMethod = (typeof callMethods)[number];

export function isCallMethod(method: string): method is CallMethod {
  return callMethods.some((known) => known === method);
}

/** Severity of a log message, mildest first (RFC 5424, section 6.2.1). */
export const logLevels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;

/** Severity of a log message. */
export type LogLevel = (typeof logLevels)[number];

export function isLogLevel(value: unknown): value is LogLevel {
  return logLevels.some((known) => known === value);
}

/** Whether a message of severity `level` is wanted by somebody who asked for `wanted` and worse. */
export function reaches(level: unknown, wanted: LogLevel): boolean {
  return isLogLevel(level) && logLevels.indexOf(level) >= logLevels.indexOf(wanted);
}

/** Who sends a request, as the sender itself says: for display, never for decisions. */
export interface Caller {
  readonly info: JsonObject | undefined;
  readonly capabilities: JsonObject;
}

/**
 * A request that travels to an upstream, free of any revision's dress: what the revisions carry in reserved `_meta` keys stands in
 * members of its own, and the rest of `_meta` passes through untouched.
 */
export interface Call {
  readonly method: CallMethod;
  /** The request's params without `_meta`. */
  readonly params: JsonObject;
  /** What `_meta` holds besides the reserved keys: trace context, vendors' keys. */
  readonly meta: JsonObject | undefined;
  /** Where the caller wants progress: the token to send it under. */
  readonly progressToken: RequestId | undefined;
  /** Where the caller wants log messages: from which severity on. */
  readonly logLevel: LogLevel | undefined;
  readonly caller: Caller;
  /** Where a tool call is to go on as a task at an upstream of 2025-11-25; 2026-07-28 leaves that to the server. */
  readonly task?: TaskWish | undefined;
}

/** What is asked of a task that a call becomes. */
export interface TaskWish {
  /** How long it should be kept from its creation on, in ms; undefined: as the server likes. */
  readonly ttlMs: number | undefined;
}

/** A notification on its way to a downstream, free of any revision's dress. */
export interface Notification {
  readonly method: string;
  readonly params: JsonObject;
}

/** A request that an upstream makes of a call's caller: for a sample, an elicitation, the roots. */
export interface Question {
  readonly method: string;
  readonly params: JsonObject;
}
