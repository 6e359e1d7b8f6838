import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import { type Call, type CallMethod, type Notification, reaches } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Inbound } from "./inbound.ts";
import type { Gateway } from "./gateway.ts";
import { type View, unpromised } from "./view.ts";

/** Where a call goes, and its params as that upstream knows them. */
interface Target {
  readonly upstream: Upstream;
  readonly params: JsonObject;
}

/**
 * Takes one call to its upstream and back.
 *
 * @throws {GatewayError} `unknown_tool`, `unknown_prompt`, `resource_not_found`, `invalid_params`; `deadline_exceeded`; and what
 *   {@link Upstream.call} throws.
 */
export async function answerCall(gateway: Gateway, inbound: Inbound, method: CallMethod): Promise<Answer> {
  const { codec, session } = inbound;
  const decoded = codec.decodeCall(method, inbound.params, inbound.caller);
  const logLevel = decoded.logLevel ?? session?.logLevel;
  const call = logLevel === decoded.logLevel ? decoded : { ...decoded, logLevel };
  const outcome =
    method === "resources/read"
      ? await readResource(gateway, inbound, call)
      : await attempt(gateway, inbound, call, await targetOf(gateway, inbound, call));
  const { answer, kind } = outcome;
  if (answer.kind === "error") return { kind: "error", error: codec.encodeError(answer.error, method) };
  if (kind === "input_required" && codec.era === "legacy") {
    throw new GatewayError("upstream_protocol_error", "The upstream asks for input that this client did not offer");
  }
  return { kind: "result", result: codec.encodeResult(method, answer.result, unpromised) };
}

async function targetOf(gateway: Gateway, inbound: Inbound, call: Call): Promise<Target> {
  const view = gateway.view(inbound.route);
  const found = findTarget(view, call);
  if (found !== undefined) return found;
  await settle(gateway, view, call);
  return findTarget(gateway.view(inbound.route), call) ?? missing(view, call);
}

/** A name that is not known may belong to an upstream that is still being connected. */
async function settle(gateway: Gateway, view: View, call: Call): Promise<void> {
  const owner = view.ownerOf(nameIn(call) ?? "");
  if (owner?.state.kind === "starting") await owner.settled;
  else await gateway.settled;
}

function findTarget(view: View, call: Call): Target | undefined {
  switch (call.method) {
    case "tools/call":
    case "prompts/get": {
      const entry = view.find(call.method === "tools/call" ? "tools" : "prompts", nameIn(call) ?? "");
      return entry && { upstream: entry.upstream, params: { ...call.params, name: entry.name } };
    }
    case "completion/complete":
      return completionTarget(view, call);
    case "resources/read":
      return undefined;
  }
}

function completionTarget(view: View, call: Call): Target | undefined {
  const ref = objectAt(call.params, "ref") ?? {};
  if (ref["type"] === "ref/prompt") {
    const entry = view.find("prompts", stringAt(ref, "name") ?? "");
    return entry && { upstream: entry.upstream, params: { ...call.params, ref: { ...ref, name: entry.name } } };
  }
  const uri = stringAt(ref, "uri") ?? "";
  const entry = view.find("templates", uri) ?? view.find("resources", uri);
  return entry && { upstream: entry.upstream, params: call.params };
}

/** The name or address that a call is about, as the downstream wrote it. */
function nameIn(call: Call): string | undefined {
  if (call.method !== "completion/complete") return stringAt(call.params, "name");
  const ref = objectAt(call.params, "ref") ?? {};
  return stringAt(ref, "name") ?? stringAt(ref, "uri");
}

