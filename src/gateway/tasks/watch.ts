import { GatewayError } from "../../core/errors.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import { maxWatched } from "../watch.ts";
import { ownerOf } from "./support.ts";

/** Tasks whose every change is told, and how to end that. */
export interface TaskWatch {
  /** As the listener knows them. */
  readonly ids: ReadonlySet<string>;
  readonly end: () => void;
}

/**
 * Watches what can be watched of these tasks: those that are held here, and those of which their upstream agrees to tell. The others are
 * not acknowledged, so that their listener goes on looking.
 *
 * @throws {GatewayError} `invalid_params` — not a list of strings, or too long a one.
 * @see SEP-2663, Task Status Notifications.
 */
export async function watchTasks(gateway: Gateway, inbound: Inbound, taskIds: unknown): Promise<TaskWatch> {
  const wanted = idsIn(taskIds);
  const ids = new Set<string>();
  const asked = new Map<Upstream, string[]>();
  const { upstreams } = gateway.view(inbound.route, inbound.principal.rights);
  for (const taskId of wanted) {
    const own = gateway.taskIds.own(inbound.principal, taskId);
    const upstream = upstreams.find(({ name }) => name === own?.upstream);
    if (gateway.tasks.find(taskId, ownerOf(inbound))?.kind === "held") ids.add(taskId);
    else if (own !== undefined && upstream?.tasks === "modern") {
      asked.set(upstream, [...(asked.get(upstream) ?? []), own.name]);
    }
  }
  const watched = await Promise.all(
    [...asked].map(async ([upstream, names]) => ({ upstream, names: await upstream.interests.watchTasks(names) })),
  );
  for (const { upstream, names } of watched)
    for (const name of names) ids.add(gateway.taskIds.exposed(inbound.principal, upstream.name, name));
  return {
    ids,
    end() {
      for (const { upstream, names } of watched) upstream.interests.unwatchTasks(names).catch(() => undefined);
    },
  };
}

function idsIn(taskIds: unknown): ReadonlySet<string> {
  if (taskIds === undefined) return new Set();
  if (!Array.isArray(taskIds) || !taskIds.every((id) => typeof id === "string")) {
    throw new GatewayError("invalid_params", "params.notifications.taskIds must be a list of strings");
  }
  if (taskIds.length > maxWatched) {
    throw new GatewayError("invalid_params", `At most ${maxWatched} tasks may be watched, got ${taskIds.length}`);
  }
  return new Set(taskIds);
}
