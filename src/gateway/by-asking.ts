import { type Signal, platformSignal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Call, Question } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { askCaller, mayBeAsked } from "./questions.ts";
import { send } from "./send.ts";

/** How often one call may come back for more input. */
const maxRounds = 32;

/**
 * For callers that can be asked while their request is open: what a modern upstream returns as questions is asked, and the call repeated
 * with the answers.
 */
export async function byAsking(gateway: Gateway, inbound: Inbound, call: Call): Promise<CallAnswer> {
  return askedToEnd(gateway, inbound, call, await send(gateway, inbound, call));
}

/** Goes on where a call has had this outcome: asks, and makes it again, for as long as its upstream asks. */
export async function askedToEnd(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  first: CallAnswer,
): Promise<CallAnswer> {
  if (!isAsking(first)) return first;
  let { result } = first.answer;
  for (let round = 1; round < maxRounds; round += 1) {
    const input = await inputFor(gateway, inbound, result.value);
    const outcome = await send(gateway, inbound, { ...call, params: { ...call.params, ...input } });
    if (!isAsking(outcome)) return outcome;
    ({ result } = outcome.answer);
  }
  throw new GatewayError("upstream_protocol_error", `The upstream asked for more input ${maxRounds} times`);
}

type AskingAnswer = CallAnswer & { readonly answer: Extract<Answer, { kind: "result" }> };

function isAsking(outcome: CallAnswer): outcome is AskingAnswer {
  return outcome.kind === "input_required" && outcome.answer.kind === "result";
}

/**
 * Asks the caller at once all that a result asks for; what it says, as members of the request that answers. Where one answer is missing,
 * the others are of no use: their questions are withdrawn.
 */
export async function inputFor(gateway: Gateway, inbound: Inbound, result: JsonObject): Promise<JsonObject> {
  const { requestState } = result;
  const rest = new AbortController();
  const signal = AbortSignal.any([platformSignal(inbound.controller.signal), rest.signal]);
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

async function inputOf(gateway: Gateway, inbound: Inbound, request: unknown, signal: Signal): Promise<JsonObject> {
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
