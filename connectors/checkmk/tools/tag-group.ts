import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { TagGroup, Tags } from "../rest/tags.ts";
import type { Setup } from "../setup.ts";
import { orNothing, told } from "../told.ts";
import { changeTool, difference, dryRun } from "./change-tool.ts";

/** What the tools for tags work with. */
export interface TagSetup extends Pick<Setup, "activator"> {
  readonly tags: Tags;
}

/** Groups of tags, of which a host has one tag each. */
export function tagTools(setup: TagSetup): readonly Tool[] {
  return [listTool(setup), createTool(setup), updateTool(setup), deleteTool(setup)];
}

const tagShape = z.object({
  id: z.string().nullable().describe("null for the one that hosts have which have none of the others."),
  title: z.string(),
  aux_tags: z.array(z.string()),
});

const groupShape = z.object({ id: z.string(), title: z.string(), topic: z.string(), tags: z.array(tagShape) });

function shown({ id, title, topic, tags }: TagGroup): z.output<typeof groupShape> {
  const own = tags.map(({ id: tag = null, title: text, auxTags }) => ({
    id: tag,
    title: text,
    aux_tags: [...auxTags],
  }));
  return { id, title, topic, tags: own };
}

const identifier = z
  .string()
  .regex(/^[^\d\W][-\w]*$/, "begins with a letter; letters, digits, - and _ follow")
  .max(100);

const tag = z.object({
  id: z
    .string()
    .regex(/^[-0-9a-zA-Z_]+$/, "a tag has letters, digits, - and _ only")
    .optional()
    .describe("Left out of the one that hosts have which have none of the others."),
  title: z.string().min(1).max(200),
  aux_tags: z.array(z.string().min(1)).optional().describe("Tags that a host has too that has this one, such as snmp."),
});

const id = identifier.describe("Hosts have it as the attribute tag_ID.");
const tags = z.array(tag).min(1).max(200);
const topic = z.string().min(1).max(200).describe("Under which heading it stands.");
const title = z.string().min(1).max(200);
const repair = z
  .boolean()
  .default(false)
  .describe(
    "Take what is no longer there off hosts, folders and rules that have it; without, it is refused where any has.",
  );

function tagsOf(wished: z.output<typeof tags>): TagGroup["tags"] {
  return wished.map(({ id: own, title: text, aux_tags: auxTags = [] }) => ({ id: own, title: text, auxTags }));
}

function listTool({ tags: known }: TagSetup): Tool {
  return tool({
    name: "list_host_tags",
    title: "List tags of hosts",
    description:
      "The groups of tags that there are, of which a host has one tag each: set them as the attribute tag_GROUP of create_host and update_host.",
    input: z.object({}),
    output: z.object({ tag_groups: z.array(groupShape) }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (_, { signal }) =>
      told(async () => ({ structured: { tag_groups: (await known.list(signal)).map(shown) } })),
  });
}

function createTool(setup: TagSetup): Tool {
  return changeTool(setup, {
    name: "create_host_tag_group",
    title: "Create a group of tags",
    description: "Makes a group of tags, of which each host has one: the first, until it is given another as tag_ID.",
    input: z.object({ id, title, topic: topic.optional(), tags, ...dryRun }),
    annotations: { destructiveHint: false },
    plan: async (args, { signal }) => {
      if ((await orNothing(async () => setup.tags.get(args.id, signal))) !== undefined)
        throw new ToolFailure(`There is a group of tags ${args.id} already; change it with update_host_tag_group`);
      const group = { id: args.id, title: args.title, topic: args.topic ?? "", tags: tagsOf(args.tags) };
      return {
        summary: `The group of tags ${group.id} is created`,
        changes: difference({}, shown(group)),
        make: () => setup.tags.create(group, signal),
      };
    },
  });
}

function updateTool(setup: TagSetup): Tool {
  return changeTool(setup, {
    name: "update_host_tag_group",
    title: "Change a group of tags",
    description:
      "Gives a group of tags another title, topic or tags. Tags are given all, in their order: what is not among them is gone. Built-in groups cannot be changed.",
    input: z.object({ id, title: title.optional(), topic: topic.optional(), tags: tags.optional(), repair, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async (args, { signal }) => {
      const { group, etag = "*" } = await setup.tags.get(args.id, signal);
      const next = {
        id: group.id,
        title: args.title ?? group.title,
        topic: args.topic ?? group.topic,
        tags: args.tags === undefined ? group.tags : tagsOf(args.tags),
      };
      return {
        summary: `The group of tags ${group.id} is changed`,
        changes: difference(shown(group), shown(next)),
        make: () => setup.tags.update(next, { etag, isRepairing: args.repair }, signal),
      };
    },
  });
}

function deleteTool(setup: TagSetup): Tool {
  return changeTool(setup, {
    name: "delete_host_tag_group",
    title: "Delete a group of tags",
    description: "Deletes a group of tags; with repair also where hosts, folders or rules have one of them.",
    input: z.object({ id, repair, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ id: which, repair: isRepairing }, { signal }) => {
      const { group } = await setup.tags.get(which, signal);
      return {
        summary: `The group of tags ${which} is deleted`,
        changes: { tag_group: { from: shown(group) } },
        make: () => setup.tags.delete(which, isRepairing, signal),
      };
    },
  });
}
