import { Payload } from "../../protocol/payload.ts";
import { type TaskState, legacyTask, modernTask } from "../../protocol/tasks.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { HeldTask } from "./held-task.ts";
import { ownerOf } from "./support.ts";
import type { KeptTask } from "./task-table.ts";

/**
 * Makes a task that is kept here for the caller of a request, who is told when it stands otherwise than before.
 *
 * @throws {GatewayError} `too_many_tasks`.
 */
export function hold(
  gateway: Gateway,
  inbound: Inbound,
  upstream: Upstream,
  state: TaskState,
  upstreamId?: string,
): KeptTask {
  const { session, codec } = inbound;
  const task = new HeldTask({
    clock: gateway.deps.clock,
    state,
    era: codec.era,
    onChange: () => {
      if (task.isFinal) gateway.tasks.settled(known);
      if (session !== undefined) {
        session.tell({ method: "notifications/tasks/status", params: legacyTask(task.state) });
      } else if (upstreamId !== undefined) {
        const params = { ...detailed(task), taskId: upstreamId };
        gateway.pass(upstream, { method: "notifications/tasks", params });
      }
    },
  });
  const known: KeptTask = { kind: "held", id: state.taskId, owner: ownerOf(inbound), upstream, upstreamId, task };
  gateway.tasks.add(known, state.ttlMs);
  return known;
}

/**
 * A held task as a modern caller sees it, with what belongs to its status.
 *
 * @see SEP-2663, Task Status (DetailedTask).
 */
export function detailed(task: HeldTask): JsonObject {
  const { state, answer } = task;
  const value = modernTask(state);
  if (state.status === "input_required") return { ...value, inputRequests: task.questions };
  if (state.status === "completed" && answer?.kind === "result") return { ...value, result: answer.result.value };
  if (state.status === "failed" && answer?.kind === "error") return { ...value, error: answer.error };
  return value;
}

/** A result of these members. */
export function resultOf(value: JsonObject): { readonly kind: "result"; readonly result: Payload } {
  return { kind: "result", result: Payload.of(value) };
}
