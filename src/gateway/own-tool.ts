import type { Principal } from "../access/principal.ts";
import type { Signal } from "../core/canceller.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import { Payload } from "../protocol/payload.ts";
import { modernTask } from "../protocol/tasks.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Listed } from "./entry.ts";
import type { Inbound } from "./inbound.ts";
import type { OwnTask, OwnTasks } from "./tasks/own-tasks.ts";
import { takesTasks } from "./tasks/support.ts";

/** Who calls one of the gateway's own tools. */
export interface Asker {
  readonly principal: Principal;
  /** Fires when the call is to end early. */
  readonly signal: Signal;
  /** Tells the caller how far it is, where it wants to know; `progress` must grow. */
  readonly tell: (progress: number, total: number, message: string) => void;
}

/** A tool of the gateway's own, at the route to everything: no upstream's has such a name there. */
export interface OwnTool {
  /** As a list shows it. */
  readonly definition: JsonObject & { readonly name: string };
  /**
   * Does what it is called for, for who asks; what it resolves with is the structured content of the result.
   *
   * @throws {GatewayError} what is wrong, `invalid_arguments` among it.
   */
  readonly answer: (given: JsonObject, asker: Asker) => Promise<JsonObject>;
  /** How its call goes on as a task, where it can: at once with the task, whose result is what its work comes to. */
  readonly asTask?: {
    readonly tasks: OwnTasks;
    readonly begin: (given: JsonObject, asker: Asker) => Promise<OwnTask>;
  };
}

/** Has one answer a call. The result is for clients that read structured content and for those that read text. */
export async function answerOwn(tool: OwnTool, call: Call, inbound: Inbound): Promise<CallAnswer> {
  if (tool.asTask !== undefined && inbound.codec.era === "modern" && takesTasks(call)) {
    const { state } = await tool.asTask.begin(argumentsIn(call), askerOf(call, inbound));
    const task = { resultType: "task", ...modernTask(state) };
    return { kind: "task", answer: { kind: "result", result: Payload.of(task) } };
  }
  const structuredContent = await tool.answer(argumentsIn(call), askerOf(call, inbound));
  const content = [{ type: "text", text: JSON.stringify(structuredContent) }];
  return { kind: "complete", answer: { kind: "result", result: Payload.of({ content, structuredContent }) } };
}

/** Begins the call of a legacy client that wants it to go on as a task; undefined where it cannot. */
export function ownTaskOf({ asTask }: OwnTool, call: Call, inbound: Inbound): (() => Promise<OwnTask>) | undefined {
  return asTask && (() => asTask.begin(argumentsIn(call), askerOf(call, inbound)));
}

function argumentsIn({ params }: Call): JsonObject {
  return objectAt(params, "arguments") ?? {};
}

function askerOf({ progressToken }: Call, { principal, controller, notify }: Inbound): Asker {
  return {
    principal,
    signal: controller.signal,
    tell(progress, total, message) {
      if (progressToken === undefined) return;
      notify({ method: "notifications/progress", params: { progressToken, progress, total, message } });
    },
  };
}

/** The definition of such a tool for a legacy client, which is told that it can be called as a task. */
export function ownForLegacy({ definition, asTask }: OwnTool): JsonObject {
  return asTask === undefined ? definition : { ...definition, execution: { taskSupport: "optional" } };
}

/** What is listed with these tools among it, sorted. */
export function withOwn(listed: ReadonlyMap<string, Listed>, own: readonly OwnTool[]): ReadonlyMap<string, Listed> {
  if (own.length === 0) return listed;
  const added = own.map(({ definition }) => ({ exposed: definition.name, definition, upstream: undefined }));
  const sorted = [...listed.values(), ...added].toSorted((a, b) => (a.exposed < b.exposed ? -1 : 1));
  return new Map(sorted.map((each) => [each.exposed, each]));
}
