import type { Principal } from "../access/principal.ts";
import type { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { CallMethod } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { CallRecord } from "./call-record.ts";
import type { Route } from "./route.ts";

/**
 * By which way a call can come in; `job` is work that outlives its caller, `schedule` such work that comes at its times, `internal` is from
 * within this process.
 */
export const entrances = ["http", "stdio", "websocket", "rest", "cli", "job", "schedule", "internal"] as const;

export type Entrance = (typeof entrances)[number];

/** Where a call came from. */
export interface Origin {
  readonly entrance: Entrance;
  /** The peer's network address, without a port; undefined where there is none. */
  readonly address: string | undefined;
}

/**
 * How a call can end: with a result; with the result of a tool that says it failed; with an error, ours (also where it is shown as a
 * tool's result) or the upstream's; or because nobody wanted it any more.
 */
export const callOutcomes = ["ok", "tool_error", "error", "cancelled"] as const;

export type CallOutcome = (typeof callOutcomes)[number];

/** All there is to say of one call of a downstream, once it is over. Whoever keeps any of `params` or `answer` redacts them first. */
export interface EndedCall {
  /** Unique, and sorts in the order in which calls began; the `errorId` of the call's failure. */
  readonly id: string;
  /** When it began, wall time in ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly origin: Origin;
  /** The session it belongs to, by a digest that serves to tell sessions apart and for nothing else. */
  readonly session: string | undefined;
  readonly principal: Principal;
  readonly route: Route;
  readonly method: CallMethod;
  /** The tool, prompt, resource or task as the caller names it. */
  readonly name: string | undefined;
  /** What the stages learned: the upstream, its own name for the tool, the marks of the stages, attempts, what the cache did. */
  readonly record: CallRecord;
  /** As the caller sent them, not redacted. */
  readonly params: JsonObject | undefined;
  /** As the caller gets it, not redacted. */
  readonly answer: Answer;
  readonly outcome: CallOutcome;
  /** Why it failed: a code of `docs/errors.md`, or an upstream's own JSON-RPC code as a number's text; undefined for results of tools. */
  readonly code: string | undefined;
  /** The failure, where it was ours. */
  readonly failure: GatewayError | undefined;
  /** Size of the request and of the result or error, in bytes; of a request that came in an array of several, undefined. */
  readonly bytesIn: number | undefined;
  readonly bytesOut: number;
}

/** Is told of every call once it is over. */
export interface CallObserver {
  /**
   * Called before the answer is sent: takes note and returns. Whatever takes time is done later; what is thrown is ignored.
   */
  ended(call: EndedCall): void;
  /** Called when a call under way told its caller how far it is, as it never goes back; as `ended` otherwise. */
  progressed?(record: CallRecord, principal: Principal, progress: number, total: number | undefined): void;
}
