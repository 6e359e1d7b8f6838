import type { JsonObject } from "../core/json.ts";
import type { Call, CallMethod, Caller, Notification } from "./call.ts";
import type { RequestId, RpcError } from "./json-rpc.ts";
import type { Payload } from "./payload.ts";
import type { Era, Revision } from "./revision.ts";

/** How the gateway names itself to a peer: the spec's `Implementation`. */
export interface Identity {
  readonly name: string;
  readonly title: string;
  readonly version: string;
}

/** How long, and for whom, a result may be kept by its receiver. */
export interface Freshness {
  readonly ttlMs: number;
  readonly cacheScope: "public" | "private";
}

/**
 * One revision at the edge: turns what travels on the wire into the revision-free form and back. Pure.
 *
 * The four `…Call`/`…Result` functions come in two pairs: `decodeCall` and `encodeResult` serve a downstream of this revision,
 * `encodeCall` and `decodeResult` an upstream of it.
 */
export interface Codec {
  readonly revision: Revision;
  readonly era: Era;
  /** Requests that a downstream of this revision may send. */
  readonly requests: ReadonlySet<string>;
  /**
   * The revision-free form of a downstream's request.
   *
   * `caller` says who asks where the revision leaves that to the session; a modern request brings its own.
   *
   * @throws {GatewayError} `invalid_params` — a reserved key is missing or has the wrong type.
   */
  decodeCall(method: CallMethod, params: JsonObject | undefined, caller: Caller): Call;
  /** A result in this revision's dress; `freshness` is for results that the revision wants it on. */
  encodeResult(method: string, result: Payload, freshness: Freshness): Payload;
  /** An error in this revision's dress. */
  encodeError(error: RpcError, method: string): RpcError;
  /** A notification in this revision's dress; undefined where the revision does not know it. */
  encodeNotification(notification: Notification): Notification | undefined;
  /** The params of a request to an upstream of this revision. `progressToken` is ours, unique on that connection. */
  encodeCall(call: Call, progressToken: RequestId | undefined): JsonObject;
  /**
   * The params of any other request to an upstream of this revision: lists, ping. `capabilities` are what is declared of us where
   * the revision has each request declare them.
   */
  encodeParams(params: JsonObject, capabilities?: JsonObject): JsonObject;
  /**
   * What an upstream's result is. `complete` results are forwarded without being looked into where that can be told from outside.
   *
   * @throws {GatewayError} `upstream_protocol_error` — the kind of result is not one this gateway knows.
   */
  decodeResult(result: Payload): ResultKind;
}

/**
 * What a result says of its request: done, to be sent again with the inputs it asks for, or going on as a task.
 *
 * @see MCP 2026-07-28, basic, ResultType.
 */
export type ResultKind = "complete" | "input_required" | "task";
