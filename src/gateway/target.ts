import { everyRight, isUnlimited } from "../access/rights.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Role } from "../core/role.ts";
import type { Call } from "../protocol/call.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { nameIn } from "./call-name.ts";
import { searchToolName } from "./catalog-options.ts";
import { notThere } from "./denial.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { answerOwn, ownTaskOf } from "./own-tool.ts";
import { withPreset } from "./override.ts";
import type { OwnTask } from "./tasks/own-tasks.ts";
import type { TaskSupport } from "./tasks/support.ts";
import type { TaskIds } from "./tasks/task-ids.ts";
import type { View } from "./view.ts";

/** Where a call goes, and its params as that upstream knows them. */
export interface Target {
  readonly upstream: Upstream;
  readonly params: JsonObject;
  /** Whether the tool that is called can be called as a task, as its definition says. */
  readonly taskSupport?: TaskSupport | undefined;
  /** The tool that is called, or the prompt that is asked for, as its upstream describes it. */
  readonly definition?: JsonObject | undefined;
  /** Whether the tool that is called says that it changes nothing. */
  readonly isReading?: boolean;
  /** From which role on it may be used, where there is no definition; undefined: what goes for all of the upstream. */
  readonly from?: Role | undefined;
}

/** A call of a tool of the gateway's own. */
export interface OwnCall {
  readonly answer: () => Promise<CallAnswer>;
  /** Lets it go on as a task, where it can. */
  readonly begin?: (() => Promise<OwnTask>) | undefined;
}

/**
 * Finds whose a call is: at once where that is known. Waits where the name may be that of an upstream that is still being connected.
 *
 * @throws {GatewayError} `unknown_tool`, `unknown_prompt`, `invalid_params`, `upstream_unavailable`, `login_required`,
 *   `definition_quarantined`.
 */
export function targetOf(gateway: Gateway, inbound: Inbound, call: Call): Target | Promise<Target | OwnCall> {
  return findTarget(gateway, inbound, call) ?? settledTarget(gateway, inbound, call);
}

async function settledTarget(gateway: Gateway, inbound: Inbound, call: Call): Promise<Target | OwnCall> {
  const shown = (): View => gateway.view(inbound.route, inbound.principal.rights);
  const name = nameIn(call) ?? "";
  const waited = new Set<Upstream>();
  let owner = shown().ownerOf(name);
  if (owner?.state.kind !== "starting") await gateway.settled;
  // Where names do not say whose they are, it may be the next one's. One that is tried again and again is waited for once.
  while (owner?.state.kind === "starting" && !waited.has(owner)) {
    waited.add(owner);
    await owner.settled;
    const found = findTarget(gateway, inbound, call);
    if (found !== undefined) return found;
    owner = shown().ownerOf(name);
  }
  const view = shown();
  const target = findTarget(gateway, inbound, call) ?? ownCall(view, inbound, call);
  if (target !== undefined) return target;
  if (inbound.record !== undefined) inbound.record.isDenied = isThereForOthers(gateway, inbound, call);
  return missing(view, call);
}

/** Whether what a caller may not know of is there all the same: for the record, never for the caller. */
function isThereForOthers(gateway: Gateway, inbound: Inbound, call: Call): boolean {
  if (isUnlimited(inbound.principal.rights)) return false;
  return findTarget(gateway, inbound, call, everyRight) !== undefined;
}

/** Asked for last, so that an upstream's tool of the same name has it, and that every call of another is found at once. */
function ownCall(view: View, inbound: Inbound, call: Call): OwnCall | undefined {
  const { method, params } = call;
  const name = method === "tools/call" ? stringAt(params, "name") : undefined;
  if (name === undefined) return undefined;
  const { search } = view;
  if (name === searchToolName && search !== undefined) return { answer: () => search.answer(params) };
  const own = view.own(name);
  return own && { answer: () => answerOwn(own, call, inbound), begin: ownTaskOf(own, call, inbound) };
}

function findTarget(
  gateway: Gateway,
  { route, principal }: Inbound,
  call: Call,
  rights = principal.rights,
): Target | undefined {
  const view = gateway.view(route, rights);
  switch (call.method) {
    case "tools/call":
    case "prompts/get": {
      const entry = view.find(call.method === "tools/call" ? "tools" : "prompts", nameIn(call) ?? "");
      if (entry === undefined) return undefined;
      const { upstream, name, preset, taskSupport, described, isReading } = entry;
      const params = { ...call.params, name };
      return {
        upstream,
        params: preset ? withPreset(params, preset) : params,
        taskSupport,
        definition: described,
        isReading,
      };
    }
    case "completion/complete":
      return completionTarget(view, call);
    case "tasks/get":
    case "tasks/result":
    case "tasks/update":
    case "tasks/cancel":
      return taskTarget(view, call, gateway.taskIds.own(principal, stringAt(call.params, "taskId") ?? ""));
    case "resources/read":
      return undefined;
  }
}

function taskTarget(view: View, call: Call, named: ReturnType<TaskIds["own"]>): Target | undefined {
  const upstream = view.upstreams.find(({ name }) => name === named?.upstream);
  return upstream && named && { upstream, params: { ...call.params, taskId: named.name } };
}

function completionTarget(view: View, call: Call): Target | undefined {
  const ref = objectAt(call.params, "ref") ?? {};
  if (ref["type"] === "ref/prompt") {
    const entry = view.find("prompts", stringAt(ref, "name") ?? "");
    const { upstream, name, from } = entry ?? {};
    return upstream && { upstream, params: { ...call.params, ref: { ...ref, name } }, from };
  }
  const uri = stringAt(ref, "uri") ?? "";
  const entry = view.find("templates", uri) ?? view.find("resources", uri);
  return entry && { upstream: entry.upstream, params: call.params };
}

function missing(view: View, call: Call): never {
  const name = nameIn(call);
  if (name === undefined) {
    throw new GatewayError("invalid_params", `${call.method} needs params.${neededBy(call.method)}`);
  }
  if (call.method === "tools/call" || call.method === "prompts/get") {
    const refusal = view.refusalOf(call.method === "tools/call" ? "tools" : "prompts", name);
    if (refusal !== undefined) throw refusal;
  }
  const owner = view.ownerOf(name);
  if (owner !== undefined && owner.handshake === undefined) throw owner.unavailable();
  throw notThere(call);
}

function neededBy(method: string): string {
  if (method.startsWith("tasks/")) return "taskId";
  return method === "completion/complete" ? "ref with a name or a uri" : "name";
}
