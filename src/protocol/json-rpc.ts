import { type JsonObject, isJsonObject } from "../core/json.ts";
import { Payload } from "./payload.ts";

/** What a request is known by between two peers. */
export type RequestId = string | number;

/** An error as JSON-RPC carries it; `data` is anything. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** How a request ends: with a result, whose content nobody need have looked at, or with an error. */
export type Answer =
  | { readonly kind: "result"; readonly result: Payload }
  | { readonly kind: "error"; readonly error: RpcError };

/** One JSON-RPC frame, sorted by kind. `unparsable` is no JSON at all, `invalid` is JSON but no message. */
export type Message =
  | {
      readonly kind: "request";
      readonly id: RequestId;
      readonly method: string;
      readonly params: JsonObject | undefined;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params: JsonObject | undefined }
  | { readonly kind: "result"; readonly id: RequestId; readonly result: Payload }
  | { readonly kind: "error"; readonly id: RequestId | undefined; readonly error: RpcError }
  | {
      readonly kind: "invalid";
      readonly id: RequestId | undefined;
      readonly reason: string;
      /** Whether it was meant as the answer to request `id`, rather than as a message with an id of its own. */
      readonly isAnswer: boolean;
    }
  | { readonly kind: "unparsable"; readonly reason: string };

/**
 * Several messages at once, 1 to 100, as the revisions before 2025-06-18 have them.
 *
 * @see MCP 2025-03-26, basic, Batching.
 */
export interface MessageArray {
  readonly kind: "array";
  readonly messages: readonly Message[];
}

/** Whether a value may be a request's id: a string, or an integer that JavaScript holds exactly. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** Messages in one array. */
const maxArray = 100;

/** Sorts a parsed value that may be an array of messages; never throws. An array that is empty or too long is `invalid`. */
export function readMessages(value: unknown): Message | MessageArray {
  if (!Array.isArray(value)) return readMessage(value);
  if (value.length === 0 || value.length > maxArray) {
    return invalid(undefined, `an array holds 1 to ${maxArray} messages, got ${value.length}`);
  }
  return { kind: "array", messages: value.map(readMessage) };
}

/**
 * Sorts a parsed value into one of the kinds of message; never throws. What is no valid message comes back as `invalid`, with the
 * id where one could be read.
 *
 * @see MCP 2026-07-28, basic, Messages (ids are strings or integers, never null; params are an object).
 */
export function readMessage(value: unknown): Message {
  if (!isJsonObject(value)) return invalid(undefined, `a message must be an object, got ${nameOfKind(value)}`);
  const { id, method } = value;
  const known = isRequestId(id) ? id : undefined;
  if (value["jsonrpc"] !== "2.0") {
    return { kind: "invalid", id: known, reason: 'jsonrpc must be "2.0"', isAnswer: method === undefined };
  }
  if (method !== undefined) return readCall(value, method, known);
  // Several servers write the member that JSON-RPC wants absent as null.
  if (value["error"] !== undefined && value["error"] !== null) return readError(value["error"], id, known);
  if (value["result"] === undefined) return invalidAnswer(known, "a message needs a method, a result or an error");
  if (known === undefined) return invalid(undefined, "a result must carry the id of its request");
  const { result } = value;
  if (!isJsonObject(result)) return invalidAnswer(known, `result must be an object, got ${nameOfKind(result)}`);
  return { kind: "result", id: known, result: Payload.of(result) };
}

function readCall(value: JsonObject, method: unknown, known: RequestId | undefined): Message {
  if (typeof method !== "string") return invalid(known, `method must be a string, got ${nameOfKind(method)}`);
  const { params } = value;
  if (params !== undefined && !isJsonObject(params)) {
    return invalid(known, `params must be an object, got ${nameOfKind(params)}`);
  }
  if (!("id" in value)) return { kind: "notification", method, params };
  if (known === undefined) {
    return invalid(undefined, `id must be a string or an integer of at most 2^53−1, got ${nameOfKind(value["id"])}`);
  }
  return { kind: "request", id: known, method, params };
}

function readError(error: unknown, id: unknown, known: RequestId | undefined): Message {
  if (known === undefined && id !== undefined && id !== null) {
    return invalid(undefined, "an error's id must be a request's id");
  }
  if (!isJsonObject(error)) return invalidAnswer(known, `error must be an object, got ${nameOfKind(error)}`);
  const { code, message, data } = error;
  if (typeof code !== "number" || !Number.isSafeInteger(code)) {
    return invalidAnswer(known, "error.code must be an integer");
  }
  const text = typeof message === "string" ? message : "";
  return {
    kind: "error",
    id: known,
    error: data === undefined ? { code, message: text } : { code, message: text, data },
  };
}

function invalid(id: RequestId | undefined, reason: string): Message {
  return { kind: "invalid", id, reason, isAnswer: false };
}

function invalidAnswer(id: RequestId | undefined, reason: string): Message {
  return { kind: "invalid", id, reason, isAnswer: true };
}

function nameOfKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
