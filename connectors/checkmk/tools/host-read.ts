import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { hostStates } from "../monitoring.ts";
import type { Hosts } from "../rest/hosts.ts";
import type { Status, TargetStatus } from "../rest/status.ts";
import { hostName } from "./host-arguments.ts";
import { orNothing, told } from "../told.ts";

const statusShape = z
  .object({
    state: z.enum([...hostStates, "PENDING"]),
    plugin_output: z.string(),
    acknowledged: z.boolean(),
    in_downtime: z.boolean(),
  })
  .nullable()
  .describe("null where it is not monitored, such as before its activation.");

/** One host, as it is configured and as it is monitored. */
export function hostReadTool({ hosts, status }: { readonly hosts: Hosts; readonly status: Status }): Tool {
  return tool({
    name: "get_host",
    title: "One host",
    description: "How a host is configured, with the etag that update_host takes, and how it is now.",
    input: z.object({
      name: hostName,
      include_status: z.boolean().default(true),
      effective_attributes: z.boolean().default(false).describe("Also the settings that it has from its folders."),
    }),
    output: z.object({
      name: z.string(),
      folder: z.string(),
      ip_address: z.string().optional(),
      attributes: z.record(z.string(), z.unknown()),
      effective_attributes: z.record(z.string(), z.unknown()).optional(),
      labels: z.record(z.string(), z.string()),
      is_cluster: z.boolean(),
      is_offline: z.boolean(),
      etag: z.string().optional(),
      status: statusShape.optional(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ name, include_status: isWithStatus, effective_attributes: isEffective }, { signal }) =>
      told(async () => {
        const [{ host, etag }, now] = await Promise.all([
          hosts.get(name, isEffective, signal),
          isWithStatus ? orNothing(async () => status.of({ host: name, service: undefined }, signal)) : undefined,
        ]);
        const { attributes, effectiveAttributes, folder, isCluster, isOffline } = host;
        const { ipaddress: address } = effectiveAttributes ?? attributes;
        return {
          structured: {
            name,
            folder,
            ...(typeof address === "string" && { ip_address: address }),
            attributes: { ...attributes },
            ...(effectiveAttributes && { effective_attributes: { ...effectiveAttributes } }),
            labels: z.record(z.string(), z.string()).catch({}).parse(attributes["labels"]),
            is_cluster: isCluster,
            is_offline: isOffline,
            ...(etag !== undefined && { etag }),
            ...(isWithStatus && { status: now === undefined ? null : shown(now) }),
          },
        };
      }),
  });
}

function shown({
  state,
  hasBeenChecked,
  output,
  isAcknowledged,
  downtimeDepth,
}: TargetStatus): z.output<typeof statusShape> {
  return {
    state: hasBeenChecked ? (hostStates[state] ?? "DOWN") : "PENDING",
    plugin_output: output,
    acknowledged: isAcknowledged,
    in_downtime: downtimeDepth > 0,
  };
}
