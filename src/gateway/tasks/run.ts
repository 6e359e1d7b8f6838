import { GatewayError, toGatewayError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import type { Call, CallMethod } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { modernTask, readTask, relatedTo } from "../../protocol/tasks.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { attempt } from "../attempt.ts";
import type { Conversation } from "../conversation.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { exposedName } from "../names.ts";
import type { Target } from "../target.ts";
import { hold } from "./hold.ts";
import { createdTask } from "./names.ts";
import { pause } from "./pause.ts";
import { takesTasks } from "./support.ts";

/** How long a task is wished to be kept whose caller cannot say, in ms: forever would be the server's burden. */
export const usualTtlMs = 3_600_000;

/** Whether a call to a legacy upstream's tool is made as a task although its caller did not, or could not, ask for one. */
export function isCalledAsTask({ codec }: Inbound, call: Call, { upstream, taskSupport }: Target): boolean {
  if (call.task !== undefined || taskSupport === undefined || upstream.tasks !== "legacy") return false;
  return taskSupport === "required" || (codec.era === "modern" && takesTasks(call));
}

/**
 * Calls a legacy upstream's tool as a task. A modern caller with the extension gets the task; for any other the task is waited for, so
 * that the tool is one like others.
 *
 * @throws {GatewayError} what {@link attempt} throws; `too_many_tasks`.
 */
export async function callAsTask(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  target: Target,
  conversation: Conversation | undefined,
): Promise<CallAnswer> {
  const asTask: Call = { ...call, task: { ttlMs: usualTtlMs } };
  const isHeld = inbound.codec.era === "modern" && takesTasks(call);
  if (isHeld) gateway.tasks.checkRoom(inbound.principal);
  const lasting = new AbortController();
  try {
    const outcome = await attempt(gateway, { ...inbound, lasting: lasting.signal }, asTask, target, conversation);
    const id = stringAt(createdTask(outcome) ?? {}, "taskId");
    if (id === undefined) return outcome;
    if (isHeld) return holdTask(gateway, inbound, call, target.upstream, outcome);
    return await waitedFor(gateway, inbound, call, target.upstream, id, conversation);
  } finally {
    lasting.abort();
  }
}

async function waitedFor(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  upstream: Upstream,
  id: string,
  conversation: Conversation | undefined,
): Promise<CallAnswer> {
  try {
    const { answer } = await attempt(
      gateway,
      inbound,
      aboutTask(call, "tasks/result"),
      { upstream, params: { taskId: id } },
      conversation,
      { task: { id, exposed: undefined } },
    );
    return { kind: "complete", answer: belongingTo(answer, undefined) };
  } catch (thrown) {
    cancelAt(gateway, inbound, call, upstream, id);
    throw thrown;
  }
}

/** Gives a modern caller a task for a legacy upstream's, and follows that one. */
function holdTask(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream, created: CallAnswer): CallAnswer {
  const { clock } = gateway.deps;
  const state = readTask(createdTask(created) ?? {}, new Date(clock.now()).toISOString());
  if (state === undefined) throw new GatewayError("upstream_protocol_error", "The upstream's task has no status");
  const upstreamId = state.taskId;
  const known = hold(
    gateway,
    inbound,
    upstream,
    { ...state, taskId: exposedName(upstream.name, upstreamId) },
    upstreamId,
  );
  const { task } = known;
  const { controller } = task;
  const behind: Inbound = { ...inbound, controller, notify: () => undefined, ask: (question) => task.ask(question) };
  void follow(gateway, behind, call, upstream, upstreamId).then(
    (answer) => {
      if (answer === "cancelled") task.cancel(new GatewayError("cancelled", "The upstream cancelled the task"));
      else task.finish(answer);
    },
    (thrown: unknown) => {
      if (controller.signal.aborted) cancelAt(gateway, inbound, call, upstream, upstreamId);
      else task.fail(toGatewayError(thrown));
    },
  );
  const value = { resultType: "task", ...modernTask(task.state) };
  return { kind: "task", answer: { kind: "result", result: Payload.of(value) } };
}

/** How long is waited before a result is asked for again whose request broke, in ms. */
const againMs = 1000;

/** What became of a task, however long it takes: a request that breaks is made again, as the task goes on without it. */
async function follow(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  upstream: Upstream,
  id: string,
): Promise<Answer | "cancelled"> {
  const { signal } = inbound.controller;
  for (;;) {
    try {
      const target = { upstream, params: { taskId: id } };
      const options = { isUnlimited: true, task: { id, exposed: undefined } };
      const asked = aboutTask(call, "tasks/result");
      const { answer } = await attempt(gateway, inbound, asked, target, undefined, options);
      if (answer.kind === "result") return belongingTo(answer, undefined);
      return (await isCancelled(gateway, inbound, call, target)) ? "cancelled" : answer;
    } catch (thrown) {
      if (signal.aborted || !isPassing(thrown)) throw thrown;
      await pause(gateway.deps.clock, againMs, signal);
    }
  }
}

async function isCancelled(gateway: Gateway, inbound: Inbound, call: Call, target: Target): Promise<boolean> {
  const { answer } = await attempt(gateway, inbound, aboutTask(call, "tasks/get"), target, undefined);
  return answer.kind === "result" && answer.result.value["status"] === "cancelled";
}

const passing: ReadonlySet<string> = new Set(["upstream_disconnected", "upstream_unavailable", "deadline_exceeded"]);

/** Whether a failure says nothing of the task that was asked about: it may be asked about again. */
export function isPassing(thrown: unknown): boolean {
  return thrown instanceof GatewayError && passing.has(thrown.code);
}

/** A request about a task, on behalf of whoever made the call that it came of. */
export function aboutTask({ caller, logLevel }: Call, method: CallMethod): Call {
  return { method, params: {}, meta: undefined, progressToken: undefined, logLevel, caller };
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
  const farewell: Inbound = { ...inbound, controller: new AbortController(), notify: () => undefined };
  const target = { upstream, params: { taskId } };
  attempt(gateway, farewell, aboutTask(call, "tasks/cancel"), target, undefined).catch(() => undefined);
}
