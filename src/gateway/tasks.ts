import { objectAt, stringAt } from "../core/json.ts";
import type { Call, Caller } from "../protocol/call.ts";
import { Payload } from "../protocol/payload.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { exposedName } from "./names.ts";

/** The extension by which a tool call may go on as a task. */
export const tasksExtension = "io.modelcontextprotocol/tasks";

/** Whether the answer to a call may name a task: it is about one, or its caller takes one for an answer. */
export function mayNameTask(call: Call): boolean {
  return isAboutTask(call) || takesTasks(call.caller);
}

/** Whether a call is about a task that was begun earlier. */
export function isAboutTask({ method }: Call): boolean {
  return method.startsWith("tasks/");
}

/** Whether a caller declared that it takes a task for an answer. */
export function takesTasks({ capabilities }: Caller): boolean {
  const extensions = objectAt(capabilities, "extensions");
  return extensions !== undefined && tasksExtension in extensions;
}

/**
 * A task's id says whose the task is, so that whoever has the id can be served without anything being remembered here.
 *
 * @see SEP-2663, Tasks Extension (task ids are opaque to clients).
 */
export function withTaskNamed(outcome: CallAnswer, upstream: string, { method }: Call): CallAnswer {
  const { kind, answer } = outcome;
  if (answer.kind === "error" || (kind !== "task" && method !== "tasks/get")) return outcome;
  const { value } = answer.result;
  const id = stringAt(value, "taskId");
  if (id === undefined) return outcome;
  return { kind, answer: { kind: "result", result: Payload.of({ ...value, taskId: exposedName(upstream, id) }) } };
}
