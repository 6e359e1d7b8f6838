import { type ErrorCode, errorTable } from "../core/error-table.ts";
import { type GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { modelAdvice } from "../core/model-advice.ts";
import type { Answer, RpcError } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";

/** Where a tool's failed result says in machine-readable form what Switchyard has to say of it. */
export const failureKey = "switchyard/error";

/** What a failure carries for programs: never a secret. `errorId` names the call that failed, under which all that is known of it is found. */
export function failureData(error: GatewayError, errorId?: string): JsonObject {
  const { retryable, severity, category, suggestion } = errorTable[error.code];
  const data = { gateway: true, code: error.code, retryable, severity, category, suggestion, ...error.data };
  return errorId === undefined ? data : { ...data, errorId };
}

/** What the model should do: as the failure itself says, else what goes for all of its code. */
function modelSuggestionOf({ code, data, suggestion }: GatewayError): string {
  return typeof data?.["suggestion"] === "string" ? suggestion : (modelAdvice[code] ?? suggestion);
}

/** A failure as a JSON-RPC error, recognisable as ours by `data.gateway`. */
export function rpcErrorOf(error: GatewayError, errorId?: string): RpcError {
  return { code: errorTable[error.code].rpc, message: error.message, data: failureData(error, errorId) };
}

/**
 * The error for a request that needs more of its sender than it declared.
 *
 * @see MCP 2026-07-28, schema, MissingRequiredClientCapabilityError.
 */
export function missingCapability(message: string, requiredCapabilities: JsonObject): RpcError {
  return { code: -32021, message, data: { gateway: true, requiredCapabilities } };
}

/** Failures of a tool call that the model should read and may act on: they come as the tool's result, not as a protocol error. */
const forTheModel: ReadonlySet<ErrorCode> = new Set([
  "invalid_arguments",
  "upstream_unavailable",
  "upstream_disconnected",
  "upstream_protocol_error",
  "upstream_rate_limited",
  "upstream_disabled",
  "upstream_isolated",
  "upstream_unresponsive",
  "breaker_open",
  "rate_limited",
  "upstream_busy",
  "idempotency_conflict",
  "outcome_unknown",
  "upstream_over_limit",
  "upstream_refused_credentials",
  "login_required",
  "login_failed",
  "logins_unreadable",
  "deadline_exceeded",
  "definition_quarantined",
  "store_unavailable",
  "invalid_operations",
  "job_not_found",
  "job_conflict",
  "too_many_jobs",
]);

/**
 * How a failed call is answered. A tool call that failed on the way is a failed result that the model can read; anything else is a
 * JSON-RPC error.
 *
 * @see MCP 2026-07-28, server/tools, Error Handling.
 */
export function answerOfFailure(method: string, error: GatewayError, errorId?: string): Answer {
  if (method !== "tools/call" || !forTheModel.has(error.code)) {
    return { kind: "error", error: rpcErrorOf(error, errorId) };
  }
  const data = failureData(error, errorId);
  return {
    kind: "result",
    result: Payload.of({
      content: [{ type: "text", text: `${error.message}. ${modelSuggestionOf(error)}` }],
      isError: true,
      _meta: { [failureKey]: data },
    }),
  };
}
