import { GatewayError } from "../../core/errors.ts";
import { objectAt, stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { readTask, tasksExtension } from "../../protocol/tasks.ts";
import { carry } from "../carry.ts";
import { missingCapability } from "../failure.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { targetOf } from "../target.ts";
import { withinPatience } from "./answer-legacy.ts";
import { aboutTask } from "./about.ts";
import { detailed, resultOf } from "./hold.ts";
import { withTaskNamed } from "./names.ts";
import { answerAboutOwnTask } from "./own-tasks.ts";
import { ownerOf, takesTasks } from "./support.ts";
import type { KeptTask } from "./task-table.ts";

/**
 * Answers what a client of 2026-07-28 asks about a task: from what is held here, else by its modern upstream, which the id names.
 *
 * @throws {GatewayError} `invalid_params` — there is no such task; what {@link carry} throws.
 * @see SEP-2663, Task Polling, Task Update Requests, Task Cancellation.
 */
export async function answerAboutModernTask(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer> {
  if (!takesTasks(call)) return { kind: "error", error: needingTasks(call.method) };
  const taskId = stringAt(call.params, "taskId") ?? "";
  const known = gateway.tasks.find(taskId, ownerOf(inbound));
  if (known?.kind === "held") return aboutHeld(gateway, inbound, call, known);
  const own = await answerAboutOwnTask(gateway, inbound, call);
  if (own !== undefined) return own;
  const target = await targetOf(gateway, inbound, call);
  if ("answer" in target || target.upstream.tasks === "legacy") {
    throw new GatewayError("invalid_params", `There is no task ${JSON.stringify(taskId.slice(0, 200))}`);
  }
  return withTaskNamed(
    await carry(gateway, inbound, call, target, undefined),
    target.upstream.name,
    call,
    gateway,
    inbound,
  ).answer;
}

/** The error for a request about tasks whose sender does not declare the extension (SEP-2663, Capability Negotiation). */
export function needingTasks(method: string): ReturnType<typeof missingCapability> {
  return missingCapability(`${method} needs the extension ${tasksExtension}`, { extensions: { [tasksExtension]: {} } });
}

async function aboutHeld(gateway: Gateway, inbound: Inbound, call: Call, known: KeptTask): Promise<Answer> {
  const { task } = known;
  if (call.method === "tasks/update") {
    const responses = objectAt(call.params, "inputResponses");
    if (responses === undefined) throw new GatewayError("invalid_params", "params.inputResponses must be an object");
    task.take(responses);
    return resultOf({});
  }
  if (call.method === "tasks/cancel") {
    task.cancel(new GatewayError("cancelled", "The task was cancelled by request"));
    return resultOf({});
  }
  if (task.state.status === "working") await refresh(gateway, inbound, call, known);
  return resultOf(detailed(task));
}

/** What the upstream says of a task that goes on is worth a question; without an answer in time, it stands as before. */
async function refresh(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  { upstream, upstreamId, task }: KeptTask,
): Promise<void> {
  const { controller, stop } = withinPatience(gateway, inbound);
  try {
    const target = { upstream, params: { taskId: upstreamId } };
    const asked = aboutTask(call, "tasks/get");
    const { answer } = await carry(gateway, { ...inbound, controller }, asked, target, undefined);
    const state = answer.kind === "result" ? readTask(answer.result.value, task.state.createdAt) : undefined;
    if (state !== undefined) task.note(state);
  } catch (thrown) {
    if (inbound.controller.signal.aborted) throw thrown;
  } finally {
    stop();
  }
}
