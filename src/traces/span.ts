import type { EndedCall } from "../gateway/ended-call.ts";
import type { CallRecord, StageMark } from "../gateway/call-record.ts";
import type { Inbound } from "../gateway/inbound.ts";

/** What a span says. */
export type Attributes = Record<string, string | number | boolean>;

/** Stages that took less than this, in ms, have no span of their own; an attempt always has. */
const leastStageMs = 0.1;

/**
 * A span's name.
 *
 * @see OpenTelemetry, Semantic conventions for MCP, Server: method and target, where that is one of few.
 */
export function nameOf({ method, name }: CallRecord): string {
  return hasTarget(method) && name !== undefined ? `${method} ${name}` : method;
}

function hasTarget(method: string): boolean {
  return method === "tools/call" || method === "prompts/get";
}

/**
 * What a span says of its call. Nothing of arguments or results, no address of a resource, and no session's id, as whoever has that may use the
 * session.
 *
 * @see OpenTelemetry, Semantic conventions for MCP, Server.
 */
export function attributesOf({ id, record, outcome, code, failure, answer }: EndedCall): Attributes {
  const { method, name, upstream, attempts, explained } = record;
  const attributes: Attributes = {
    "switchyard.call": id,
    "switchyard.outcome": outcome,
    "switchyard.attempts": attempts,
  };
  if (upstream !== undefined) attributes["switchyard.upstream"] = upstream;
  if (method === "tools/call") attributes["gen_ai.operation.name"] = "execute_tool";
  if (method === "tools/call" && name !== undefined) attributes["gen_ai.tool.name"] = name;
  if (method === "prompts/get" && name !== undefined) attributes["gen_ai.prompt.name"] = name;
  if (explained !== undefined) attributes["switchyard.explained"] = explained;
  if (answer.kind === "error") attributes["rpc.response.status_code"] = String(answer.error.code);
  // Of a tool that says it failed there is no code.
  const type = failure?.code ?? (outcome === "tool_error" ? outcome : code);
  if (type !== undefined) attributes["error.type"] = type;
  return attributes;
}

/** What is said of the caller before anything else is known. */
export function firstAttributes({ codec }: Inbound, { method }: CallRecord): Attributes {
  return { "mcp.method.name": method, "mcp.protocol.version": codec.revision };
}

/** A stage of a call, from when it was reached until the next was; monotonic time in ms. */
export interface StageSpan {
  readonly stage: string;
  readonly from: number;
  readonly to: number;
}

/** The stages that took long enough to be shown. */
export function stagesOf(marks: readonly StageMark[], endedAt: number): StageSpan[] {
  return marks
    .map(({ stage, at }, index) => ({ stage, from: at, to: marks[index + 1]?.at ?? endedAt }))
    .filter(({ stage, from, to }) => stage === "attempt" || to - from >= leastStageMs);
}
