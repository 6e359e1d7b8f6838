import { type Tool, type ToolAnnotations, type ToolCall, tool } from "switchyard/connector";
import { z } from "zod";
import type { AfterChange } from "../activator.ts";
import type { Setup } from "../setup.ts";
import { told } from "./told.ts";

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
  readonly annotations?: ToolAnnotations;
  /** Looks whether it can be done, and what it would change; changes nothing. */
  readonly plan: (args: z.output<Input>, call: ToolCall) => Promise<PlannedChange>;
}

/** What waits for activation, as tools tell it. */
export const activationShape = z
  .object({
    state: z.enum(["activated", "pending", "not_activated", "running"]),
    pending_changes: z.int().describe("Changes of the whole site that are not monitored yet."),
    note: z.string(),
  })
  .describe("Whether the change is monitored yet.");

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
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true, ...annotations },
    run: async (args, call) =>
      told(async () => {
        const isDry = isDryRun(args);
        const { summary, changes, make } = await plan(args, call);
        const isMade = !isDry && Object.keys(changes).length > 0;
        if (isMade) await make(call);
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

/** What a change left behind, as tools tell it. */
export function shownActivation(after: AfterChange): z.output<typeof activationShape> {
  switch (after.kind) {
    case "pending": {
      const { changes } = after;
      const note =
        changes === 0
          ? "It is part of an activation that is made already."
          : "It is not monitored yet: call activate_changes once everything is set up.";
      return { state: changes === 0 ? "activated" : "pending", pending_changes: changes, note };
    }
    case "activated": {
      const { isRunning, sites } = after.result;
      const bad = sites.filter(({ state }) => state === "error" || state === "warning");
      const texts = bad.map(({ site, state, text }) => `${site}: ${state}: ${text}`).join("; ");
      if (isRunning) return { state: "running", pending_changes: 0, note: "The activation is still under way." };
      return { state: "activated", pending_changes: 0, note: texts === "" ? "It is monitored now." : texts };
    }
    case "not_activated":
      return {
        state: "not_activated",
        pending_changes: after.changes,
        note: `The change is made, and not monitored yet. ${after.reason} Call activate_changes when that is settled.`,
      };
  }
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
