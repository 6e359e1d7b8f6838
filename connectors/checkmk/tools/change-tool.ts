import { type Tool, type ToolAnnotations, type ToolCall, tool } from "switchyard/connector";
import { z } from "zod";
import type { Setup } from "../setup.ts";
import { wholly } from "./half-made.ts";
import { activationShape, shownActivation } from "./shown-activation.ts";
import { told } from "../told.ts";

/** What a change of the configuration would do, or has done. */
export interface Change {
  /** One sentence. */
  readonly summary: string;
  /** What is another afterwards, by name: `from` is what it is, `to` what it becomes; either is left out where there is nothing. */
  readonly changes: Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>;
}

/** A change that has been looked at and can be made. */
export interface PlannedChange extends Change {
  /** Makes it. Not called for a dry run, nor where `changes` is empty. */
  readonly make: (call: ToolCall) => Promise<void>;
}

/** A tool that changes the configuration of a site. */
export interface ChangeTool<Input extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** With {@link dryRun} in it. */
  readonly input: Input;
  /** By default it writes over what is there; `destructiveHint` is false only where it does nothing but add. */
  readonly annotations?: ToolAnnotations;
  /** Looks whether it can be done, and what it would change; changes nothing. */
  readonly plan: (args: z.output<Input>, call: ToolCall) => Promise<PlannedChange>;
}

const outputShape = z.object({
  dry_run: z.boolean(),
  summary: z.string(),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }).partial()),
  activation: activationShape.optional().describe("Not there where nothing was changed."),
});

/** The argument that every tool has which changes something. */
export const dryRun = {
  dry_run: z.boolean().default(false).describe("Only look what would change, and whether it can be done."),
};

/** Whether arguments with {@link dryRun} among them ask for one. */
export function isDryRun(args: Readonly<Record<string, unknown>>): boolean {
  return args["dry_run"] === true;
}

/** A tool that plans a change, and makes it where it is no dry run; afterwards it says what waits for activation. */
export function changeTool<Input extends z.ZodObject>(
  setup: Pick<Setup, "activator">,
  { plan, annotations = {}, ...definition }: ChangeTool<Input>,
): Tool {
  return tool({
    ...definition,
    output: outputShape,
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true, ...annotations },
    run: async (args, call) =>
      told(async () => {
        const isDry = isDryRun(args);
        const { summary, changes, make } = await plan(args, call);
        const isMade = !isDry && Object.keys(changes).length > 0;
        if (isMade) await wholly(setup.activator, async () => make(call), call.signal);
        const after = isMade ? await setup.activator.afterChange(call.signal) : undefined;
        return {
          structured: {
            dry_run: isDry,
            summary: isDry ? `Would be done: ${summary}` : summary,
            changes: { ...changes },
            ...(after && { activation: shownActivation(after) }),
          },
        };
      }),
  });
}

/** What is another in one of two sets of settings; see {@link Change.changes}. */
export function difference(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Change["changes"] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(
    changed.map((name) => [
      name,
      { ...(name in before && { from: before[name] }), ...(name in after && { to: after[name] }) },
    ]),
  );
}
