import { type JsonObject, objectAt, stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import { Payload } from "../../protocol/payload.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import { exposedName } from "../names.ts";
import { isAboutTask, takesTasks } from "./support.ts";

/** Whether the answer to a call may name a task: it is about one, or its caller takes one for an answer. */
export function mayNameTask(call: Call): boolean {
  return isAboutTask(call) || takesTasks(call);
}

/**
 * A modern upstream's task, with an id that says whose the task is: whoever has the id can be served without anything being remembered
 * here.
 *
 * @see SEP-2663, Tasks Extension (task ids are opaque to clients).
 */
export function withTaskNamed(outcome: CallAnswer, upstream: string, { method, task }: Call): CallAnswer {
  const { kind, answer } = outcome;
  if (task !== undefined || answer.kind === "error" || (kind !== "task" && method !== "tasks/get")) return outcome;
  const { value } = answer.result;
  const id = stringAt(value, "taskId");
  if (id === undefined) return outcome;
  return { kind, answer: { kind: "result", result: Payload.of({ ...value, taskId: exposedName(upstream, id) }) } };
}

/** The task in a legacy upstream's answer to a call that asked for one; undefined where there is none (2025-11-25, schema, CreateTaskResult). */
export function createdTask({ answer }: CallAnswer): JsonObject | undefined {
  return answer.kind === "result" ? objectAt(answer.result.value, "task") : undefined;
}
