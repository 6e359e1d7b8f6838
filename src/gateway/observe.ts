import type { Principal } from "../access/principal.ts";
import type { GatewayError } from "../core/errors.ts";
import { type CallMethod, isCallMethod } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { isFailedResult } from "../protocol/tool-result.ts";
import { nameIn } from "./call-name.ts";
import { CallRecord } from "./call-record.ts";
import type { CallOutcome, EndedCall } from "./ended-call.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";

/** Begins the record of a call: the stage `observe`. {@link endRecord} must follow. */
export function beginRecord(gateway: Gateway, inbound: Inbound, method: CallMethod): CallRecord {
  const { clock } = gateway.deps;
  const record = new CallRecord(gateway.newCallId(), clock.now(), method, inbound.isPatient);
  record.enter("observe", clock.monotonic());
  inbound.record = record;
  gateway.underWay.begin(record);
  return record;
}

/** Tells the observers how a call ended; `failure` is what was thrown, if anything. Does nothing for other requests. */
export function endRecord(gateway: Gateway, inbound: Inbound, answer: Answer, failure: GatewayError | undefined): void {
  const { record, method } = inbound;
  if (record !== undefined) gateway.underWay.end(record);
  if (record === undefined || gateway.observers.length === 0 || !isCallMethod(method)) return;
  const call = endedCall(gateway, inbound, record, { method, answer, failure });
  for (const observer of gateway.observers) {
    try {
      observer.ended(call);
    } catch {
      // Whoever observes has its own way to say that it cannot; the call has nothing to do with it.
    }
  }
}

/** Tells the observers how far a call is. */
export function tellProgress(
  { observers }: Gateway,
  record: CallRecord,
  principal: Principal,
  progress: number,
  total: number | undefined,
): void {
  for (const observer of observers) {
    try {
      observer.progressed?.(record, principal, progress, total);
    } catch {
      // As above.
    }
  }
}

interface End {
  readonly method: CallMethod;
  readonly answer: Answer;
  readonly failure: GatewayError | undefined;
}

function endedCall(
  gateway: Gateway,
  inbound: Inbound,
  record: CallRecord,
  { method, answer, failure }: End,
): EndedCall {
  const { route, params, session, principal, origin, bytes } = inbound;
  return {
    id: record.id,
    startedAt: record.startedAt,
    durationMs: gateway.deps.clock.monotonic() - record.beganAt,
    origin,
    session: session?.digest,
    principal,
    route,
    method,
    name: params && nameIn({ method, params }),
    record,
    params,
    answer,
    outcome: outcomeOf(method, answer, failure),
    code: failure?.code ?? (answer.kind === "error" ? String(answer.error.code) : undefined),
    failure,
    bytesIn: bytes,
    bytesOut: sizeOf(answer),
  };
}

function outcomeOf(method: CallMethod, answer: Answer, failure: GatewayError | undefined): CallOutcome {
  if (failure?.code === "cancelled") return "cancelled";
  if (failure !== undefined || answer.kind === "error") return "error";
  return method === "tools/call" && isFailedResult(answer.result) ? "tool_error" : "ok";
}

/** A result is written only once: what is measured here is what is sent. */
function sizeOf(answer: Answer): number {
  if (answer.kind === "error") return Buffer.byteLength(answer.error.message);
  try {
    return answer.result.bytes;
  } catch {
    // It cannot be written; the edge will say so.
    return 0;
  }
}
