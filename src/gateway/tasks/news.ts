import type { GatewayError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import type { Notification } from "../../protocol/call.ts";
import { legacyTask, readTask } from "../../protocol/tasks.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { KnownTask, TaskTable } from "./task-table.ts";

/** What hears of tasks. */
interface Hearing {
  readonly tasks: TaskTable;
}

/**
 * A legacy upstream says how a task stands: whoever owns it is told, and nobody else.
 *
 * @see MCP 2025-11-25, basic/utilities/tasks, Task Status Notification.
 */
export function heard({ tasks }: Hearing, upstream: Upstream, { method, params }: Notification): void {
  const known = tasks.at(upstream, stringAt(params, "taskId") ?? "");
  if (known === undefined) return;
  const said = readTask(params, "");
  if (said === undefined) return;
  const state = { ...said, taskId: known.id };
  if (known.kind === "held") {
    known.task.note(state);
    return;
  }
  known.state = state;
  known.way.tell({ method, params: { ...params, ...legacyTask(state) } });
}

/** Ends what is behind a task that nobody may ask about any more. */
export function endTask(known: KnownTask, reason: GatewayError): void {
  if (known.kind === "held") known.task.cancel(reason);
  else known.controller.abort(reason);
}
