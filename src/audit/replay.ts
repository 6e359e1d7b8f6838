import { type JsonChange, jsonChanges } from "../core/json-diff.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";

/** A call on record that can be made again, and compared. */
export interface Replayable {
  readonly id: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** What of its result counts. */
  readonly result: JsonObject;
}

/** Why a row is not repeated. */
export type NotReplayable =
  | "no_tool_call"
  | "not_read_only"
  | "no_result"
  | "arguments_redacted"
  | "result_redacted"
  | "not_kept";

/**
 * What a row, as it is exported, says of a call that can be repeated faithfully: of a tool that only reads, ended with a result, with
 * nothing redacted or cut off. Else why not.
 */
export function replayable(row: JsonObject, isReadOnly: (tool: string) => boolean): Replayable | NotReplayable {
  const [id, tool, outcome] = [stringAt(row, "id"), stringAt(row, "tool"), stringAt(row, "outcome")];
  if (row["kind"] !== "call" || row["method"] !== "tools/call") return "no_tool_call";
  if (id === undefined || tool === undefined || !isReadOnly(tool)) return "not_read_only";
  if (outcome !== "ok" && outcome !== "tool_error") return "no_result";
  const detail = parsed(stringAt(row, "detail")) ?? {};
  if (objectAt(detail, "arguments") !== undefined) return "arguments_redacted";
  if (objectAt(detail, "result") !== undefined) return "result_redacted";
  const [given, result] = [parsed(stringAt(row, "arguments")), parsed(stringAt(row, "result"))];
  if (given === undefined || result === undefined) return "not_kept";
  return { id, tool, arguments: given, result: essence(result) };
}

/** Differences of one call that are shown. */
const maxChanges = 20;

/** Where a result differs from the one on record; what only says how it was delivered does not count. */
export function differencesOf(recorded: Replayable, result: JsonObject): JsonChange[] {
  return jsonChanges(recorded.result, essence(result), maxChanges);
}

/** What a tool said: the rest depends on the revision of the caller. */
function essence(result: JsonObject): JsonObject {
  const { content, structuredContent, isError } = result;
  return {
    content,
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(isError === true ? { isError } : {}),
  };
}

function parsed(text: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
