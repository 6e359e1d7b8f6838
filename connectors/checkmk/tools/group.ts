import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Groups } from "../rest/groups.ts";
import type { Setup } from "../setup.ts";
import { changeTool, dryRun } from "./change-tool.ts";
import { orNothing, told } from "../told.ts";

/** What the tools for groups work with. */
export interface GroupSetup extends Pick<Setup, "activator"> {
  readonly groups: Groups;
}

/** Groups of hosts and services. */
export function groupTools(setup: GroupSetup): readonly Tool[] {
  return [listTool(setup), createTool(setup), updateTool(setup), deleteTool(setup)];
}

const kind = z.enum(["host", "service"]).describe("Whether it is of hosts or of services.");
const name = z
  .string()
  .regex(/^(?!\.{1,2}$)[-a-zA-Z0-9_.]+$/, "a group's name has letters, digits, - _ and . only")
  .max(100);
const alias = z.string().min(1).max(200).describe("What people see.");

function listTool({ groups }: GroupSetup): Tool {
  return tool({
    name: "list_groups",
    title: "List groups",
    description:
      "Groups of hosts or of services. Which are in one, rules of the rulesets host_groups and service_groups say.",
    input: z.object({ kind }),
    output: z.object({ groups: z.array(z.object({ name: z.string(), alias: z.string() })) }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ kind: which }, { signal }) =>
      told(async () => ({ structured: { groups: [...(await groups.list(which, signal))] } })),
  });
}

function createTool(setup: GroupSetup): Tool {
  return changeTool(setup, {
    name: "create_group",
    title: "Create a group",
    description:
      "Makes a group of hosts or of services. It is empty until a rule of host_groups or service_groups puts something in it.",
    input: z.object({ kind, name, alias, ...dryRun }),
    annotations: { destructiveHint: false },
    plan: async ({ kind: which, name: id, alias: text }, { signal }) => {
      if ((await orNothing(async () => setup.groups.get(which, id, signal))) !== undefined) {
        throw new ToolFailure(`There is a ${which} group ${JSON.stringify(id)} already; change it with update_group`);
      }
      return {
        summary: `The ${which} group ${id} is created`,
        changes: { name: { to: id }, alias: { to: text } },
        make: () => setup.groups.create(which, { name: id, alias: text }, signal),
      };
    },
  });
}

function updateTool(setup: GroupSetup): Tool {
  return changeTool(setup, {
    name: "update_group",
    title: "Change a group",
    description: "Gives a group another alias.",
    input: z.object({ kind, name, alias, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ kind: which, name: id, alias: text }, { signal }) => {
      const { group, etag = "*" } = await setup.groups.get(which, id, signal);
      const changes = group.alias === text ? {} : { alias: { from: group.alias, to: text } };
      return {
        summary: `The ${which} group ${id} is called ${JSON.stringify(text)}`,
        changes,
        make: () => setup.groups.update(which, { name: id, alias: text }, etag, signal),
      };
    },
  });
}

function deleteTool(setup: GroupSetup): Tool {
  return changeTool(setup, {
    name: "delete_group",
    title: "Delete a group",
    description: "Deletes a group that nothing uses. What was in it stays.",
    input: z.object({ kind, name, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ kind: which, name: id }, { signal }) => {
      const { group } = await setup.groups.get(which, id, signal);
      return {
        summary: `The ${which} group ${id} is deleted`,
        changes: { group: { from: group } },
        make: () => setup.groups.delete(which, id, signal),
      };
    },
  });
}
