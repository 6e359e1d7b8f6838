import type { Signal } from "../../core/canceller.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import { type Answer, type RpcError, readMessage } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { type TaskState, declaresTasks, declaringTasks, readTask } from "../../protocol/tasks.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { carry } from "../carry.ts";
import { byAsking, inputFor } from "../by-asking.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { pause } from "./pause.ts";
import { aboutTask, cancelAt, look, pollMs } from "./about.ts";

/**
 * Makes a call to a modern upstream that may answer with a task, and waits for what comes of it: for callers who know no such tasks, and
 * are asked as in any call. Resolves with `cancelled` where the upstream cancelled the task.
 *
 * @param onState told how the task stands whenever that was looked at.
 * @throws {GatewayError} what {@link byAsking} throws; `upstream_protocol_error` — the task is gone, or is none.
 */
export async function callToEnd(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  onState: (state: TaskState) => void = () => undefined,
): Promise<Answer | "cancelled"> {
  const { caller } = call;
  const willing: Call = {
    ...call,
    task: undefined,
    caller: { ...caller, capabilities: declaringTasks(caller.capabilities) },
  };
  const outcome = await byAsking(gateway, inbound, willing);
  return outcome.kind === "task" ? resultOfTask(gateway, inbound, willing, outcome, onState) : outcome.answer;
}

/**
 * Makes a call again that its upstream makes for nobody without the extension, and waits for what comes of it.
 *
 * @throws {GatewayError} what {@link callToEnd} throws.
 */
export async function answeredToEnd(gateway: Gateway, inbound: Inbound, call: Call): Promise<Answer> {
  const answer = await callToEnd(gateway, inbound, call);
  if (answer !== "cancelled") return answer;
  throw new GatewayError("upstream_protocol_error", "The upstream cancelled the call before it was done");
}

/** A server needs a capability that its client does not have (2026-07-28, schema, MissingRequiredClientCapabilityError). */
const missingCapability = -32021;

/** Whether an upstream refused a call because its caller did not declare the extension (SEP-2663, Capability Negotiation). */
export function isForTasks({ answer }: CallAnswer): boolean {
  if (answer.kind === "result" || answer.error.code !== missingCapability) return false;
  const { data } = answer.error;
  return isJsonObject(data) && declaresTasks(objectAt(data, "requiredCapabilities") ?? {});
}

async function resultOfTask(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  created: CallAnswer,
  onState: (state: TaskState) => void,
): Promise<Answer | "cancelled"> {
  const exposed = created.answer.kind === "result" ? stringAt(created.answer.result.value, "taskId") : undefined;
  const own = gateway.taskIds.own(inbound.principal, exposed ?? "");
  const upstream = gateway.upstreams.find(({ name }) => name === own?.upstream);
  if (own === undefined || upstream === undefined || created.answer.kind === "error") {
    throw new GatewayError("upstream_protocol_error", "The upstream answered with a task that has no id");
  }
  try {
    return await polled(
      gateway,
      inbound,
      call,
      upstream,
      { ...created.answer.result.value, taskId: own.name },
      onState,
    );
  } catch (thrown) {
    cancelAt(gateway, inbound, call, upstream, own.name);
    throw thrown;
  }
}

async function polled(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  upstream: Upstream,
  created: JsonObject,
  onState: (state: TaskState) => void,
): Promise<Answer | "cancelled"> {
  const { clock } = gateway.deps;
  const { signal } = inbound.controller;
  const params = { taskId: created["taskId"] };
  const answered = new Set<string>();
  let value = created;
  for (;;) {
    const state = readTask(value, new Date(clock.now()).toISOString());
    if (state === undefined) throw new GatewayError("upstream_protocol_error", "The upstream's task has no status");
    onState(state);
    const ended = endOf(state, value);
    if (ended !== undefined) return ended;
    if (state.status === "input_required") {
      await answerInputs(gateway, inbound, call, { upstream, params }, value, answered);
    }
    await pause(clock, pollMs(state), signal);
    if (signal.aborted) throw reasonOf(signal);
    value = (await look(gateway, inbound, call, { upstream, params })) ?? value;
  }
}

function endOf({ status }: TaskState, value: JsonObject): Answer | "cancelled" | undefined {
  switch (status) {
    case "completed":
      return { kind: "result", result: Payload.of(objectAt(value, "result") ?? {}) };
    case "failed":
      return { kind: "error", error: errorIn(value) };
    case "cancelled":
      return "cancelled";
    case "working":
    case "input_required":
      return undefined;
  }
}

function errorIn(value: JsonObject): RpcError {
  const message = readMessage({ jsonrpc: "2.0", error: value["error"] ?? {} });
  if (message.kind === "error") return message.error;
  return { code: -32603, message: stringAt(value, "statusMessage") ?? "The task failed" };
}

/** Asks what was not asked before, and passes the answers on. */
async function answerInputs(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  { upstream, params }: { readonly upstream: Upstream; readonly params: JsonObject },
  value: JsonObject,
  answered: Set<string>,
): Promise<void> {
  const requests = Object.entries(objectAt(value, "inputRequests") ?? {}).filter(([key]) => !answered.has(key));
  if (requests.length === 0) return;
  const input = await inputFor(gateway, inbound, { inputRequests: Object.fromEntries(requests) });
  for (const [key] of requests) answered.add(key);
  const target = { upstream, params: { ...params, ...input } };
  const { answer } = await carry(
    gateway,
    { ...inbound, isPatient: false },
    aboutTask(call, "tasks/update"),
    target,
    undefined,
  );
  if (answer.kind === "error") {
    throw new GatewayError(
      "upstream_protocol_error",
      `The upstream refused what was answered: ${answer.error.message}`,
    );
  }
}

function reasonOf(signal: Signal): Error {
  return signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The task was cancelled");
}
