import { GatewayError } from "../core/errors.ts";
import { stringAt } from "../core/json.ts";
import { policyFor } from "../policy/call-policy.ts";
import { memoryIdempotencyStore } from "../policy/idempotency-store.ts";
import { MemoryRateLimiter } from "../policy/rate-limit.ts";
import type { Clock } from "../core/clock.ts";
import type { Call } from "../protocol/call.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { CallRecord } from "./call-record.ts";
import { nameIn } from "./call-name.ts";
import type { Conversation } from "./conversation.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { type Next, type Stage, type WaitedTask, joined, stageNames } from "./pipeline.ts";
import { attempt } from "./stages/attempt.ts";
import { authorize } from "./stages/authorize.ts";
import { breaker } from "./stages/breaker.ts";
import { bulkheadStage } from "./stages/bulkhead.ts";
import { deadlineStage } from "./stages/deadline.ts";
import { idempotencyStage } from "./stages/idempotency.ts";
import { fallback } from "./stages/fallback.ts";
import { rateLimitStage } from "./stages/rate-limit.ts";
import { retryStage } from "./stages/retry.ts";
import { validateStage } from "./stages/validate.ts";
import type { Target } from "./target.ts";

/** What stages of a gateway need that are always there. */
export interface StageDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

function ownStages({ clock, random }: StageDeps): readonly Stage[] {
  return [
    authorize,
    rateLimitStage(new MemoryRateLimiter(clock)),
    validateStage(),
    idempotencyStage(clock, memoryIdempotencyStore()),
    fallback,
    deadlineStage(clock),
    retryStage(clock, random),
    breaker,
    bulkheadStage(clock),
    attempt,
  ];
}

/**
 * The way that every call to every upstream takes: through these stages and those that every gateway has, in the order of
 * {@link stageNames}. Of two of one name the given one is taken.
 */
export function callPath(stages: readonly Stage[], deps: StageDeps): Next {
  const own = ownStages(deps).filter(({ name }) => stages.every((given) => given.name !== name));
  return joined([...stages, ...own].toSorted((a, b) => positionOf(a) - positionOf(b)));
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
  if (record !== undefined && record.upstream === undefined) {
    record.upstream = upstream.name;
    record.name = nameIn({ method: call.method, params: target.params });
  }
  try {
    const { signal } = controller;
    const tool = call.method === "tools/call" ? stringAt(target.params, "name") : undefined;
    const policy = policyFor(gateway.policies, upstream.name, tool);
    const fixed = { isFallback: false, signal, limit: undefined };
    return await gateway.path({ gateway, inbound, call, target, tool, policy, conversation, task, ...fixed });
  } catch (thrown) {
    // Whose it is that may not be used is not said.
    throw record?.isDenied === true ? thrown : ofUpstream(withPeaks(thrown, record), upstream.name);
  }
}

const mib = 1024 * 1024;

/** A failure for want of resources says what was used at the most while this call was under way. */
function withPeaks(thrown: unknown, record: CallRecord | undefined): unknown {
  const use = record?.resourceUse;
  if (use === undefined || !(thrown instanceof GatewayError) || thrown.code !== "upstream_over_limit") return thrown;
  const peaks = { peakMemoryMiB: Math.round(use.peakBytes / mib), peakCpuPercent: Math.round(use.peakCpuPercent) };
  return new GatewayError(thrown.code, thrown.message, { data: { ...thrown.data, ...peaks }, cause: thrown });
}

/** Says whose failure it was, where it does not say so itself. */
function ofUpstream(thrown: unknown, upstream: string): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code === "cancelled" || thrown.data?.["upstream"] !== undefined) {
    return thrown;
  }
  return new GatewayError(thrown.code, thrown.message, { data: { upstream, ...thrown.data }, cause: thrown });
}
