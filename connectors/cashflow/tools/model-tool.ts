import { type Tool, type ToolCall, type ToolDefinition, ToolFailure, tool } from "switchyard/connector";
import type { z } from "zod";
import { CashflowError } from "../cashflow-error.ts";
import type { LiveModel } from "../live-model.ts";
import type { Model } from "../model.ts";

/** Reads the model and nothing else: the same question has the same answer until a file changes, so that answers are kept. */
export const reading = { readOnlyHint: true, openWorldHint: false } as const;

type Answer<Output extends z.ZodType> = ReturnType<ToolDefinition<z.ZodObject, Output>["run"]>;

/** A question to a model. */
export interface ModelTool<Input extends z.ZodObject, Output extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  readonly answer: (model: Model, args: z.output<Input>, call: ToolCall) => Answer<Output>;
}

/** A tool that asks something of the model, which must have no errors for that. */
export function modelTool<Input extends z.ZodObject, Output extends z.ZodType>(
  live: LiveModel,
  { answer, ...definition }: ModelTool<Input, Output>,
): Tool {
  return tool({
    ...definition,
    annotations: reading,
    run: async (args, call) => told(async () => answer(await live.validModel(), args, call)),
  });
}

/** Findings that one answer names. */
const mostTold = 20;

/** Runs something of the model, and tells what is wrong with the question, or with the files, as what the caller can mend; see `wayOut`. */
export async function told<T>(
  run: () => T | Promise<T>,
  wayOut = "Mend the files; entity_validate names everything that is wrong.",
): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof CashflowError)) throw thrown;
    throw new ToolFailure(thrown.code === "model_invalid" ? invalidText(thrown, wayOut) : thrown.message, {
      cause: thrown,
    });
  }
}

function invalidText({ message }: CashflowError, wayOut: string): string {
  const lines = message.split("\n");
  const more = lines.length > mostTold ? `\n… and ${lines.length - mostTold} more` : "";
  return `${lines.slice(0, mostTold).join("\n")}${more}\n${wayOut}`;
}
