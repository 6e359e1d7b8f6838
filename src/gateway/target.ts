import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";
import { ownName } from "./names.ts";
import type { Route } from "./route.ts";
import type { TaskSupport } from "./tasks/support.ts";
import type { View } from "./view.ts";

/** Where a call goes, and its params as that upstream knows them. */
export interface Target {
  readonly upstream: Upstream;
  readonly params: JsonObject;
  /** Whether the tool that is called can be called as a task, as its definition says. */
  readonly taskSupport?: TaskSupport | undefined;
}

/**
 * Finds whose a call is: at once where that is known. Waits where the name may be that of an upstream that is still being connected.
 *
 * @throws {GatewayError} `unknown_tool`, `unknown_prompt`, `invalid_params`, `upstream_unavailable`, `login_required`.
 */
export function targetOf(gateway: Gateway, route: Route, call: Call): Target | Promise<Target> {
  return findTarget(gateway.view(route), call) ?? settledTarget(gateway, route, call);
}

async function settledTarget(gateway: Gateway, route: Route, call: Call): Promise<Target> {
  const view = gateway.view(route);
  const owner = view.ownerOf(nameIn(call) ?? "");
  if (owner?.state.kind === "starting") await owner.settled;
  else await gateway.settled;
  return findTarget(gateway.view(route), call) ?? missing(view, call);
}

function findTarget(view: View, call: Call): Target | undefined {
  switch (call.method) {
    case "tools/call":
    case "prompts/get": {
      const entry = view.find(call.method === "tools/call" ? "tools" : "prompts", nameIn(call) ?? "");
      if (entry === undefined) return undefined;
      const { upstream, name, taskSupport } = entry;
      return { upstream, params: { ...call.params, name }, taskSupport };
    }
    case "completion/complete":
      return completionTarget(view, call);
    case "tasks/get":
    case "tasks/result":
    case "tasks/update":
    case "tasks/cancel":
      return taskTarget(view, call);
    case "resources/read":
      return undefined;
  }
}

function taskTarget(view: View, call: Call): Target | undefined {
  const named = ownName(stringAt(call.params, "taskId") ?? "");
  const upstream = view.upstreams.find(({ name }) => name === named?.upstream);
  return upstream && named && { upstream, params: { ...call.params, taskId: named.name } };
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
  if (call.method.startsWith("tasks/")) return stringAt(call.params, "taskId");
  if (call.method !== "completion/complete") return stringAt(call.params, "name");
  const ref = objectAt(call.params, "ref") ?? {};
  return stringAt(ref, "name") ?? stringAt(ref, "uri");
}

function missing(view: View, call: Call): never {
  const name = nameIn(call);
  if (name === undefined) {
    throw new GatewayError("invalid_params", `${call.method} needs params.${neededBy(call.method)}`);
  }
  const owner = view.ownerOf(name);
  if (owner !== undefined && owner.handshake === undefined) throw owner.unavailable();
  const shown = JSON.stringify(name.slice(0, 200));
  if (call.method.startsWith("tasks/")) throw new GatewayError("invalid_params", `There is no task ${shown}`);
  if (call.method === "tools/call") throw new GatewayError("unknown_tool", `Unknown tool ${shown}`);
  throw new GatewayError(
    "unknown_prompt",
    `Unknown ${call.method === "prompts/get" ? "prompt" : "reference"} ${shown}`,
  );
}

function neededBy(method: string): string {
  if (method.startsWith("tasks/")) return "taskId";
  return method === "completion/complete" ? "ref with a name or a uri" : "name";
}
