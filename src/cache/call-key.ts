import { canonicalJson } from "../core/canonical.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";

/**
 * What in a call's params decides its answer, as text: equal for equal arguments, in whatever order they were written.
 *
 * Arguments whose members already stand in order, as they do when there is one of them, are written as they are: about a third of the cost.
 */
export function paramsText(params: JsonObject): string {
  for (const name in params) if (name !== "name" && name !== "arguments") return canonicalJson(params);
  const given = params["arguments"];
  return given === undefined ? "" : orderedText(given);
}

/** {@link canonicalJson}, found out more cheaply where the value is in that order as it is. */
export function orderedText(value: unknown): string {
  return isOrdered(value) ? JSON.stringify(value) : canonicalJson(value);
}

function isOrdered(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isOrdered);
  if (!isJsonObject(value)) return true;
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    if (before !== undefined && before > name) return false;
    before = name;
    if (!isOrdered(value[name])) return false;
  }
  return true;
}

/**
 * Keys of `_meta` that never change an answer: the trace context, and what some clients number their calls with. Any other may, so that calls
 * which differ in it are different ones.
 */
const passing: ReadonlySet<string> = new Set(["traceparent", "tracestate", "baggage", "claudecode/toolUseId"]);

/** What in a call's `_meta` may decide its answer, as text. */
export function metaText(meta: JsonObject | undefined): string {
  if (meta === undefined) return "";
  const names = Object.keys(meta).filter((name) => !passing.has(name));
  return names.length === 0 ? "" : canonicalJson(Object.fromEntries(names.map((name) => [name, meta[name]])));
}

/** What a caller can do, as text: servers of 2026-07-28 are told with each call, and may answer accordingly. */
export function capabilitiesText(capabilities: JsonObject): string {
  return Object.keys(capabilities).length === 0 ? "" : orderedText(capabilities);
}

/** Where a caller says that a call is the one it has made before. */
const idempotencyKey = "switchyard/idempotencyKey";

/**
 * Whether a call's answer is not for the next one like it: it goes on with an earlier call, becomes a task, or must have its effect once.
 *
 * @see MCP 2026-07-28, server/utilities/caching, Cache Key.
 */
export function isSingular({ params, task, meta }: Call): boolean {
  if (task !== undefined || meta?.[idempotencyKey] !== undefined) return true;
  return params["requestState"] !== undefined || params["inputResponses"] !== undefined;
}
