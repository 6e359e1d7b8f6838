import type { Principal } from "../access/principal.ts";
import { type ErrorCode, errorTable } from "../core/error-table.ts";
import type { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
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

/**
 * Makes the call of an operation, with `given` as its arguments, as any other call is made: as its owner, within the same limits, and on
 * record. Never rejects. `controller` ends it early, with the reason.
 */
export async function perform(
  gateway: Gateway,
  { tool, idempotencyKey: key, isRepeatable }: Operation,
  given: JsonObject,
  { principal, entrance }: { readonly principal: Principal; readonly entrance: "job" | "schedule" },
  controller: AbortController,
): Promise<Ending> {
  const params = { name: tool, arguments: given, ...(key === undefined ? {} : { _meta: { [idempotencyKey]: key } }) };
  const inbound: Inbound = {
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
  const stay = principal.tenure.during((reason) => {
    controller.abort(reason);
  });
  const outcome = await dispatch(gateway, inbound, 0);
  stay();
  const didNothing = inbound.record?.mayHaveActed !== true;
  return endingOf(outcome, isRepeatable || didNothing);
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
