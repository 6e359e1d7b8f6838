import type { Controller } from "../core/canceller.ts";
import { randomUUID } from "node:crypto";
import { GatewayError } from "../core/errors.ts";
import { objectAt, stringAt } from "../core/json.ts";
import type { Call, CallMethod } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { withInMeta } from "../protocol/result-text.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { askedToEnd } from "./by-asking.ts";
import type { CallRecord } from "./call-record.ts";
import { Conversation } from "./conversation.ts";
import { withExplanation } from "./explained.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { beginRecord } from "./observe.ts";
import { isAskable } from "./questions.ts";
import { send } from "./send.ts";
import { answerAboutLegacyTask } from "./tasks/answer-legacy.ts";
import { answerAboutModernTask } from "./tasks/answer-modern.ts";
import { answerTaskCall } from "./tasks/create.ts";
import { answeredToEnd, isForTasks } from "./tasks/poll.ts";
import { isAboutTask } from "./tasks/support.ts";
import { withTrace } from "./tracer.ts";
import { unpromised } from "./view.ts";

/**
 * Takes one call to its upstream and back, and what the upstream asks meanwhile to the caller and back.
 *
 * @throws {GatewayError} `unknown_tool`, `unknown_prompt`, `resource_not_found`, `invalid_params`, `invalid_arguments`; `deadline_exceeded`; and what
 *   {@link Upstream.call} throws.
 */
export async function answerCall(gateway: Gateway, inbound: Inbound, method: CallMethod): Promise<Answer> {
  const { codec } = inbound;
  const record = beginRecord(gateway, inbound, method);
  const call = callIn(gateway, inbound, record);
  // What every call waits for is waited for here and nowhere between: each function more that does costs every call.
  const isOfTask = call.task !== undefined || isAboutTask(call);
  const found = isOfTask
    ? await answerOfTask(gateway, inbound, call)
    : answerIn(gateway, inbound, call, await outcomeOf(gateway, inbound, call));
  const answer = withExplanation(found instanceof Promise ? await found : found, record);
  if (answer.kind === "error") return { kind: "error", error: codec.encodeError(answer.error, method) };
  const result = codec.encodeResult(method, answer.result, record.freshness ?? unpromised);
  return { kind: "result", result: record.cacheAgeMs === undefined ? result : cacheMarked(result, record) };
}

/** Where a result says that it was not fetched for this call. */
const cacheKey = "switchyard/cache";

function cacheMarked(result: Payload, { cache, cacheAgeMs }: CallRecord): Payload {
  return Payload.ofText(withInMeta(result.text, `"${cacheKey}":{"state":"${cache}","ageMs":${cacheAgeMs}}`));
}

function callIn(gateway: Gateway, inbound: Inbound, record: CallRecord): Call {
  const { codec, session } = inbound;
  const decoded = withTrace(gateway, inbound, record, codec.decodeCall(record.method, inbound.params, inbound.caller));
  const logLevel = decoded.logLevel ?? session?.logLevel;
  return logLevel === decoded.logLevel ? decoded : { ...decoded, logLevel };
}

/** How the call ended the first time; a caller that can be asked while its request is open may still have to be. */
function outcomeOf(gateway: Gateway, inbound: Inbound, call: Call): Promise<CallAnswer> {
  return inbound.codec.era === "modern" ? byReturning(gateway, inbound, call) : send(gateway, inbound, call);
}

/** What an outcome says to the caller: at once, unless there is more to do. */
function answerIn(gateway: Gateway, inbound: Inbound, call: Call, outcome: CallAnswer): Answer | Promise<Answer> {
  const isLast = inbound.codec.era === "modern" || (outcome.kind !== "input_required" && !isForTasks(outcome));
  return isLast ? outcome.answer : legacyAnswer(gateway, inbound, call, outcome);
}

async function legacyAnswer(gateway: Gateway, inbound: Inbound, call: Call, outcome: CallAnswer): Promise<Answer> {
  const last = await askedToEnd(gateway, inbound, call, outcome);
  return isForTasks(last) ? answeredToEnd(gateway, inbound, call) : last.answer;
}

