import { type UseQueryResult, keepPreviousData, useQuery } from "@tanstack/react-query";
import type { JsonObject, ToolResult } from "../answers.ts";
import { Refusal } from "../api.ts";
import { type Progress, callTool } from "../tool-call.ts";

/** Where nobody wants to know how far it is. */
const unheard = (): void => undefined;

/**
 * What a tool of a model answers, by the way of every call.
 *
 * @throws {Refusal} `tool_failed` with what the tool says; otherwise as `callTool`.
 */
export async function askModel(
  model: string,
  tool: string,
  args: JsonObject,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void = unheard,
): Promise<ToolResult> {
  const { result } = await callTool(`${model}__${tool}`, args, onProgress, signal);
  if (result.isError !== true) return result;
  const [message = "The tool failed", ...problems] = (result.content?.[0]?.text ?? "").split("\n");
  throw new Refusal("tool_failed", message, { problems });
}

/** The structured part of what a tool answers. The connector has checked it against the schema that the type is from. */
export async function answerOf<T>(...asked: Parameters<typeof askModel>): Promise<T> {
  const { structuredContent } = await askModel(...asked);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the tool's output schema says
  return structuredContent as T;
}

/** Under what an answer is held: all of a model's are read anew when one of its files changes, and no other time. */
export function answerKey(model: string, tool: string, args: JsonObject): readonly unknown[] {
  return ["cashflow", model, tool, args];
}

/** What a tool answers; the answer before stays until there is the next one. */
export function useAnswer<T>(model: string, tool: string, args: JsonObject, enabled = true): UseQueryResult<T> {
  return useQuery({
    queryKey: answerKey(model, tool, args),
    queryFn: ({ signal }) => answerOf<T>(model, tool, args, signal),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    enabled,
  });
}
