import type { Principal } from "../access/principal.ts";
import { type ErrorCode, errorTable } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import { type Outcome, dispatch } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { idempotencyKey } from "../gateway/idempotency-key.ts";
import type { Inbound } from "../gateway/inbound.ts";
import { newest } from "../protocol/revision.ts";
import { isFailedResult } from "../protocol/tool-result.ts";
import type { Operation } from "./job.ts";

/** How one attempt at an operation ended. */
export interface Ending {
  /** Why it failed: a code of `docs/errors.md`, or `tool_error`; undefined where it succeeded. */
  readonly code: string | undefined;
  /** Whether another attempt may do better, and does no harm. */
  readonly mayRepeat: boolean;
  /** The tool's result or the error, as JSON. */
  readonly answer: string;
}

/** Longest answer that is kept, in characters. */
export const maxAnswer = 256 * 1024;

/** In whose name a job calls. */
export interface JobCaller {
  readonly principal: Principal;
  readonly entrance: "job" | "schedule";
}

/**
 * Makes the call of an operation, with `given` as its arguments, as any other call is made: as its owner, within the same limits, and on
 * record. Never rejects. `controller` ends it early, with the reason.
 */
export async function perform(
  gateway: Gateway,
  { tool, idempotencyKey: key, isRepeatable }: Operation,
  given: JsonObject,
  caller: JobCaller,
  controller: AbortController,
): Promise<Ending> {
  const params = { name: tool, arguments: given, ...(key === undefined ? {} : { _meta: { [idempotencyKey]: key } }) };
  const inbound = inboundOf(gateway, params, caller, controller);
  const outcome = await called(gateway, inbound);
  const didNothing = inbound.record?.mayHaveActed !== true;
  return endingOf(outcome, isRepeatable || didNothing);
}

/**
 * The result of a tool that is only read, called likewise.
 *
 * @throws {GatewayError} what the call failed with; `upstream_error` — the tool, or its server, says that it failed.
 */
export async function readTool(
  gateway: Gateway,
  params: { readonly name: string; readonly arguments: JsonObject },
  caller: JobCaller,
  controller: AbortController,
): Promise<JsonObject> {
  const { answer, failure } = await called(gateway, inboundOf(gateway, params, caller, controller));
  if (failure !== undefined) throw failure;
  if (answer.kind === "error") throw new GatewayError("upstream_error", `${params.name}: ${answer.error.message}`);
  const { value } = answer.result;
  if (value["isError"] !== true) return value;
  throw new GatewayError("upstream_error", `${params.name} failed: ${wordsIn(value) ?? "it does not say why"}`);
}

/** Of what a tool says so much is kept. */
const maxWords = 500;

/** What a result says in words: its first text, shortened; undefined where it has none. */
export function wordsIn({ content }: JsonObject): string | undefined {
  const [first]: readonly unknown[] = Array.isArray(content) ? content : [];
  return isJsonObject(first) ? stringAt(first, "text")?.slice(0, maxWords) : undefined;
}

function inboundOf(
  gateway: Gateway,
  params: JsonObject,
  { principal, entrance }: JobCaller,
  controller: AbortController,
): Inbound {
  return {
    route: { kind: "all" },
    codec: gateway.deps.codecs[newest.legacy],
    method: "tools/call",
    params,
    session: undefined,
    caller: { info: undefined, capabilities: {} },
    controller,
    notify: () => undefined,
    principal,
    origin: { entrance, address: undefined },
    ask: undefined,
  };
}

async function called(gateway: Gateway, inbound: Inbound): Promise<Outcome> {
  const stay = inbound.principal.tenure.during((reason) => {
    inbound.controller.abort(reason);
  });
  const outcome = await dispatch(gateway, inbound, 0);
  stay();
  return outcome;
}

function endingOf({ answer, failure }: Outcome, isHarmless: boolean): Ending {
  if (failure !== undefined) return endingOfError(failure, isHarmless);
  if (answer.kind === "error") {
    const { code, message, data } = answer.error;
    const text = kept(
      JSON.stringify({ code: "upstream_error", message, data: { upstreamError: { code, message, data } } }),
    );
    return { code: "upstream_error", mayRepeat: false, answer: text };
  }
  const isFailure = isFailedResult(answer.result);
  return { code: isFailure ? "tool_error" : undefined, mayRepeat: false, answer: kept(answer.result.text.toString()) };
}

/** The ending of an operation that failed so. */
export function endingOfError(failure: GatewayError, isHarmless: boolean): Ending {
  const { code } = failure;
  const mayRepeat = isHarmless && errorTable[code].retryable && !isOurEnd(code);
  const { message, data } = rpcErrorOf(failure);
  return { code, mayRepeat, answer: kept(JSON.stringify({ code, message, data })) };
}

function isOurEnd(code: ErrorCode): boolean {
  return code === "cancelled" || code === "shutting_down";
}

/** What is too long to be kept is replaced by its size: the operation has succeeded or failed all the same. */
function kept(text: string): string {
  if (text.length <= maxAnswer) return text;
  return JSON.stringify({ omitted: { characters: text.length, most: maxAnswer } });
}
