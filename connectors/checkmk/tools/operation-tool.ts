import { type Tool, type ToolAnnotations, type ToolCall, tool } from "switchyard/connector";
import { z } from "zod";
import { type PlannedChange, isDryRun } from "./change-tool.ts";
import { told } from "../told.ts";

/** A tool that says something of what is monitored: it needs no activation. */
export interface OperationTool<Input extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** With `dryRun` in it. */
  readonly input: Input;
  /** By default it writes over what is there; `destructiveHint` is false only where it does nothing but add. */
  readonly annotations?: ToolAnnotations;
  /** Called once it was done, and the site has yet to carry it out. */
  readonly onDone?: () => void;
  /** Looks whether it can be done, and what it would change; changes nothing. */
  readonly plan: (args: z.output<Input>, call: ToolCall) => Promise<PlannedChange>;
}

const outputShape = z.object({
  dry_run: z.boolean(),
  summary: z.string(),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }).partial()),
});

/** A tool that plans what it does, and does it where it is no dry run. The site carries it out within about a second. */
export function operationTool<Input extends z.ZodObject>({
  plan,
  onDone,
  annotations = {},
  ...definition
}: OperationTool<Input>): Tool {
  return tool({
    ...definition,
    output: outputShape,
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true, ...annotations },
    run: async (args, call) =>
      told(async () => {
        const isDry = isDryRun(args);
        const { summary, changes, make } = await plan(args, call);
        if (!isDry && Object.keys(changes).length > 0) {
          await make(call);
          onDone?.();
        }
        return {
          structured: {
            dry_run: isDry,
            summary: isDry ? `Would be done: ${summary}` : summary,
            changes: { ...changes },
          },
        };
      }),
  });
}
