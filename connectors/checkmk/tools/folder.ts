import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { folderId, folderPath } from "../rest/folders.ts";
import type { Setup } from "../setup.ts";
import { changeTool, difference, dryRun } from "./change-tool.ts";
import { inSteps } from "./half-made.ts";
import { attributes, changedAttributes, folder } from "./host-arguments.ts";
import { orNothing, told } from "../told.ts";

/** Folders of the configuration. */
export function folderTools(setup: Setup): readonly Tool[] {
  return [listTool(setup), createTool(setup), updateTool(setup), deleteTool(setup)];
}

function listTool({ folders }: Setup): Tool {
  return tool({
    name: "list_folders",
    title: "List folders",
    description: "Folders of the configuration, with the settings that their hosts have from them.",
    input: z.object({
      parent: folder.default("/"),
      recursive: z.boolean().default(true).describe("Also folders of folders."),
      limit: z.int().min(1).max(5000).default(500),
    }),
    output: z.object({
      folders: z.array(
        z.object({ path: z.string(), title: z.string(), attributes: z.record(z.string(), z.unknown()) }),
      ),
      total_count: z.int(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ parent, recursive, limit }, { signal }) =>
      told(async () => {
        const found = await folders.list(parent, recursive, signal);
        const shown = found
          .slice(0, limit)
          .map(({ path, title, attributes: set }) => ({ path, title, attributes: { ...set } }));
        return { structured: { folders: shown, total_count: found.length } };
      }),
  });
}

function createTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "create_folder",
    title: "Create a folder",
    description: "Makes a folder for hosts. Its settings are those of all hosts in it that have none of their own.",
    input: z.object({
      name: z
        .string()
        .regex(/^[-\w]+$/, "a folder's name has letters, digits, - and _ only")
        .max(100),
      parent: folder.default("/"),
      title: z.string().min(1).max(200).optional().describe("Default: its name."),
      attributes: attributes.optional(),
      ...dryRun,
    }),
    annotations: { destructiveHint: false },
    plan: async ({ name, parent, title = name, attributes: given = {} }, { signal }) => {
      const path = folderPath(`${parent}/${name}`);
      if ((await orNothing(async () => setup.folders.get(path, signal))) !== undefined) {
        throw new ToolFailure(`There is a folder ${path} already; change it with update_folder`);
      }
      await setup.folders.require(parent, signal);
      return {
        summary: `Folder ${path} is created`,
        changes: { folder: { to: path }, title: { to: title }, ...difference({}, given) },
        make: async () => {
          await setup.folders.create({ parent, name, title, attributes: given }, signal);
        },
      };
    },
  });
}

function updateTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "update_folder",
    title: "Change a folder",
    description: "Changes a folder's title or settings, or moves it with everything in it.",
    input: z.object({
      folder,
      title: z.string().min(1).max(200).optional(),
      parent: folder.optional().describe("Where it is to be moved to."),
      attributes: attributes.optional(),
      remove_attributes: z.array(z.string().min(1)).max(100).default([]),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ folder: path, title, parent, attributes: update = {}, remove_attributes: remove }, { signal }) => {
      const { folder: found, etag = "*" } = await setup.folders.get(path, signal);
      const { attributes: before } = found;
      const after = changedAttributes(before, update, remove);
      const changed = difference(before, after);
      const isRenamed = title !== undefined && title !== found.title;
      const isMoved =
        parent !== undefined && folderId(parent) !== folderId(found.path.slice(0, found.path.lastIndexOf("/")));
      return {
        summary: `Folder ${found.path} is changed`,
        changes: {
          ...changed,
          ...(isRenamed && { title: { from: found.title, to: title } }),
          ...(isMoved && { parent: { from: found.path, to: parent } }),
        },
        make: async () => {
          const set = async (): Promise<unknown> =>
            setup.folders.update(path, { ...(isRenamed && { title }), before, after }, etag, signal);
          const isSet = isRenamed || Object.keys(changed).length > 0;
          const move = async (): Promise<unknown> => {
            const { etag: current = "*" } = isSet ? await setup.folders.get(path, signal) : { etag };
            return setup.folders.move(path, parent ?? "/", current, signal);
          };
          await inSteps([
            ...(isSet ? [{ text: `title and settings of ${found.path} are changed`, make: set }] : []),
            ...(isMoved ? [{ text: `${found.path} is in ${parent}`, make: move }] : []),
          ]);
        },
      };
    },
  });
}

function deleteTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "delete_folder",
    title: "Delete a folder",
    description: "Deletes an empty folder; with recursive also one with hosts and folders in it, which are then gone.",
    input: z.object({ folder, recursive: z.boolean().default(false), ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ folder: path, recursive: isRecursive }, { signal }) => {
      const { folder: found } = await setup.folders.get(path, signal);
      const [inner, hosts] = await Promise.all([
        setup.folders.list(path, true, signal),
        setup.hosts.list(false, signal),
      ]);
      const names = hosts.filter((host) => isBelow(host.folder, found.path)).map(({ name }) => name);
      if (!isRecursive && inner.length + names.length > 0) {
        throw new ToolFailure(
          `${found.path} has ${inner.length} folders and ${names.length} hosts in it; with recursive they are deleted too`,
        );
      }
      const count =
        names.length > 0 || inner.length > 0 ? `, with ${inner.length} folders and ${names.length} hosts` : "";
      return {
        summary: `Folder ${found.path} is deleted${count}`,
        changes: {
          folder: { from: found.path },
          ...(inner.length > 0 && { folders: { from: inner.map((each) => each.path) } }),
          ...(names.length > 0 && { hosts: { from: names.slice(0, 100) } }),
        },
        make: () => setup.folders.delete(path, !isRecursive, signal),
      };
    },
  });
}

function isBelow(path: string, parent: string): boolean {
  return `${folderPath(path)}/`.startsWith(`${folderPath(parent)}/`);
}
