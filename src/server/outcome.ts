import { type GatewayError, toGatewayError } from "../core/errors.ts";
import type { Outcome } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import { answerPieces, answerText, errorText } from "../protocol/frame.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";
import type { Era } from "../protocol/revision.ts";
import type { Reply } from "./reply.ts";

/** The frame that says how a request ended; undefined where its caller has cancelled it and waits for none. */
export function outcomeFrame(id: RequestId, { answer, failure }: Outcome): Buffer | undefined {
  return failure?.code === "cancelled" ? undefined : frameOf(id, answer);
}

/** An upstream's answer may be such that it cannot be written again. */
function frameOf(id: RequestId, answer: Answer): Buffer {
  try {
    return answerText(id, answer);
  } catch (thrown) {
    return unwritable(id, thrown);
  }
}

function piecesOf(id: RequestId, answer: Answer): readonly Buffer[] {
  try {
    return answerPieces(id, answer);
  } catch (thrown) {
    return [unwritable(id, thrown)];
  }
}

function unwritable(id: RequestId, thrown: unknown): Buffer {
  return Buffer.from(errorText(id, rpcErrorOf(toGatewayError(thrown))));
}

/** Says over HTTP how a request ended. */
export function sendOutcome(reply: Reply, id: RequestId, outcome: Outcome, era: Era): void {
  if (outcome.failure?.code === "cancelled") {
    reply.abandon();
    return;
  }
  // Within a session every answer is 200; without one, the status says what intermediaries should know of a request that is at fault.
  reply.end(piecesOf(id, outcome.answer), era === "modern" ? statusOf(outcome) : 200);
}

/** A server needs a capability that the client does not have (2026-07-28, schema, MissingRequiredClientCapabilityError). */
const missingCapability = -32021;

/** Faults of the request itself have a status of their own; what happened on the way to an upstream is an answer like any other. */
function statusOf({ answer, failure }: Outcome): number {
  if (answer.kind === "result") return 200;
  if (failure === undefined) return answer.error.code === missingCapability ? 400 : 200;
  return isAtFault(failure) ? failure.http : 200;
}

function isAtFault({ code }: GatewayError): boolean {
  return code === "method_not_found" || code === "invalid_params";
}
