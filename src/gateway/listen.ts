import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { readRequestMeta } from "../protocol/rev-2026-07-28/codec.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { declaresTasks } from "../protocol/tasks.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { needingTasks } from "./tasks/answer-modern.ts";
import { watchTasks } from "./tasks/watch.ts";
import { changeNotifications } from "./subscriber.ts";
import { type Watch, maxWatched, watchResource } from "./watch.ts";

/** The members of the filter that can be asked for, and the notification that each lets through. */
const filters: Readonly<Record<string, string>> = {
  toolsListChanged: "notifications/tools/list_changed",
  promptsListChanged: "notifications/prompts/list_changed",
  resourcesListChanged: "notifications/resources/list_changed",
};

/**
 * Serves `subscriptions/listen`: acknowledges what of the filter is honoured, then tells of changes until the downstream has enough or
 * the gateway stops, which is a proper end.
 *
 * @throws {GatewayError} `invalid_params` — the filter is no object; the controller's reason when the downstream ends it.
 * @see MCP 2026-07-28, basic/patterns/subscriptions.
 */
export async function listen(gateway: Gateway, inbound: Inbound, id: RequestId): Promise<Answer> {
  const wanted = objectAt(inbound.params ?? {}, "notifications");
  if (wanted === undefined) throw new GatewayError("invalid_params", "params.notifications must be an object");
  const honoured = Object.keys(filters).filter((member) => wanted[member] === true);
  const methods = new Set(honoured.map((member) => filters[member]));
  const taskIds = wanted["taskIds"];
  if (taskIds !== undefined && !declaresTasks(capabilitiesIn(inbound))) {
    return { kind: "error", error: needingTasks("subscriptions/listen with taskIds") };
  }
  const tasks = await watchTasks(gateway, inbound, taskIds);
  const watches = await watchAll(gateway, inbound, wanted["resourceSubscriptions"]);
  const meta = { [metaKeys.subscriptionId]: id };
  const tell = (method: string, params: JsonObject = {}): void => {
    inbound.notify({ method, params: { ...params, _meta: meta } });
  };
  tell("notifications/subscriptions/acknowledged", {
    notifications: {
      ...Object.fromEntries(honoured.map((member) => [member, true])),
      ...(tasks.ids.size > 0 ? { taskIds: [...tasks.ids] } : {}),
      ...(watches.size > 0 ? { resourceSubscriptions: [...watches.keys()] } : {}),
    },
  });
  // Made now, so that there is something that a later view can differ from.
  gateway.view(inbound.route, inbound.principal.rights);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const unsubscribe = gateway.subscribe({
    route: inbound.route,
    principal: inbound.principal,
    listsChanged: (kinds) => {
      for (const method of changeNotifications(kinds)) if (methods.has(method)) tell(method);
    },
    notification: (upstream, { method, params }) => {
      if (method === "notifications/tasks") {
        const taskId = gateway.taskIds.exposed(inbound.principal, upstream.name, String(params["taskId"]));
        if (tasks.ids.has(taskId)) tell(method, { ...params, taskId });
      } else if (method === "notifications/resources/updated" && watches.has(String(params["uri"])))
        tell(method, params);
    },
    stopping: resolve,
  });
  const { signal } = inbound.controller;
  const stop = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The caller left"));
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    await promise;
  } finally {
    unsubscribe();
    tasks.end();
    for (const { end } of watches.values()) end();
    signal.removeEventListener("abort", stop);
  }
  return { kind: "result", result: Payload.of({ resultType: "complete", _meta: meta }) };
}

function capabilitiesIn({ params }: Inbound): JsonObject {
  return readRequestMeta(params).caller.capabilities;
}

/** Watches what can be watched of these resources; what cannot is not acknowledged. */
async function watchAll(gateway: Gateway, inbound: Inbound, uris: unknown): Promise<Map<string, Watch>> {
  if (uris === undefined) return new Map();
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === "string")) {
    throw new GatewayError("invalid_params", "params.notifications.resourceSubscriptions must be a list of strings");
  }
  if (uris.length > maxWatched) {
    throw new GatewayError("invalid_params", `At most ${maxWatched} resources may be watched, got ${uris.length}`);
  }
  const { signal } = inbound.controller;
  const watches = new Map<string, Watch>();
  await Promise.all(
    [...new Set(uris)].map(async (uri) => {
      try {
        watches.set(uri, await watchResource(gateway, inbound, uri, signal));
      } catch {
        // The acknowledgement says which ones are watched.
      }
    }),
  );
  return watches;
}
