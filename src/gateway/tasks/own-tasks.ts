import type { Principal } from "../../access/principal.ts";
import type { Signal } from "../../core/canceller.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { type TaskState, isFinal, legacyTask, modernTask, relatedTo } from "../../protocol/tasks.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { resultOf } from "./hold.ts";

/** Work of the gateway's own that is asked about as a task. */
export interface OwnTask {
  readonly state: TaskState;
  /** What its call comes to, once it is over: the structured content of a result. */
  readonly content: JsonObject;
}

/**
 * The gateway's own work as tasks: it belongs to a principal, and outlives sessions and the gateway. Ids hold no `__`, so that none can be an
 * upstream's.
 */
export interface OwnTasks {
  /** The principal's task of this id. */
  find(principal: Principal, id: string): Promise<OwnTask | undefined>;
  /** The same once it is over. Rejects with the signal's reason. */
  ended(principal: Principal, id: string, signal: Signal): Promise<OwnTask>;
  /** Ends one that is not over. */
  cancel(principal: Principal, id: string): Promise<OwnTask>;
  /** The principal's latest ones, the oldest of them first. */
  latest(principal: Principal, max: number): Promise<readonly OwnTask[]>;
}

/** JSON-RPC code of an internal error: of a task that has failed, what failed is in the data. */
const failedRpc = -32_603;
/** Listed at the most. */
const maxListed = 50;

/**
 * Answers a request about a task of the gateway's own, in the words of its caller's generation; undefined where there is no such task at this route.
 *
 * @throws {GatewayError} `invalid_params` — a legacy caller cancels what is over.
 * @see MCP 2025-11-25, basic/utilities/tasks; SEP-2663.
 */
export async function answerAboutOwnTask(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer | undefined> {
  const { principal, codec, controller } = inbound;
  const id = stringAt(call.params, "taskId") ?? "";
  const tasks = id.includes("__") ? undefined : ownTasksOf(gateway, inbound);
  const task = await tasks?.find(principal, id);
  if (tasks === undefined || task === undefined) return undefined;
  const isModern = codec.era === "modern";
  if (call.method === "tasks/cancel") return cancelled(tasks, principal, task, isModern);
  if (call.method === "tasks/result") {
    return resultOf(relatedTo(callResult(await tasks.ended(principal, id, controller.signal)), id));
  }
  // Nothing is ever asked.
  if (call.method === "tasks/update") return resultOf({});
  return resultOf(isModern ? detailed(task) : legacyTask(task.state));
}

async function cancelled(
  tasks: OwnTasks,
  principal: Principal,
  { state }: OwnTask,
  isModern: boolean,
): Promise<Answer> {
  if (!isFinal(state.status)) {
    const after = await tasks.cancel(principal, state.taskId);
    return resultOf(isModern ? {} : legacyTask(after.state));
  }
  if (isModern) return resultOf({});
  throw new GatewayError("invalid_params", `The task is ${state.status} already and cannot be cancelled`);
}

/** The caller's latest tasks of the gateway's own at this route, for a list of 2025-11-25. */
export async function listedOwnTasks(gateway: Gateway, inbound: Inbound): Promise<readonly JsonObject[]> {
  const latest = (await ownTasksOf(gateway, inbound)?.latest(inbound.principal, maxListed)) ?? [];
  return latest.map(({ state }) => legacyTask(state));
}

function ownTasksOf(gateway: Gateway, { route, principal }: Inbound): OwnTasks | undefined {
  return gateway.view(route, principal.rights).ownTasks;
}

/** The result of the call that a task which is over was made by. */
function callResult({ state, content }: OwnTask): JsonObject {
  const text = JSON.stringify(content);
  const isError = state.status === "completed" ? {} : { isError: true };
  return { content: [{ type: "text", text }], structuredContent: content, ...isError };
}

function detailed(task: OwnTask): JsonObject {
  const { state, content } = task;
  const value = modernTask(state);
  if (state.status === "completed") return { ...value, result: callResult(task) };
  if (state.status !== "failed") return value;
  return { ...value, error: { code: failedRpc, message: state.statusMessage ?? "The work has failed", data: content } };
}
