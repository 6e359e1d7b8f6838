import { GatewayError } from "../core/errors.ts";
import type { Call } from "../protocol/call.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { type Next, type Stage, type WaitedTask, joined, stageNames } from "./pipeline.ts";
import { attempt } from "./stages/attempt.ts";
import { breaker } from "./stages/breaker.ts";
import { deadline } from "./stages/deadline.ts";
import type { Target } from "./target.ts";

/** The stages that hold nothing of their own. */
const plainStages: readonly Stage[] = [deadline, breaker, attempt];

/** The way that every call to every upstream takes: through these stages and the plain ones, in the order of {@link stageNames}. */
export function callPath(stages: readonly Stage[]): Next {
  return joined([...stages, ...plainStages].toSorted((a, b) => positionOf(a) - positionOf(b)));
}

function positionOf({ name }: Stage): number {
  return stageNames.indexOf(name);
}

/**
 * Takes a call through the stages to one upstream and back. There is no other way to one.
 *
 * @throws {GatewayError} what the stages say, and what {@link Upstream.call} throws; `data.upstream` says whose failure it was.
 */
export async function carry(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  target: Target,
  conversation?: Conversation,
  task?: WaitedTask,
): Promise<CallAnswer> {
  const { upstream } = target;
  const { record, controller } = inbound;
  if (record !== undefined) record.upstream ??= upstream.name;
  try {
    const passage = { gateway, inbound, call, target, conversation, task, signal: controller.signal, limit: undefined };
    return await gateway.path(passage);
  } catch (thrown) {
    throw ofUpstream(thrown, upstream.name);
  }
}

/** Says whose failure it was, where it does not say so itself. */
function ofUpstream(thrown: unknown, upstream: string): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code === "cancelled" || thrown.data?.["upstream"] !== undefined) {
    return thrown;
  }
  return new GatewayError(thrown.code, thrown.message, { data: { upstream, ...thrown.data }, cause: thrown });
}
