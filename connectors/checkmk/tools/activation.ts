import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { Setup } from "../setup.ts";
import { dryRun } from "./change-tool.ts";
import { told } from "../told.ts";

/** What waits for activation, and activating it. */
export function activationTools(setup: Setup): readonly Tool[] {
  return [pendingTool(setup), activateTool(setup)];
}

const changeShape = z.object({
  id: z.string(),
  user: z.string().describe("Empty: the site itself."),
  action: z.string(),
  text: z.string(),
  time: z.string(),
});

function pendingTool({ activation }: Setup): Tool {
  return tool({
    name: "list_pending_changes",
    title: "What waits for activation",
    description: "Changes of the configuration that are not monitored yet, with who made them.",
    input: z.object({ limit: z.int().min(1).max(1000).default(100) }),
    output: z.object({ changes: z.array(changeShape), total_count: z.int() }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ limit }, { signal }) =>
      told(async () => {
        const { changes } = await activation.pending(signal);
        const shown = changes
          .slice(0, limit)
          .map(({ id, user = "", action, text, time }) => ({ id, user, action, text, time }));
        return { structured: { changes: shown, total_count: changes.length } };
      }),
  });
}

function activateTool({ activation, activator }: Setup): Tool {
  return tool({
    name: "activate_changes",
    title: "Activate changes",
    description:
      "Makes what is configured what is monitored, and waits until that is done. Changes of other users are activated only with force_foreign_changes.",
    input: z.object({
      sites: z.array(z.string().min(1)).max(1000).default([]).describe("Default: all that have changes."),
      force_foreign_changes: z.boolean().default(false),
      timeout_seconds: z.int().min(1).max(3600).default(300).describe("How long to wait for the end."),
      ...dryRun,
    }),
    output: z.object({
      dry_run: z.boolean(),
      state: z.enum(["nothing_to_do", "would_activate", "activated", "running", "failed"]),
      activation_id: z.string().optional(),
      changes: z.array(z.string()).describe("What is activated, one sentence each; the first 100."),
      change_count: z.int(),
      sites: z.array(z.object({ site: z.string(), state: z.string(), text: z.string() })),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ sites, force_foreign_changes: isForced, timeout_seconds: seconds, dry_run: isDry }, { signal }) =>
      told(async () => {
        const { changes } = await activation.pending(signal);
        const common = {
          dry_run: isDry,
          changes: changes.slice(0, 100).map(({ text }) => text),
          change_count: changes.length,
        };
        if (changes.length === 0) return { structured: { ...common, state: "nothing_to_do" as const, sites: [] } };
        if (isDry) return { structured: { ...common, state: "would_activate" as const, sites: [] } };
        const result = await activator.activate({ sites, isForced }, { maxMs: seconds * 1000, signal });
        const isFailed = result.sites.some(({ state }) => state === "error");
        const state = result.isRunning ? ("running" as const) : isFailed ? ("failed" as const) : ("activated" as const);
        return { structured: { ...common, state, activation_id: result.id, sites: [...result.sites] } };
      }),
  });
}
