import { GatewayError, messageOf } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import {
  type Answer,
  type Message,
  type MessageArray,
  type RequestId,
  type RpcError,
  readMessages,
} from "./json-rpc.ts";
import { isOneObject } from "./member-text.ts";
import { Payload } from "./payload.ts";

/**
 * Reads one frame: the UTF-8 text of one JSON-RPC message, or of an array of them. Never throws.
 *
 * A response whose envelope stands at its edges, as every known server writes it, is recognised from those edges alone, and its
 * result is kept as the bytes it came in: whoever looks into the result pays for parsing it, nobody else does. Anything else is
 * parsed whole.
 */
export function readFrame(frame: Buffer): Message | MessageArray {
  const peeked = peekResult(frame);
  if (peeked !== undefined) return peeked;
  try {
    return readMessages(JSON.parse(frame.toString("utf8")));
  } catch (thrown) {
    return { kind: "unparsable", reason: messageOf(thrown) };
  }
}

/**
 * The messages of one frame, for whoever takes arrays from every peer: one that sends them although its revision has none is understood
 * all the same.
 */
export function messagesIn(frame: Buffer): readonly Message[] {
  const read = readFrame(frame);
  return read.kind === "array" ? read.messages : [read];
}

/** Longest piece of a frame's edge that is looked at; an id longer than fits is found by parsing. */
const edgeBytes = 128;
const envelopeBefore = /^\{"jsonrpc":"2\.0","id":(\d{1,15}|"[ !#-[\]-~]{0,64}"),"result":\{/;
const envelopeAfter = /\},"jsonrpc":"2\.0","id":(\d{1,15}|"[ !#-[\]-~]{0,64}")\}$/;
const resultFirst = '{"result":{';

/*
 * Why the edges suffice: in a valid JSON text the last brace closes the outermost object, so the members written right before it,
 * with nothing but their own quotes and colons, belong to that object; likewise the first ones. What stands between must be one object
 * and nothing else: a further member there, such as a second id, would be forwarded as one of our own envelope and so could answer
 * somebody else's request.
 */
function peekResult(frame: Buffer): Message | undefined {
  const end = frame.length;
  const head = frame.toString("latin1", 0, edgeBytes);
  const before = envelopeBefore.exec(head);
  if (before !== null) {
    if (end < before[0].length + 2 || frame[end - 1] !== closingBrace || frame[end - 2] !== closingBrace) {
      return undefined;
    }
    return resultOf(before[1], frame.subarray(before[0].length - 1, end - 1));
  }
  if (!head.startsWith(resultFirst)) return undefined;
  const after = envelopeAfter.exec(frame.toString("latin1", Math.max(0, end - edgeBytes), end));
  if (after === null) return undefined;
  return resultOf(after[1], frame.subarray(resultFirst.length - 1, end - after[0].length + 1));
}

function resultOf(id: string | undefined, text: Buffer): Message | undefined {
  if (id === undefined || !isOneObject(text)) return undefined;
  const known = id.startsWith('"') ? id.slice(1, -1) : Number(id);
  return { kind: "result", id: known, result: Payload.ofText(text) };
}

const closingBrace = 0x7d;

/**
 * The text of a request.
 *
 * @throws {GatewayError} `invalid_params` — the params are nested too deeply to be written.
 */
export function requestText(id: RequestId, method: string, params: JsonObject | undefined): string {
  return written({ jsonrpc: "2.0", id, method, params }, "invalid_params");
}

/**
 * The text of a notification.
 *
 * @throws {GatewayError} `upstream_protocol_error` — the params are nested too deeply to be written.
 */
export function notificationText(method: string, params: JsonObject | undefined): string {
  return written({ jsonrpc: "2.0", method, params }, "upstream_protocol_error");
}

/**
 * The text of an error response; `id` is left out where the request's could not be read.
 *
 * @throws {GatewayError} `upstream_protocol_error` — the error's data are nested too deeply to be written.
 */
export function errorText(id: RequestId | undefined, error: RpcError): string {
  return written({ jsonrpc: "2.0", id, error }, "upstream_protocol_error");
}

/** What can be read as JSON is not always fit to be written: reading knows no limit of depth, writing does. */
function written(message: object, code: "invalid_params" | "upstream_protocol_error"): string {
  try {
    return JSON.stringify(message);
  } catch (thrown) {
    throw new GatewayError(code, "A message is nested too deeply to be passed on", { cause: thrown });
  }
}

const afterResult = Buffer.from("}");

/**
 * The text of the response to request `id`, without line breaks.
 *
 * @throws {GatewayError} `upstream_protocol_error` — the answer is nested too deeply to be written.
 */
export function answerText(id: RequestId, answer: Answer): Buffer {
  if (answer.kind === "error") return Buffer.from(errorText(id, answer.error));
  return Buffer.concat([beforeResult(id), ...answer.result.linePieces, afterResult]);
}

/**
 * The same in pieces, in order: a long result stays where it is rather than being copied, so that nothing of it may change until all is sent.
 *
 * @throws {GatewayError} as {@link answerText}.
 */
export function answerPieces(id: RequestId, answer: Answer): readonly Buffer[] {
  if (answer.kind === "error" || answer.result.bytes <= shortResult) return [answerText(id, answer)];
  return [beforeResult(id), ...answer.result.linePieces, afterResult];
}

/** Results up to so many bytes are copied: to send several pieces costs more. */
const shortResult = 16_384;

function beforeResult(id: RequestId): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${typeof id === "number" ? id : JSON.stringify(id)},"result":`);
}
