import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { type Explanation, explainError } from "../explain/explain.ts";
import type { Answer, RpcError } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { isFailedResult } from "../protocol/tool-result.ts";
import type { CallRecord } from "./call-record.ts";

/** Where an upstream's failure has what Switchyard makes of its words: in a result's `_meta`, or in an error's `data`. */
export const explainedKey = "switchyard/explained";

/**
 * An answer, and where it is an upstream's failure whose words are known, what they mean beside it. All else of it stays as it came. What
 * the words mean goes into the record, also where nothing was recognised.
 *
 * A result that is no failure costs a look for one word.
 */
export function withExplanation(answer: Answer, record: CallRecord): Answer {
  if (answer.kind === "error") return explainedError(answer.error, record);
  const { result } = answer;
  if (!isFailedResult(result)) return answer;
  const explanation = explainError(textOf(result.value));
  record.explained = explanation.code;
  if (explanation.matched === undefined) return answer;
  return { kind: "result", result: withMeta(result, explainedKey, wordsOf(explanation, record)) };
}

function explainedError(error: RpcError, record: CallRecord): Answer {
  const { code, message, data } = error;
  // Ours: it says itself what it is.
  if (isJsonObject(data) && data["gateway"] === true) return { kind: "error", error };
  const explanation = explainError(message, { rpcCode: code });
  record.explained = explanation.code;
  const isPlain = data === undefined || isJsonObject(data);
  if (explanation.matched === undefined || !isPlain || isProtocols(code)) return { kind: "error", error };
  return { kind: "error", error: { ...error, data: { ...data, [explainedKey]: wordsOf(explanation, record) } } };
}

/** Codes by which the protocol itself says something, with data of a known shape: MCP's of any revision, of which some are older than its range. */
function isProtocols(code: number): boolean {
  return code === -32_002 || code === -32_042 || (code <= -32_020 && code >= -32_099);
}

/** What a failed result says: the texts among its content. */
function textOf(result: JsonObject): string {
  const { content } = result;
  if (!Array.isArray(content)) return "";
  return content.flatMap((part) => (isJsonObject(part) ? (stringAt(part, "text") ?? []) : [])).join("\n");
}

/** `errorId` names the call that failed, under which all that is known of it is found. */
function wordsOf({ code, retryable, modelSuggestion }: Explanation, { id }: CallRecord): JsonObject {
  return { code, retryable, suggestion: modelSuggestion, errorId: id };
}

/** Sets a member of a result's `_meta`: as text where the result has no `_meta`, so that its own bytes stay as they are. */
function withMeta(result: Payload, key: string, value: JsonObject): Payload {
  const meta = objectAt(result.value, "_meta");
  if (meta !== undefined || result.value["_meta"] !== undefined) {
    return Payload.of({ ...result.value, _meta: { ...meta, [key]: value } });
  }
  const { text } = result;
  const rest = text.subarray(text.indexOf("{") + 1);
  return Payload.ofText(Buffer.concat([Buffer.from(`{"_meta":${JSON.stringify({ [key]: value })},`), rest]));
}
