import { type Tool, ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Operations } from "../operations.ts";
import { type Target, targetText } from "../rest/target.ts";
import { dryRun } from "./change-tool.ts";
import { hostName } from "./host-arguments.ts";
import { operationTool } from "./operation-tool.ts";

export const serviceName = z.string().min(1).max(500).describe("The service's name on its host.");

const comment = z.string().min(1).max(4000).describe("Who looks at it and why, for those who see it next.");

const how = {
  comment,
  sticky: z.boolean().default(false).describe("Keep it until all is well, whatever states come between."),
  notify: z.boolean().default(true).describe("Tell the contacts."),
  persistent: z.boolean().default(false).describe("Keep the comment when the acknowledgement is over."),
  expire_on: z.iso.datetime({ offset: true }).optional().describe("When it ends by itself; Checkmk 2.4 and later."),
  ...dryRun,
};

type How = z.output<z.ZodObject<typeof how>>;

/** Taking problems on, and giving them up. */
export function acknowledgementTools(operations: Operations): readonly Tool[] {
  return [
    operationTool({
      onDone: operations.onDone,
      name: "acknowledge_service_problem",
      title: "Take on a service's problem",
      description: "Says that somebody looks at the problem of a service: it is then no open problem any more.",
      input: z.object({ host_name: hostName, service_name: serviceName, ...how }),
      plan: (args, { signal }) =>
        acknowledge(operations, { host: args.host_name, service: args.service_name }, args, signal),
    }),
    operationTool({
      onDone: operations.onDone,
      name: "acknowledge_host_problem",
      title: "Take on a host's problem",
      description: "Says that somebody looks at a host that is not up.",
      input: z.object({ host_name: hostName, ...how }),
      plan: (args, { signal }) => acknowledge(operations, { host: args.host_name, service: undefined }, args, signal),
    }),
    removeTool(operations),
  ];
}

async function acknowledge(operations: Operations, target: Target, args: How, signal: AbortSignal) {
  const { sticky, notify, persistent, expire_on: expireOn, comment: words } = args;
  const { state, isAcknowledged } = await operations.status.of(target, signal);
  if (state === 0) {
    throw new ToolFailure(`The ${targetText(target)} has no problem: there is nothing to acknowledge`);
  }
  return {
    summary: `The problem of ${targetText(target)} is acknowledged`,
    changes: { acknowledged: { from: isAcknowledged, to: true }, comment: { to: words } },
    make: async () => {
      await operations.acknowledgements.create(
        target,
        { comment: words, sticky, notify, persistent, expireOn },
        signal,
      );
    },
  };
}

function removeTool(operations: Operations): Tool {
  return operationTool({
    onDone: operations.onDone,
    name: "remove_acknowledgement",
    title: "Give up a problem",
    description: "Takes an acknowledgement back: the problem is open again. Checkmk 2.4 and later.",
    input: z.object({
      host_name: hostName,
      service_name: serviceName.optional().describe("Left out: the problem of the host itself."),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ host_name: host, service_name: service }, { signal }) => {
      const target = { host, service };
      const { isAcknowledged } = await operations.status.of(target, signal);
      if (!isAcknowledged) throw new ToolFailure(`Nobody has acknowledged the problem of ${targetText(target)}`);
      return {
        summary: `The acknowledgement of ${targetText(target)} is removed`,
        changes: { acknowledged: { from: true, to: false } },
        make: () => operations.acknowledgements.remove(target, signal),
      };
    },
  });
}
