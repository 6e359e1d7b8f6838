import type { Signal } from "../../core/canceller.ts";
import { GatewayError, toGatewayError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { type TaskState, isFinal, modernTask, readTask } from "../../protocol/tasks.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { carry } from "../carry.ts";
import type { Conversation } from "../conversation.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import type { Target } from "../target.ts";
import { aboutTask, belongingTo, cancelAt, isPassing, look, pollMs } from "./about.ts";
import { hold } from "./hold.ts";
import { createdTask } from "./names.ts";
import { pause } from "./pause.ts";
import { takesTasks } from "./support.ts";
import { type KeptTask, replaced } from "./task-table.ts";

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
 * @throws {GatewayError} what {@link carry} throws; `too_many_tasks`.
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
  if (isHeld) gateway.tasks.checkRoom(inbound.principal.id);
  const lasting = new AbortController();
  try {
    const outcome = await carry(gateway, { ...inbound, lasting: lasting.signal }, asTask, target, conversation);
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
    const { answer } = await carry(
      gateway,
      inbound,
      aboutTask(call, "tasks/result"),
      { upstream, params: { taskId: id } },
      conversation,
      { id, exposed: undefined },
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
  // However fast it was: what it came to is not known before it has been fetched.
  const seed = {
    ...state,
    taskId: gateway.taskIds.exposed(inbound.principal, upstream.name, upstreamId),
    status: "working",
  } as const;
  const known = hold(gateway, inbound, upstream, seed, upstreamId);
  const { task } = known;
  const { controller } = task;
  const behind: Inbound = { ...inbound, controller, notify: () => undefined, ask: (question) => task.ask(question) };
  const quiet = { ...call, logLevel: undefined };
  void follow(gateway, behind, quiet, { ...known, upstreamId }, state).then(
    (answer) => {
      if (answer === "cancelled") task.cancel(new GatewayError("cancelled", "The upstream cancelled the task"));
      else task.finish(answer);
    },
    (thrown: unknown) => {
      if (!controller.signal.aborted) task.fail(toGatewayError(thrown));
      else if (controller.signal.reason !== replaced) cancelAt(gateway, inbound, call, upstream, upstreamId);
    },
  );
  const value = { resultType: "task", ...modernTask(task.state) };
  return { kind: "task", answer: { kind: "result", result: Payload.of(value) } };
}

/**
 * What became of a task, however long it takes. Its result is asked for when it is there, or when the upstream has something to ask,
 * which it does while the result is waited for: a request that is open all the time would hold a connection for each task.
 *
 * @see MCP 2025-11-25, basic/utilities/tasks, Getting Tasks, Input Required Status.
 */
async function follow(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  { upstream, upstreamId, task }: KeptTask & { readonly upstreamId: string },
  created: TaskState,
): Promise<Answer | "cancelled"> {
  const { clock } = gateway.deps;
  const { signal } = inbound.controller;
  const target = { upstream, params: { taskId: upstreamId } };
  const patient: Inbound = { ...inbound, isPatient: true };
  let state = created;
  for (;;) {
    if (state.status === "cancelled") return "cancelled";
    if (state.status !== "working") {
      const asked = aboutTask(call, "tasks/result");
      const answer = await untilBroken(
        carry(gateway, patient, asked, target, undefined, { id: upstreamId, exposed: undefined }),
        signal,
      );
      if (answer !== undefined) return belongingTo(answer, undefined);
    }
    await Promise.race([pause(clock, pollMs(state), signal), task.nudged]);
    const seen = await look(gateway, inbound, call, target);
    state = readTask(seen ?? {}, state.createdAt) ?? state;
    if (!isFinal(state.status)) task.note(state);
  }
}

/** The answer; undefined where the request broke, which says nothing of the task. */
async function untilBroken(request: Promise<CallAnswer>, signal: Signal): Promise<Answer | undefined> {
  try {
    return (await request).answer;
  } catch (thrown) {
    if (signal.aborted || !isPassing(thrown)) throw thrown;
    return undefined;
  }
}
