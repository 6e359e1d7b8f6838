import { type JsonObject, objectAt } from "../../core/json.ts";
import type { Call } from "../../protocol/call.ts";
import { declaresTasks, tasksExtension } from "../../protocol/tasks.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Inbound } from "../inbound.ts";
import type { Owner } from "./task-table.ts";

/** What a tool of a legacy upstream says of being called as a task; undefined where it cannot be. */
export type TaskSupport = "optional" | "required";

/** What a tool's definition says of tasks (MCP 2025-11-25, basic/utilities/tasks, Tool-Level Negotiation). */
export function taskSupportIn(definition: JsonObject): TaskSupport | undefined {
  const support = objectAt(definition, "execution")?.["taskSupport"];
  return support === "optional" || support === "required" ? support : undefined;
}

/**
 * A tool's definition for a legacy client: whether it can be called as a task through the gateway, which also runs as a task itself what
 * can only be one, and makes a task of any call to an upstream with the extension.
 */
export function definitionForLegacy(definition: JsonObject, upstream: Upstream): JsonObject {
  const said = taskSupportIn(definition);
  const isTask = upstream.tasks === "modern" || (upstream.tasks === "legacy" && said !== undefined);
  const taskSupport = isTask ? "optional" : said === undefined ? undefined : "forbidden";
  if (taskSupport === undefined || taskSupport === said) return definition;
  return { ...definition, execution: { ...objectAt(definition, "execution"), taskSupport } };
}

/** Whether a call is about a task that was begun earlier. */
export function isAboutTask({ method }: Call): boolean {
  return method.startsWith("tasks/");
}

/** Whether a modern caller takes a task for an answer. */
export function takesTasks({ caller }: Call): boolean {
  return declaresTasks(caller.capabilities);
}

/** Whose the tasks are that a request makes: its session's; without sessions, its principal's. */
export function ownerOf({ session, principal }: Inbound): Owner {
  return session ?? principal.id;
}

/** What a client of 2025-11-25 may ask of tasks where calls may become some: nothing where none does. */
export function legacyTasksCapability(hasTasks: boolean): JsonObject {
  return hasTasks ? { tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } } : {};
}

/** The extension, where calls may become tasks of either generation. */
export function tasksExtensionOf(hasTasks: boolean): JsonObject {
  return hasTasks ? { [tasksExtension]: {} } : {};
}
