import { type Controller, type Signal, platformSignal } from "../../core/canceller.ts";
import { deadline } from "../../core/deadline.ts";
import { GatewayError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { legacyTask, readTask, relatedTo } from "../../protocol/tasks.ts";
import { carry } from "../carry.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { aboutTask, belongingTo } from "./about.ts";
import { resultOf } from "./hold.ts";
import { answerAboutOwnTask, listedOwnTasks } from "./own-tasks.ts";
import { ownerOf } from "./support.ts";
import type { KeptTask, KnownTask, RelayedTask } from "./task-table.ts";

/**
 * Answers what a client of 2025-11-25 asks about a task of its own.
 *
 * @throws {GatewayError} `invalid_params` — there is no such task of this session, or it is over and cannot be cancelled.
 * @see MCP 2025-11-25, basic/utilities/tasks, Protocol Messages, Task Isolation and Access Control.
 */
export async function answerAboutLegacyTask(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer> {
  const own = await answerAboutOwnTask(gateway, inbound, call);
  if (own !== undefined) return own;
  const known = ownTask(gateway, inbound, call);
  return known.kind === "held" ? aboutHeld(known, inbound, call) : aboutRelayed(gateway, inbound, call, known);
}

/** The task that a request is about. */
export function ownTask(gateway: Gateway, inbound: Inbound, call: Call): KnownTask {
  const taskId = stringAt(call.params, "taskId");
  if (taskId === undefined) throw new GatewayError("invalid_params", `${call.method} needs params.taskId`);
  const known = gateway.tasks.find(taskId, ownerOf(inbound));
  if (known === undefined) {
    throw new GatewayError("invalid_params", `There is no task ${JSON.stringify(taskId.slice(0, 200))}`);
  }
  return known;
}

async function aboutHeld({ id, task }: KeptTask, { ask, controller }: Inbound, call: Call): Promise<Answer> {
  if (call.method === "tasks/get") return resultOf(legacyTask(task.state));
  if (call.method === "tasks/cancel") {
    if (task.isFinal) {
      throw new GatewayError("invalid_params", `The task is ${task.state.status} already and cannot be cancelled`);
    }
    task.cancel(new GatewayError("cancelled", "The task was cancelled by request"));
    return resultOf(legacyTask(task.state));
  }
  const waiting = new AbortController();
  if (ask !== undefined) {
    task.attend(
      ({ method, params }, signal) => ask({ method, params: relatedTo(params, id) }, signal),
      AbortSignal.any([waiting.signal, platformSignal(controller.signal)]),
    );
  }
  try {
    return belongingTo(await Promise.race([task.settled, aborted(controller.signal)]), id);
  } finally {
    waiting.abort(new GatewayError("cancelled", "The result is no longer waited for"));
  }
}

function aborted(signal: Signal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The caller left"));
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return promise;
}

async function aboutRelayed(gateway: Gateway, inbound: Inbound, call: Call, known: RelayedTask): Promise<Answer> {
  const { id, upstreamId, upstream, way } = known;
  const isWaiting = call.method === "tasks/result";
  const target = { upstream, params: { ...call.params, taskId: upstreamId } };
  const waiting: Inbound = { ...inbound, isPatient: isWaiting };
  const { answer } = await way.during(inbound.notify, () =>
    carry(gateway, waiting, call, target, undefined, { id: upstreamId, exposed: id }),
  );
  if (answer.kind === "error") return answer;
  if (isWaiting) return belongingTo(answer, id);
  const { value } = answer.result;
  const said = readTask(value, known.state.createdAt);
  if (said !== undefined) known.state = { ...said, taskId: id };
  return resultOf({ ...value, taskId: id });
}

/** Tasks in one page of a list, and how long their upstreams have to say how they stand, in ms. */
const pageSize = 50;
const patienceMs = 2000;

/**
 * Answers `tasks/list` with the session's own tasks, oldest first. How each stands is asked of its upstream; where that does not say in
 * time, it stands as it was last heard of.
 *
 * @throws {GatewayError} `invalid_params` — a cursor that this gateway did not give.
 * @see MCP 2025-11-25, basic/utilities/tasks, Listing Tasks.
 */
export async function answerTaskList(gateway: Gateway, inbound: Inbound): Promise<Answer> {
  const own = gateway.tasks.of(ownerOf(inbound));
  const from = startOf(inbound.params?.["cursor"]);
  const page = own.slice(from, from + pageSize);
  const tasks = await Promise.all(page.map((known) => stateOf(gateway, inbound, known)));
  const next = from + pageSize;
  if (next < own.length) return resultOf({ tasks: tasks.flat(), nextCursor: `t${next}` });
  return resultOf({ tasks: [...tasks.flat(), ...(await listedOwnTasks(gateway, inbound))] });
}

function startOf(cursor: unknown): number {
  if (cursor === undefined) return 0;
  const found = typeof cursor === "string" ? /^t(\d{1,9})$/.exec(cursor) : undefined;
  if (found?.[1] === undefined) {
    throw new GatewayError("invalid_params", "params.cursor is not a cursor of this gateway; begin again without one");
  }
  return Number(found[1]);
}

/** The task as a list shows it; nothing where its upstream no longer knows it. */
async function stateOf(gateway: Gateway, inbound: Inbound, known: KnownTask): Promise<object[]> {
  if (known.kind === "held") return [legacyTask(known.task.state)];
  const call = aboutTask({ ...nobodysCall, caller: inbound.caller }, "tasks/get");
  const { controller, stop } = withinPatience(gateway, inbound);
  try {
    const params = { ...call, params: { taskId: known.upstreamId } };
    const answer = await aboutRelayed(gateway, { ...inbound, controller }, params, known);
    if (answer.kind === "result") return [answer.result.value];
    gateway.tasks.forget(known);
    return [];
  } catch (thrown) {
    if (inbound.controller.signal.aborted) throw thrown;
    return [legacyTask(known.state)];
  } finally {
    stop();
  }
}

const nobodysCall: Call = {
  method: "tasks/get",
  params: {},
  meta: undefined,
  progressToken: undefined,
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
};

/** A controller that fires when the caller leaves, or when it has waited long enough. */
export function withinPatience(
  { deps }: Gateway,
  { controller: caller }: Inbound,
): { readonly controller: Controller; readonly stop: () => void } {
  const controller = new AbortController();
  const { signal, stop } = deadline(deps.clock, patienceMs, caller.signal, () => {
    return new GatewayError("deadline_exceeded", `How a task stands was not said within ${patienceMs} ms`);
  });
  signal.addEventListener("abort", () => {
    controller.abort(signal.reason);
  });
  return { controller, stop };
}
