import { type UseQueryResult, keepPreviousData, useQuery } from "@tanstack/react-query";
import type { JsonObject, ToolResult } from "./answers.ts";
import { Refusal } from "./api.ts";
import { useTools } from "./queries.ts";
import { type Progress, callTool } from "./tool-call.ts";

/** Whether the visitor may use a tool of an upstream. */
export function useMayUse(upstream: string, tool: string): boolean {
  return useTools().data?.some(({ name }) => name === `${upstream}__${tool}`) === true;
}

/** Where nobody wants to know how far it is. */
const unheard = (): void => undefined;

/**
 * What a tool of an upstream answers, by the way of every call.
 *
 * @throws {Refusal} `tool_failed` with what the tool says; otherwise as `callTool`.
 */
export async function askTool(
  upstream: string,
  tool: string,
  args: JsonObject,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void = unheard,
): Promise<ToolResult> {
  const { result } = await callTool(`${upstream}__${tool}`, args, onProgress, signal);
  if (result.isError !== true) return result;
  const [message = "The tool failed", ...problems] = (result.content?.[0]?.text ?? "").split("\n");
  throw new Refusal("tool_failed", message, { problems });
}

/** The structured part of what a tool answers. The connector has checked it against the schema that the type is from. */
export async function answerOf<T>(...asked: Parameters<typeof askTool>): Promise<T> {
  const { structuredContent } = await askTool(...asked);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the tool's output schema says
  return structuredContent as T;
}

/** A question to a tool of one upstream. */
export interface ToolQuestion {
  /** Under which its answers are held: they are read anew when the live stream tells of a change of it. */
  readonly subject: string;
  /** How often they are read anew besides, in ms, while they are shown; older ones are read anew when they are shown again. Default: never. */
  readonly renewedEveryMs?: number;
  readonly upstream: string;
  readonly tool: string;
  readonly args: JsonObject;
}

/** Under what an answer is held. */
export function answerKey({ subject, upstream, tool, args }: ToolQuestion): readonly unknown[] {
  return [subject, upstream, tool, args];
}

/** What a tool answers; the answer before stays until there is the next one. */
export function useToolAnswer<T>(question: ToolQuestion, enabled = true): UseQueryResult<T> {
  const { upstream, tool, args, renewedEveryMs } = question;
  return useQuery({
    queryKey: answerKey(question),
    queryFn: ({ signal }) => answerOf<T>(upstream, tool, args, signal),
    staleTime: renewedEveryMs ?? Infinity,
    refetchInterval: renewedEveryMs ?? false,
    placeholderData: keepPreviousData,
    enabled,
  });
}
