import { randomUUID } from "node:crypto";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Call, CallMethod, Question } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { attempt } from "./attempt.ts";
import { Conversation } from "./conversation.ts";
import { missingCapability } from "./failure.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { askCaller, isAskable, mayBeAsked } from "./questions.ts";
import { type OwnTool, type Target, targetOf } from "./target.ts";
import { isAboutTask, mayNameTask, takesTasks, tasksExtension, withTaskNamed } from "./tasks.ts";
import { unpromised } from "./view.ts";

/**
 * Takes one call to its upstream and back, and what the upstream asks meanwhile to the caller and back.
 *
 * @throws {GatewayError} `unknown_tool`, `unknown_prompt`, `resource_not_found`, `invalid_params`, `invalid_arguments`; `deadline_exceeded`; and what
 *   {@link Upstream.call} throws.
 */
export async function answerCall(gateway: Gateway, inbound: Inbound, method: CallMethod): Promise<Answer> {
  const { codec, session } = inbound;
  const decoded = codec.decodeCall(method, inbound.params, inbound.caller);
  const logLevel = decoded.logLevel ?? session?.logLevel;
  const call = logLevel === decoded.logLevel ? decoded : { ...decoded, logLevel };
  if (isAboutTask(call) && !takesTasks(call.caller)) {
    const needed = { extensions: { [tasksExtension]: {} } };
    return { kind: "error", error: missingCapability(`${method} needs the extension ${tasksExtension}`, needed) };
  }
  const { answer } =
    codec.era === "modern" ? await byReturning(gateway, inbound, call) : await byAsking(gateway, inbound, call);
  if (answer.kind === "error") return { kind: "error", error: codec.encodeError(answer.error, method) };
  return { kind: "result", result: codec.encodeResult(method, answer.result, unpromised) };
}

function send(gateway: Gateway, inbound: Inbound, call: Call, conversation?: Conversation): Promise<CallAnswer> {
  if (call.method === "resources/read") return readResource(gateway, inbound, call, conversation);
  const sendTo = (target: Target | OwnTool): Promise<CallAnswer> => {
    if ("answer" in target) return target.answer();
    const sent = attempt(gateway, inbound, call, target, conversation);
    return mayNameTask(call) ? sent.then((outcome) => withTaskNamed(outcome, target.upstream.name, call)) : sent;
  };
  const target = targetOf(gateway, inbound.route, call);
  return target instanceof Promise ? target.then(sendTo) : sendTo(target);
}

/** How often one call may come back for more input. */
const maxRounds = 32;

/**
 * For callers that can be asked while their request is open: what a modern upstream returns as questions is asked, and the call repeated
 * with the answers.
 */
async function byAsking(gateway: Gateway, inbound: Inbound, call: Call): Promise<CallAnswer> {
  let repeated = call;
  for (let round = 0; round < maxRounds; round += 1) {
    const outcome = await send(gateway, inbound, repeated);
    if (outcome.kind !== "input_required" || outcome.answer.kind === "error") return outcome;
    repeated = {
      ...call,
      params: { ...call.params, ...(await inputFor(gateway, inbound, outcome.answer.result.value)) },
    };
  }
  throw new GatewayError("upstream_protocol_error", `The upstream asked for more input ${maxRounds} times`);
}

/** Asks everything at once. Where one answer is missing, the others are of no use: their questions are withdrawn. */
async function inputFor(gateway: Gateway, inbound: Inbound, result: JsonObject): Promise<JsonObject> {
  const { requestState } = result;
  const rest = new AbortController();
  const signal = AbortSignal.any([inbound.controller.signal, rest.signal]);
  const asked = Object.entries(objectAt(result, "inputRequests") ?? {}).map(async ([key, request]) => {
    const answer = await inputOf(gateway, inbound, request, signal);
    return [key, answer] as const;
  });
  try {
    const inputResponses = Object.fromEntries(await Promise.all(asked));
    return { inputResponses, ...(requestState === undefined ? {} : { requestState }) };
  } catch (thrown) {
    rest.abort(thrown);
    throw thrown;
  }
}

async function inputOf(gateway: Gateway, inbound: Inbound, request: unknown, signal: AbortSignal): Promise<JsonObject> {
  const question = isJsonObject(request) ? questionIn(request) : undefined;
  if (question === undefined)
    throw new GatewayError("upstream_protocol_error", "The upstream asks something malformed");
  if (!mayBeAsked(inbound.caller.capabilities, question)) {
    throw new GatewayError(
      "upstream_protocol_error",
      `The upstream asks for ${question.method}, which the caller does not support`,
    );
  }
  const answer = await askCaller(inbound, question, gateway.deps.clock, signal);
  if (answer.kind === "result") return answer.result.value;
  throw new GatewayError("caller_declined", `The caller did not answer ${question.method}: ${answer.error.message}`);
}

function questionIn(request: JsonObject): Question | undefined {
  const method = stringAt(request, "method");
  return method === undefined ? undefined : { method, params: objectAt(request, "params") ?? {} };
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
  const state = gateway.requestStates.open(requestState, inbound.principal, call);
  if (state.kind === "parked") return resume(gateway, inbound, call, state);
  return begin(gateway, inbound, call, { ...call, params: { ...call.params, requestState: state.state } });
}

/** `call` is what the caller sent, `sent` what the upstream is to get. */
function begin(gateway: Gateway, inbound: Inbound, call: Call, sent: Call): Promise<CallAnswer> {
  if (!isAskable(call.caller.capabilities)) {
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
  controller: AbortController,
): Promise<CallAnswer> {
  const next = await conversation.next();
  if (next !== "asked") return sealed(gateway, inbound, call, next);
  const id = randomUUID();
  try {
    gateway.parked.park(id, { conversation, controller });
  } catch (thrown) {
    controller.abort(thrown);
    throw thrown;
  }
  const requestState = gateway.requestStates.seal(
    { kind: "parked", id, round: conversation.round },
    inbound.principal,
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
  const requestState = gateway.requestStates.seal({ kind: "relayed", state }, principal, call);
  return { kind, answer: { kind: "result", result: Payload.of({ ...value, requestState }) } };
}

/** Codes by which servers say that they have no such resource: the legacy one, and that of 2026-07-28. */
const notFoundCodes: ReadonlySet<number> = new Set([-32002, -32602]);

/**
 * Asks those who may have the resource, one after another: an address need not be listed to exist. Reading changes nothing, so that
 * asking somebody who does not have it does no harm.
 */
async function readResource(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  conversation: Conversation | undefined,
): Promise<CallAnswer> {
  const uri = stringAt(call.params, "uri");
  if (uri === undefined) throw new GatewayError("invalid_params", "resources/read needs params.uri");
  // Nobody known to have it: somebody who is still being connected may.
  if (gateway.view(inbound.route).ownersOf(uri).length === 0) await gateway.settled;
  const holders = gateway.view(inbound.route).holdersOf(uri);
  let failure: GatewayError | undefined;
  for (const upstream of holders) {
    try {
      const outcome = await attempt(gateway, inbound, call, { upstream, params: call.params }, conversation);
      const { answer } = outcome;
      if (answer.kind === "result" || holders.length === 1 || !notFoundCodes.has(answer.error.code)) return outcome;
    } catch (thrown) {
      // Whoever is away may not be the one who has it; but once the caller or the time is gone, nobody else need be asked.
      if (inbound.controller.signal.aborted) throw thrown;
      failure ??= toGatewayError(thrown);
    }
  }
  if (failure !== undefined) throw failure;
  throw new GatewayError("resource_not_found", `No resource ${JSON.stringify(uri.slice(0, 200))}`, { data: { uri } });
}
