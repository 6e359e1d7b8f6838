import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Operations } from "../operations.ts";
import type { Comment } from "../rest/comments.ts";
import { targetText } from "../rest/target.ts";
import { serviceName } from "./acknowledgement.ts";
import { dryRun } from "./change-tool.ts";
import { hostName } from "./host-arguments.ts";
import { operationTool } from "./operation-tool.ts";
import { told } from "../told.ts";

/** Saying something of hosts and services. */
export function commentTools(operations: Operations): readonly Tool[] {
  return [listTool(operations), addTool(operations), removeTool(operations)];
}

const commentShape = z.object({
  comment_id: z.int(),
  site_id: z.string(),
  host_name: z.string(),
  service_name: z.string().optional(),
  author: z.string(),
  comment: z.string(),
  entry_time: z.string(),
  is_persistent: z.boolean(),
});

function listTool(operations: Operations): Tool {
  return tool({
    name: "list_comments",
    title: "List comments",
    description: "What people said of everything, or of one host or service, also by acknowledgements and downtimes.",
    input: z.object({
      host_name: hostName.optional(),
      service_name: serviceName.optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    output: z.object({ comments: z.array(commentShape), total_count: z.int() }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ host_name: host, service_name: service, limit }, { signal }) =>
      told(async () => {
        const found = await operations.comments.list({ host, service }, signal);
        const comments = found.slice(0, limit).map(shown);
        return { structured: { comments, total_count: found.length } };
      }),
  });
}

function shown({ id, site, host, service, author, text, entryTime, isPersistent }: Comment) {
  return {
    comment_id: id,
    site_id: site,
    host_name: host,
    ...(service !== undefined && { service_name: service }),
    author,
    comment: text,
    entry_time: entryTime,
    is_persistent: isPersistent,
  };
}

function addTool(operations: Operations): Tool {
  return operationTool({
    name: "add_comment",
    title: "Say something of a host or service",
    description: "Adds a comment to a host or service. It changes nothing of its state.",
    input: z.object({
      host_name: hostName,
      service_name: serviceName.optional().describe("Left out: of the host itself."),
      comment: z.string().min(1).max(4000),
      persistent: z.boolean().default(false).describe("Keep it when monitoring is restarted."),
      ...dryRun,
    }),
    annotations: { destructiveHint: false },
    plan: async ({ host_name: host, service_name: service, comment, persistent }, { signal }) => {
      const target = { host, service };
      await operations.status.of(target, signal);
      return {
        summary: `A comment is added to ${targetText(target)}`,
        changes: { comment: { to: comment } },
        make: () => operations.comments.create(target, comment, persistent, signal),
      };
    },
  });
}

function removeTool(operations: Operations): Tool {
  return operationTool({
    name: "remove_comment",
    title: "Remove a comment",
    description: "Removes a comment.",
    input: z.object({
      comment_id: z.int().min(0).describe("As list_comments names it."),
      site_id: z.string().min(1).describe("As list_comments names it."),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ comment_id: id, site_id: site }, { signal }) => {
      const found = await operations.comments.find(id, site, signal);
      if (found === undefined)
        throw new ToolFailure(`There is no comment ${id}; list_comments names those that there are`);
      return {
        summary: `Comment ${id} of ${targetText(found)} is removed`,
        changes: { comment: { from: found.text } },
        make: () => operations.comments.remove(found, signal),
      };
    },
  });
}