function missing(view: View, call: Call): never {
  const name = nameIn(call);
  if (name === undefined) {
    const member = call.method === "completion/complete" ? "ref with a name or a uri" : "name";
    throw new GatewayError("invalid_params", `${call.method} needs params.${member}`);
  }
  const owner = view.ownerOf(name);
  if (owner !== undefined && owner.handshake === undefined) {
    const { state } = owner;
    const why = state.kind === "recovering" ? `is down: ${state.problem.message}` : "is not connected";
    throw new GatewayError("upstream_unavailable", `The upstream "${owner.name}" ${why}`, {
      data: { upstream: owner.name, ...(state.kind === "recovering" ? { suggestion: state.problem.suggestion } : {}) },
    });
  }
  const shown = JSON.stringify(name.slice(0, 200));
  if (call.method === "tools/call") throw new GatewayError("unknown_tool", `Unknown tool ${shown}`);
  throw new GatewayError(
    "unknown_prompt",
    `Unknown ${call.method === "prompts/get" ? "prompt" : "reference"} ${shown}`,
  );
}

/** Codes by which servers say that they have no such resource: the legacy one, and that of 2026-07-28. */
const notFoundCodes: ReadonlySet<number> = new Set([-32002, -32602]);

/**
 * Asks those who may have the resource, one after another: an address need not be listed to exist. Reading changes nothing, so that
 * asking somebody who does not have it does no harm.
 */
async function readResource(gateway: Gateway, inbound: Inbound, call: Call): Promise<CallAnswer> {
  const uri = stringAt(call.params, "uri");
  if (uri === undefined) throw new GatewayError("invalid_params", "resources/read needs params.uri");
  await gateway.settled;
  const holders = gateway.view(inbound.route).holdersOf(uri);
  let refusal: CallAnswer | undefined;
  for (const upstream of holders) {
    const outcome = await attempt(gateway, inbound, call, { upstream, params: call.params });
    const { answer } = outcome;
    if (answer.kind === "result" || holders.length === 1 || !notFoundCodes.has(answer.error.code)) return outcome;
    refusal ??= outcome;
  }
  if (refusal !== undefined && holders.length === 1) return refusal;
  throw new GatewayError("resource_not_found", `No resource ${JSON.stringify(uri.slice(0, 200))}`, { data: { uri } });
}

async function attempt(gateway: Gateway, inbound: Inbound, call: Call, target: Target): Promise<CallAnswer> {
  const { upstream, params } = target;
  const { controller } = inbound;
  const { timeoutMs } = upstream.options;
  const stopTimer = gateway.deps.clock.after(timeoutMs, () => {
    controller.abort(
      new GatewayError("deadline_exceeded", `The upstream "${upstream.name}" did not answer within ${timeoutMs} ms`, {
        data: { upstream: upstream.name, timeoutMs },
      }),
    );
  });
  const stopLogs = call.logLevel === undefined ? undefined : followLogs(gateway, inbound, call, upstream);
  try {
    return await upstream.call(
      { ...call, params },
      { signal: controller.signal, onNotification: relay(inbound, call) },
    );
  } finally {
    stopTimer();
    stopLogs?.();
  }
}

function relay(inbound: Inbound, call: Call): (notification: Notification) => void {
  return (notification) => {
    if (notification.method !== "notifications/message") inbound.notify(notification);
    else if (call.logLevel !== undefined && reaches(notification.params["level"], call.logLevel)) {
      inbound.notify(notification);
    }
  };
}

/**
 * Log messages of an upstream that shares one stream between all calls do not say which call they belong to. A caller that has no other
 * way to get them is sent those that arrive while its call is under way: one without a session, or whose session has no stream open.
 */
function followLogs(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream): (() => void) | undefined {
  const { session } = inbound;
  if (session?.hasLogFollower === true) return undefined;
  if (session !== undefined) session.hasLogFollower = true;
  const pass = relay(inbound, call);
  const unsubscribe = gateway.subscribe({
    route: { kind: "upstream", name: upstream.name },
    listsChanged: () => undefined,
    notification: (_upstream, notification) => {
      if (notification.method === "notifications/message" && session?.isListening !== true) pass(notification);
    },
    stopping: () => undefined,
  });
  return () => {
    unsubscribe();
    if (session !== undefined) session.hasLogFollower = false;
  };
}
