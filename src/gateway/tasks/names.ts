import { type JsonObject, objectAt, stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import { Payload } from "../../protocol/payload.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { isAboutTask, takesTasks } from "./support.ts";

/** Whether the answer to a call may name a task: it is about one, or its caller takes one for an answer. */
export function mayNameTask(call: Call): boolean {
  return isAboutTask(call) || takesTasks(call);
}

/**
 * A modern upstream's task, under the id by which its caller knows it.
 *
 * @see SEP-2663, Tasks Extension (task ids are opaque to clients).
 */
export function withTaskNamed(
  outcome: CallAnswer,
  upstream: string,
  { method, task }: Call,
  { taskIds }: Gateway,
  { principal }: Inbound,
): CallAnswer {
  const { kind, answer } = outcome;
  if (task !== undefined || answer.kind === "error" || (kind !== "task" && method !== "tasks/get")) return outcome;
  const { value } = answer.result;
  const id = stringAt(value, "taskId");
  if (id === undefined) return outcome;
  return {
    kind,
    answer: { kind: "result", result: Payload.of({ ...value, taskId: taskIds.exposed(principal, upstream, id) }) },
  };
}

/** The task in a legacy upstream's answer to a call that asked for one; undefined where there is none (2025-11-25, schema, CreateTaskResult). */
export function createdTask({ answer }: CallAnswer): JsonObject | undefined {
  return answer.kind === "result" ? objectAt(answer.result.value, "task") : undefined;
}
