import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Call, CallMethod } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { relatedTo } from "../../protocol/tasks.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { carry } from "../carry.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import type { Target } from "../target.ts";

/** How often is looked where the upstream does not say, and at the most, in ms. */
const usualPollMs = 1000;
const shortestPollMs = 100;

/** How long to wait before a task is looked at again, in ms. */
export function pollMs({ pollIntervalMs }: { readonly pollIntervalMs: number | undefined }): number {
  return Math.max(pollIntervalMs ?? usualPollMs, shortestPollMs);
}

/** A request about a task, on behalf of whoever made the call that it came of. */
export function aboutTask({ caller, logLevel }: Call, method: CallMethod): Call {
  return { method, params: {}, meta: undefined, progressToken: undefined, logLevel, caller };
}

/**
 * How a task stands at its upstream, in the upstream's words; undefined where that could not be found out this time, as the upstream is
 * away or says nothing.
 *
 * @throws {GatewayError} `upstream_protocol_error` — it no longer knows the task; the reason of the controller's signal.
 */
export async function look(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  target: Target,
): Promise<JsonObject | undefined> {
  const { signal } = inbound.controller;
  const controller = new AbortController();
  const follow = (): void => {
    controller.abort(signal.reason);
  };
  signal.addEventListener("abort", follow);
  try {
    if (signal.aborted) follow();
    const asked = aboutTask(call, "tasks/get");
    const { answer } = await carry(gateway, { ...inbound, controller, isPatient: false }, asked, target, undefined);
    if (answer.kind === "result") return answer.result.value;
    throw new GatewayError("upstream_protocol_error", `The upstream's task is gone: ${answer.error.message}`);
  } catch (thrown) {
    if (signal.aborted || !isPassing(thrown)) throw thrown;
    return undefined;
  } finally {
    signal.removeEventListener("abort", follow);
  }
}

const passing: ReadonlySet<string> = new Set(["upstream_disconnected", "upstream_unavailable", "deadline_exceeded"]);

/** Whether a failure says nothing of the task that was asked about: it may be asked about again. */
export function isPassing(thrown: unknown): boolean {
  return thrown instanceof GatewayError && passing.has(thrown.code);
}

/** An answer that belongs to this task, or to none that its caller knows. */
export function belongingTo(answer: Answer, taskId: string | undefined): Answer {
  if (answer.kind === "error") return answer;
  const { value } = answer.result;
  const related = relatedTo(value, taskId);
  return related === value ? answer : { kind: "result", result: Payload.of(related) };
}

/** Tells the upstream that nobody wants the task any more. Whether it listens is its own affair. */
export function cancelAt(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream, taskId: string): void {
  const controller = new AbortController();
  const farewell: Inbound = { ...inbound, controller, isPatient: false, notify: () => undefined };
  const target = { upstream, params: { taskId } };
  carry(gateway, farewell, aboutTask(call, "tasks/cancel"), target, undefined).catch(() => undefined);
}
