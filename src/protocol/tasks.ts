import { type JsonObject, objectAt, stringAt } from "../core/json.ts";

/** The extension by which a tool call may go on as a task (SEP-2663, for 2026-07-28). */
export const tasksExtension = "io.modelcontextprotocol/tasks";

/** Where a message says which task it belongs to (MCP 2025-11-25, basic/utilities/tasks, Related Task Metadata). */
export const relatedTaskKey = "io.modelcontextprotocol/related-task";

/** How a task stands, in both generations of tasks. */
export const taskStatuses = ["working", "input_required", "completed", "failed", "cancelled"] as const;

/** How a task stands. The last three are final. */
export type TaskStatus = (typeof taskStatuses)[number];

/** A task free of either generation's dress. */
export interface TaskState {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly statusMessage: string | undefined;
  /** ISO 8601, like the next. */
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** How long after its creation it is kept, in ms; null: for good, as both generations write it. */
  readonly ttlMs: number | null;
  /** How often it makes sense to look, in ms. */
  readonly pollIntervalMs: number | undefined;
}

/** The members of a `Task` of 2025-11-25 (schema, Task). */
export function legacyTask(state: TaskState): JsonObject {
  const { ttlMs, pollIntervalMs } = state;
  return { ...common(state), ttl: ttlMs, ...(pollIntervalMs === undefined ? {} : { pollInterval: pollIntervalMs }) };
}

/** The members of a `Task` of the extension (SEP-2663, Tasks); what belongs to a status stands beside them. */
export function modernTask(state: TaskState): JsonObject {
  const { ttlMs, pollIntervalMs } = state;
  return { ...common(state), ttlMs, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) };
}

function common({ taskId, status, statusMessage, createdAt, lastUpdatedAt }: TaskState): JsonObject {
  return {
    taskId,
    status,
    ...(statusMessage === undefined ? {} : { statusMessage }),
    createdAt,
    lastUpdatedAt,
  };
}

/** A task of either generation as an upstream sent it; undefined where it is none. `now` stands in for times that are missing. */
export function readTask(value: JsonObject, now: string): TaskState | undefined {
  const taskId = stringAt(value, "taskId");
  const status = taskStatuses.find((known) => known === value["status"]);
  if (taskId === undefined || status === undefined) return undefined;
  const ttl = value["ttlMs"] ?? value["ttl"];
  const interval = value["pollIntervalMs"] ?? value["pollInterval"];
  const createdAt = stringAt(value, "createdAt") ?? now;
  return {
    taskId,
    status,
    statusMessage: stringAt(value, "statusMessage"),
    createdAt,
    lastUpdatedAt: stringAt(value, "lastUpdatedAt") ?? createdAt,
    ttlMs: typeof ttl === "number" ? ttl : null,
    pollIntervalMs: typeof interval === "number" ? interval : undefined,
  };
}

/** Whether a task of this status stays as it is. */
export function isFinal(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** The task that a message, or what it carries, says to belong to. */
export function relatedTask(carrier: JsonObject): string | undefined {
  return stringAt(objectAt(objectAt(carrier, "_meta") ?? {}, relatedTaskKey) ?? {}, "taskId");
}

/** The same params or result belonging to this task instead; to none where `taskId` is undefined. */
export function relatedTo(carrier: JsonObject, taskId: string | undefined): JsonObject {
  const meta = objectAt(carrier, "_meta");
  if (taskId !== undefined) return { ...carrier, _meta: { ...meta, [relatedTaskKey]: { taskId } } };
  if (meta === undefined || !(relatedTaskKey in meta)) return carrier;
  const { [relatedTaskKey]: _related, ...rest } = meta;
  if (Object.keys(rest).length > 0) return { ...carrier, _meta: rest };
  const { _meta, ...others } = carrier;
  return others;
}

/** What a server of 2025-11-25 announces of tasks, as far as a gateway needs to know (basic/utilities/tasks, Server Capabilities). */
export function announcesToolTasks(capabilities: JsonObject): boolean {
  const requests = objectAt(objectAt(capabilities, "tasks") ?? {}, "requests");
  return objectAt(objectAt(requests ?? {}, "tools") ?? {}, "call") !== undefined;
}

/** Whether a peer of 2026-07-28 declares the extension. */
export function declaresTasks(capabilities: JsonObject): boolean {
  const extensions = objectAt(capabilities, "extensions");
  return extensions !== undefined && tasksExtension in extensions;
}

/** The same capabilities with the extension declared. */
export function declaringTasks(capabilities: JsonObject): JsonObject {
  return { ...capabilities, extensions: { ...objectAt(capabilities, "extensions"), [tasksExtension]: {} } };
}
