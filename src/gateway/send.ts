import { GatewayError, toGatewayError } from "../core/errors.ts";
import { stringAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { carry } from "./carry.ts";
import type { Conversation } from "./conversation.ts";
import { notThere } from "./denial.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { type OwnCall, type Target, targetOf } from "./target.ts";
import { mayNameTask, withTaskNamed } from "./tasks/names.ts";
import { callAsTask, isCalledAsTask } from "./tasks/run.ts";

/**
 * Sends a call to whoever it is for.
 *
 * @throws {GatewayError} what {@link targetOf} and {@link carry} throw.
 */
export function send(gateway: Gateway, inbound: Inbound, call: Call, conversation?: Conversation): Promise<CallAnswer> {
  if (call.method === "resources/read") return readResource(gateway, inbound, call, conversation);
  const sendTo = (target: Target | OwnCall): Promise<CallAnswer> => {
    if ("answer" in target) return target.answer();
    if (target.taskSupport !== undefined && isCalledAsTask(inbound, call, target)) {
      return callAsTask(gateway, inbound, call, target, conversation);
    }
    const sent = carry(gateway, inbound, call, target, conversation);
    return mayNameTask(call)
      ? sent.then((outcome) => withTaskNamed(outcome, target.upstream.name, call, gateway, inbound))
      : sent;
  };
  const target = targetOf(gateway, inbound, call);
  return target instanceof Promise ? target.then(sendTo) : sendTo(target);
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
  const { route, principal } = inbound;
  if (gateway.view(route, principal.rights).ownersOf(uri).length === 0) await gateway.settled;
  const holders = gateway.view(route, principal.rights).holdersOf(uri);
  let failure: GatewayError | undefined;
  for (const upstream of holders) {
    try {
      const outcome = await carry(gateway, inbound, call, { upstream, params: call.params }, conversation);
      const { answer } = outcome;
      if (answer.kind === "result" || holders.length === 1 || !notFoundCodes.has(answer.error.code)) return outcome;
    } catch (thrown) {
      // Whoever is away may not be the one who has it; but once the caller or the time is gone, nobody else need be asked.
      const problem = toGatewayError(thrown);
      if (inbound.controller.signal.aborted || problem.code === "deadline_exceeded") throw problem;
      failure ??= problem;
    }
  }
  if (failure !== undefined) throw failure;
  throw notThere(call);
}
