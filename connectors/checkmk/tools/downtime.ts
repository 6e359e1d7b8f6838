import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Operations } from "../operations.ts";
import type { Downtime } from "../rest/downtimes.ts";
import { targetText } from "../rest/target.ts";
import { serviceName } from "./acknowledgement.ts";
import { dryRun } from "./change-tool.ts";
import { downtimeOf, downtimeTimes, momentOf } from "./downtime-times.ts";
import { hostName } from "./host-arguments.ts";
import { operationTool } from "./operation-tool.ts";
import { told } from "../told.ts";

const comment = z.string().min(1).max(4000).describe("What is done in that time.");

/** Planning, listing, changing and ending downtimes. */
export function downtimeTools(operations: Operations): readonly Tool[] {
  return [
    serviceTool(operations),
    hostTool(operations),
    listTool(operations),
    modifyTool(operations),
    removeTool(operations),
  ];
}

function serviceTool(operations: Operations): Tool {
  return operationTool({
    onDone: operations.onDone,
    name: "create_service_downtime",
    title: "Plan a service's downtime",
    description: "Plans a time in which problems of a service are expected: nobody is notified of them.",
    input: z.object({ host_name: hostName, service_name: serviceName, comment, ...downtimeTimes, ...dryRun }),
    annotations: { destructiveHint: false },
    plan: async (args, { signal }) => {
      const target = { host: args.host_name, service: args.service_name };
      const { downtimeDepth } = await operations.status.of(target, signal);
      const downtime = downtimeOf(args, operations.now());
      return {
        summary: `A downtime of ${targetText(target)} from ${downtime.startTime} to ${downtime.endTime} is planned`,
        changes: { downtime: { to: downtime }, ...(downtimeDepth > 0 && { downtimes_now: { from: downtimeDepth } }) },
        make: () => operations.downtimes.create({ host: target.host, services: [target.service] }, downtime, signal),
      };
    },
  });
}

function hostTool(operations: Operations): Tool {
  return operationTool({
    onDone: operations.onDone,
    name: "create_host_downtime",
    title: "Plan a host's downtime",
    description:
      "Plans a time in which a host is expected to be down. Problems of its services are not notified either while it is.",
    input: z.object({ host_name: hostName, comment, ...downtimeTimes, ...dryRun }),
    annotations: { destructiveHint: false },
    plan: async (args, { signal }) => {
      const target = { host: args.host_name, service: undefined };
      const { downtimeDepth } = await operations.status.of(target, signal);
      const downtime = downtimeOf(args, operations.now());
      return {
        summary: `A downtime of ${targetText(target)} from ${downtime.startTime} to ${downtime.endTime} is planned`,
        changes: { downtime: { to: downtime }, ...(downtimeDepth > 0 && { downtimes_now: { from: downtimeDepth } }) },
        make: () => operations.downtimes.create({ host: target.host, services: undefined }, downtime, signal),
      };
    },
  });
}

const downtimeShape = z.object({
  downtime_id: z.string(),
  site_id: z.string(),
  host_name: z.string(),
  service_name: z.string().optional(),
  author: z.string(),
  comment: z.string(),
  start_time: z.string(),
  end_time: z.string(),
  is_recurring: z.boolean(),
});

function listTool(operations: Operations): Tool {
  return tool({
    name: "list_downtimes",
    title: "List downtimes",
    description: "Downtimes that are planned or under way, of everything or of one host or service.",
    input: z.object({
      host_name: hostName.optional(),
      service_name: serviceName.optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    output: z.object({ downtimes: z.array(downtimeShape), total_count: z.int() }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ host_name: host, service_name: service, limit }, { signal }) =>
      told(async () => {
        const found = await operations.downtimes.list({ host, service }, signal);
        return { structured: { downtimes: found.slice(0, limit).map(shown), total_count: found.length } };
      }),
  });
}

function shown({ id, site, host, service, author, comment: words, startTime, endTime, isRecurring }: Downtime) {
  return {
    downtime_id: id,
    site_id: site,
    host_name: host,
    ...(service !== undefined && { service_name: service }),
    author,
    comment: words,
    start_time: startTime,
    end_time: endTime,
    is_recurring: isRecurring,
  };
}

const which = {
  downtime_id: z
    .string()
    .regex(/^\d+$/, "is a number, as list_downtimes names it")
    .describe("As list_downtimes names it."),
  site_id: z.string().min(1).describe("As list_downtimes names it."),
};

function modifyTool(operations: Operations): Tool {
  return operationTool({
    onDone: operations.onDone,
    name: "modify_downtime",
    title: "Change a downtime",
    description: "Gives a downtime another end, or another comment.",
    input: z.object({
      ...which,
      end_time: z.iso.datetime({ offset: true, local: true }).optional().describe("ISO 8601."),
      comment: comment.optional(),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ downtime_id: id, site_id: site, end_time: endTime, comment: words }, { signal }) => {
      const found = await operations.downtimes.get(id, site, signal);
      if (endTime !== undefined && momentOf(endTime) <= momentOf(found.startTime)) {
        throw new ToolFailure(`The downtime begins at ${found.startTime}: end it after that, or use remove_downtime`);
      }
      if (endTime === undefined && words === undefined) throw new ToolFailure("Give end_time or comment");
      return {
        summary: `Downtime ${id} of ${targetText(found)} is changed`,
        changes: {
          ...(endTime !== undefined && { end_time: { from: found.endTime, to: endTime } }),
          ...(words !== undefined && { comment: { from: found.comment, to: words } }),
        },
        make: () =>
          operations.downtimes.modify(found, { endTime: endTime && withOffset(endTime), comment: words }, signal),
      };
    },
  });
}

function withOffset(text: string): string {
  return new Date(momentOf(text)).toISOString();
}

function removeTool(operations: Operations): Tool {
  return operationTool({
    onDone: operations.onDone,
    name: "remove_downtime",
    title: "End a downtime",
    description: "Ends a downtime that is under way, or gives up one that is planned.",
    input: z.object({ ...which, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ downtime_id: id, site_id: site }, { signal }) => {
      const found = await operations.downtimes.get(id, site, signal);
      return {
        summary: `Downtime ${id} of ${targetText(found)} is removed`,
        changes: { downtime: { from: shown(found) } },
        make: () => operations.downtimes.remove(found, signal),
      };
    },
  });
}