function answerOfTask(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer> {
  if (inbound.codec.era === "modern") return answerAboutModernTask(gateway, inbound, call);
  return isAboutTask(call) ? answerAboutLegacyTask(gateway, inbound, call) : answerTaskCall(gateway, inbound, call);
}

/**
 * For callers that are asked by answering their request with questions: what a modern upstream returns passes through under a state of
 * ours, and a call at a legacy upstream waits here for its caller to come back.
 *
 * @see MCP 2026-07-28, basic/patterns/mrtr.
 */
function byReturning(gateway: Gateway, inbound: Inbound, call: Call): Promise<CallAnswer> {
  const { requestState } = call.params;
  if (requestState === undefined) return begin(gateway, inbound, call, call);
  if (typeof requestState !== "string")
    throw new GatewayError("invalid_params", "params.requestState must be a string");
  const state = gateway.requestStates.open(requestState, inbound.principal.id, call);
  if (state.kind === "parked") return resume(gateway, inbound, call, state);
  return begin(gateway, inbound, call, { ...call, params: { ...call.params, requestState: state.state } });
}

/** `call` is what the caller sent, `sent` what the upstream is to get. */
function begin(gateway: Gateway, inbound: Inbound, call: Call, sent: Call): Promise<CallAnswer> {
  // Only what may be answered with questions may wait for their answers (2026-07-28, basic/patterns/mrtr, Supported Requests).
  if (!isAskable(call.caller.capabilities) || call.method === "completion/complete") {
    return send(gateway, inbound, sent).then((outcome) => sealed(gateway, inbound, call, outcome));
  }
  const conversation = new Conversation(gateway.deps.clock);
  conversation.follow({ notify: inbound.notify, progressToken: call.progressToken });
  conversation.about(send(gateway, inbound, sent, conversation));
  return goOn(gateway, inbound, call, conversation, inbound.controller);
}

async function resume(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  { id, round }: { readonly id: string; readonly round: number },
): Promise<CallAnswer> {
  const parked = gateway.parked.take(id, round);
  if (parked === undefined) {
    throw new GatewayError(
      "invalid_params",
      "params.requestState is that of a call that no longer waits; begin again without it",
    );
  }
  const { conversation, controller } = parked;
  inbound.controller.signal.addEventListener("abort", () => {
    controller.abort(inbound.controller.signal.reason);
  });
  conversation.follow({ notify: inbound.notify, progressToken: call.progressToken });
  conversation.take(objectAt(call.params, "inputResponses") ?? {});
  return goOn(gateway, inbound, call, conversation, controller);
}

async function goOn(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  conversation: Conversation,
  controller: Controller,
): Promise<CallAnswer> {
  const next = await conversation.next();
  if (next !== "asked") return sealed(gateway, inbound, call, next);
  const id = randomUUID();
  try {
    gateway.parked.park(id, { conversation, controller, principal: inbound.principal.id });
  } catch (thrown) {
    controller.abort(thrown);
    throw thrown;
  }
  const requestState = gateway.requestStates.seal(
    { kind: "parked", id, round: conversation.round },
    inbound.principal.id,
    call,
  );
  const value = { resultType: "input_required", inputRequests: conversation.questions, requestState };
  return { kind: "input_required", answer: { kind: "result", result: Payload.of(value) } };
}

/** An upstream's own state goes to the caller sealed, so that it comes back unaltered, from that caller, on that request. */
function sealed(gateway: Gateway, { principal }: Inbound, call: Call, outcome: CallAnswer): CallAnswer {
  const { kind, answer } = outcome;
  if (kind !== "input_required" || answer.kind === "error") return outcome;
  const { value } = answer.result;
  const state = stringAt(value, "requestState");
  if (state === undefined) return outcome;
  const requestState = gateway.requestStates.seal({ kind: "relayed", state }, principal.id, call);
  return { kind, answer: { kind: "result", result: Payload.of({ ...value, requestState }) } };
}
