import { type Tool, ToolFailure } from "switchyard/connector";
import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import { folderId } from "../rest/folders.ts";
import type { ConfiguredHost } from "../rest/hosts.ts";
import type { Setup } from "../setup.ts";
import { type PlannedChange, changeTool, difference, dryRun } from "./change-tool.ts";
import { inSteps } from "./half-made.ts";
import {
  attributes,
  attributesOf,
  changedAttributes,
  folder,
  hostName,
  labels,
  newHostName,
  requireHostName,
} from "./host-arguments.ts";
import { orNothing } from "../told.ts";

/** Creating, changing and deleting one host. */
export function hostSetupTools(setup: Setup): readonly Tool[] {
  return [createTool(setup), updateTool(setup), deleteTool(setup)];
}

const settings = {
  ip_address: z.string().min(1).optional().describe("Its IPv4 address, or a name to look it up by."),
  attributes: attributes.optional(),
  labels: labels.optional(),
};

function createTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "create_host",
    title: "Create a host",
    description:
      "Adds a host to the configuration of Checkmk. Its services are found by discover_services; it is monitored once changes are activated.",
    input: z.object({ name: newHostName, folder: folder.default("/"), ...settings, ...dryRun }),
    annotations: { destructiveHint: false },
    plan: async ({ name, folder: path, ...given }, { signal }): Promise<PlannedChange> => {
      requireHostName(name);
      const host = { name, folder: path, attributes: attributesOf(given) };
      const existing = await orNothing(async () => setup.hosts.get(name, false, signal));
      if (existing !== undefined) throw taken(existing.host);
      await setup.folders.require(path, signal);
      return {
        summary: `Host ${name} is created in ${path}`,
        changes: { folder: { to: path }, ...difference({}, host.attributes) },
        make: async (call) => {
          await setup.hosts.create(host, call.signal);
        },
      };
    },
  });
}

function taken({ name, folder: path }: ConfiguredHost): ToolFailure {
  return new ToolFailure(`There is a host ${JSON.stringify(name)} already, in ${path}; change it with update_host`);
}

function updateTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "update_host",
    title: "Change a host",
    description: "Changes settings of a host, or moves it to another folder. What is not named stays.",
    input: z.object({
      name: hostName,
      folder: folder.optional().describe("Where it is to be moved to."),
      ...settings,
      labels: labels.optional().describe("All its labels: those that are left out are gone."),
      remove_attributes: z.array(z.string().min(1)).max(100).default([]).describe("Settings it is to have no more."),
      etag: z.string().optional().describe("As get_host gave it: fails where the host was changed since."),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ name, folder: path, remove_attributes: remove, etag: wanted, ...given }, { signal }) => {
      const { host, etag = "*" } = await setup.hosts.get(name, false, signal);
      if (wanted !== undefined && wanted !== etag) throw outdated(name);
      const after = changedAttributes(host.attributes, attributesOf(given), remove);
      const isMoved = path !== undefined && folderId(path) !== folderId(host.folder);
      if (isMoved) await setup.folders.require(path, signal);
      const changed = difference(host.attributes, after);
      return {
        summary: Object.keys(changed).length > 0 || isMoved ? `Host ${name} is changed` : `Host ${name} is so already`,
        changes: { ...(isMoved && { folder: { from: host.folder, to: path } }), ...changed },
        make: async ({ signal: making }) => {
          const update = async (): Promise<unknown> =>
            setup.hosts.update(name, { before: host.attributes, after }, etag, making);
          const isSet = Object.keys(changed).length > 0;
          const move = async (): Promise<unknown> => {
            const { etag: current = "*" } = isSet ? await setup.hosts.get(name, false, making) : { etag };
            return setup.hosts.move(name, path ?? "/", current, making);
          };
          await inSteps([
            ...(isSet ? [{ text: `settings of ${name} are changed`, make: update }] : []),
            ...(isMoved ? [{ text: `${name} is in ${path}`, make: move }] : []),
          ]);
        },
      };
    },
  });
}

function outdated(name: string): CheckmkError {
  return new CheckmkError(
    "changed_meanwhile",
    `Host ${name} was changed since it had this etag: read it again with get_host`,
  );
}

function deleteTool(setup: Setup): Tool {
  return changeTool(setup, {
    name: "delete_host",
    title: "Delete a host",
    description: "Deletes a host from the configuration of Checkmk, with its services and what was measured of it.",
    input: z.object({ name: hostName, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ name }, { signal }) => {
      const { host } = await setup.hosts.get(name, false, signal);
      return {
        summary: `Host ${name} is deleted from ${host.folder}`,
        changes: { host: { from: { name, folder: host.folder, attributes: host.attributes } } },
        make: (call) => setup.hosts.delete(name, call.signal),
      };
    },
  });
}
