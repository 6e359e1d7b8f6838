import { randomUUID } from "node:crypto";
import { GatewayError, toGatewayError } from "../../core/errors.ts";
import type { Call } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { type TaskState, isFinal, legacyTask, readTask } from "../../protocol/tasks.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { byAsking } from "../by-asking.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { exposedName } from "../names.ts";
import { targetOf } from "../target.ts";
import { cancelAt } from "./about.ts";
import { hold, resultOf } from "./hold.ts";
import { createdTask } from "./names.ts";
import { callToEnd } from "./poll.ts";
import { usualTtlMs } from "./run.ts";
import { ownerOf } from "./support.ts";
import { type KeptTask, type RelayedTask, maxTtlMs, replaced } from "./task-table.ts";
import { TaskWay } from "./task-way.ts";

/** The shortest life of a task that is held here, in ms, and how often its caller should look. */
const minTtlMs = 1000;
const pollIntervalMs = 1000;

/**
 * Answers a legacy client's tool call that asks to go on as a task.
 *
 * An upstream of the same generation makes the task. To one with the extension, which decides itself whether a call becomes a task, the
 * call is made in the background of a task that is held here. Where no upstream of the route has tasks, none were announced, and the
 * wish is ignored.
 *
 * @throws {GatewayError} `method_not_found` — this tool cannot be called as a task; `too_many_tasks`; what {@link byAsking} throws.
 * @see MCP 2025-11-25, basic/utilities/tasks, Creating Tasks, Tool-Level Negotiation, Task Support and Handling.
 */
export async function answerTaskCall(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer> {
  const target = await targetOf(gateway, inbound, call);
  if ("answer" in target) {
    if (target.begin !== undefined) return resultOf({ task: legacyTask((await target.begin()).state) });
  } else {
    const { upstream, taskSupport } = target;
    if (upstream.tasks === "modern") return heldCall(gateway, inbound, call, upstream);
    if (upstream.tasks === "legacy" && taskSupport !== undefined) return relayedCall(gateway, inbound, call, upstream);
  }
  if (gateway.view(inbound.route, inbound.principal.rights).hasTasks) {
    throw new GatewayError("method_not_found", `The tool ${String(call.params["name"])} cannot be called as a task`);
  }
  return (await byAsking(gateway, inbound, { ...call, task: undefined })).answer;
}

async function relayedCall(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream): Promise<Answer> {
  const owner = ownerOf(inbound);
  gateway.tasks.checkRoom(owner);
  const way = new TaskWay(inbound.session);
  const controller = new AbortController();
  const lasting: Inbound = { ...inbound, notify: way.tell, lasting: controller.signal };
  const outcome = await way
    .during(inbound.notify, () => byAsking(gateway, lasting, call))
    .catch((thrown: unknown) => {
      controller.abort();
      throw thrown;
    });
  const created = createdTask(outcome);
  const said = readTask(created ?? {}, nowOf(gateway));
  if (created === undefined || said === undefined || outcome.answer.kind === "error") {
    controller.abort();
    // Whoever accepts a task must say so with a task, also where an upstream does not.
    return outcome.answer.kind === "error" ? outcome.answer : finished(gateway, inbound, upstream, outcome);
  }
  const state = { ...said, taskId: exposedName(upstream.name, said.taskId) };
  const relayed: RelayedTask = {
    kind: "relayed",
    id: state.taskId,
    upstreamId: said.taskId,
    owner,
    upstream,
    way,
    controller,
    state,
  };
  try {
    gateway.tasks.add(relayed, state.ttlMs);
  } catch (thrown) {
    controller.abort();
    cancelAt(gateway, inbound, call, upstream, said.taskId);
    throw thrown;
  }
  cancelWithOwner(gateway, inbound, call, relayed);
  return resultOf({ ...outcome.answer.result.value, task: { ...created, taskId: state.taskId } });
}

/** A task that nobody can ask about any more is of no use to its upstream either. */
function cancelWithOwner(gateway: Gateway, inbound: Inbound, call: Call, relayed: RelayedTask): void {
  const { controller, upstream, upstreamId } = relayed;
  controller.signal.addEventListener("abort", () => {
    if (controller.signal.reason !== replaced && !isFinal(relayed.state.status))
      cancelAt(gateway, inbound, call, upstream, upstreamId);
  });
}

function finished(gateway: Gateway, inbound: Inbound, upstream: Upstream, { answer }: CallAnswer): Answer {
  const known = hold(gateway, inbound, upstream, freshState(gateway, upstream, usualTtlMs));
  known.task.finish(answer);
  return resultOf({ task: legacyTask(known.task.state) });
}

/** Makes the call behind a task that is there at once. */
function heldCall(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream): Answer {
  const wished = call.task?.ttlMs ?? usualTtlMs;
  const ttlMs = Math.min(Math.max(wished, minTtlMs), maxTtlMs);
  const known = hold(gateway, inbound, upstream, freshState(gateway, upstream, ttlMs));
  void runBehind(gateway, inbound, { ...call, logLevel: undefined }, known);
  return resultOf({ task: legacyTask(known.task.state) });
}

async function runBehind(gateway: Gateway, inbound: Inbound, call: Call, { task }: KeptTask): Promise<void> {
  const way = new TaskWay(inbound.session);
  const { controller } = task;
  const ask: Inbound["ask"] = (question) => task.ask(question);
  const behind: Inbound = { ...inbound, controller, isPatient: true, notify: way.tell, ask };
  try {
    const answer = await callToEnd(gateway, behind, call, (state) => {
      task.note(state);
    });
    if (answer === "cancelled") task.cancel(new GatewayError("cancelled", "The upstream cancelled the task"));
    else task.finish(answer);
  } catch (thrown) {
    task.fail(toGatewayError(thrown));
  }
}

function freshState(gateway: Gateway, upstream: Upstream, ttlMs: number): TaskState {
  const now = nowOf(gateway);
  return {
    taskId: exposedName(upstream.name, randomUUID()),
    status: "working",
    statusMessage: undefined,
    createdAt: now,
    lastUpdatedAt: now,
    ttlMs,
    pollIntervalMs,
  };
}

function nowOf({ deps }: Gateway): string {
  return new Date(deps.clock.now()).toISOString();
}
