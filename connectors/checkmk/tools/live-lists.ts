import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { CommentRow, DowntimeRow, HostRow, Monitoring, ServiceDetails } from "../monitoring.ts";
import { anyUse, hostUse, listUses, stateUse } from "../uses.ts";
import { hostWish, hostsWished, servicesWished, serviceWish } from "./live-wishes.ts";
import {
  failuresShape,
  hostShape,
  serviceDetailsShape,
  serviceShape,
  shownDetails,
  shownFailures,
  shownHost,
  shownService,
} from "./live-shapes.ts";
import { isoTime } from "./problem-shape.ts";
import type { Hosts } from "../rest/hosts.ts";
import { orNothing, told } from "../told.ts";

/** Hosts and services as they are monitored at this moment, by `monitoring`; settings of hosts by `hosts`. */
export function liveListTools(monitoring: Monitoring, hosts: Hosts): readonly Tool[] {
  return [listHosts(monitoring, hosts), listHostServices(monitoring), listAllServices(monitoring)];
}

const readOnly = { readOnlyHint: true, openWorldHint: true } as const;

const span = {
  limit: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe("At most so many; stream_hosts and stream_services have no end."),
  offset: z.int().min(0).default(0).describe("So many are left out before."),
};

const counted = {
  total_count: z.int().describe("That fit, whether listed or not."),
  failures: failuresShape,
};

/** Names that an answer may say it is made from: beyond, it is made from all. */
const maxHostUses = 90;

/** Hosts whose settings are told at once: each is asked for by itself. */
const maxConfigured = 100;

function listHosts(monitoring: Monitoring, configured: Hosts): Tool {
  return tool({
    name: "list_hosts",
    title: "List hosts",
    description:
      "Hosts as they are monitored now: state, address, folder, labels, and how many of their services are in which state. Without include_status the names alone.",
    input: z.object({
      ...hostWish,
      ...span,
      include_status: z.boolean().default(true).describe("Whether to say more than name, folder and address."),
      effective_attributes: z
        .boolean()
        .default(false)
        .describe(`Also the settings of each, with those from its folders; with a limit of up to ${maxConfigured}.`),
    }),
    output: z.object({ hosts: z.array(listedShape), ...counted }),
    annotations: readOnly,
    run: async ({ limit, offset, include_status: isFull, effective_attributes: isConfigured, ...wish }, { signal }) => {
      if (isConfigured && limit > maxConfigured)
        throw new ToolFailure(`effective_attributes takes a limit of up to ${maxConfigured}, got ${limit}`);
      const { rows, total, failures } = await monitoring.hosts(hostsWished(wish), { limit, offset }, signal);
      const shown = isFull ? rows.map(shownHost) : rows.map(nameAndPlace);
      const hosts = isConfigured ? await withSettings(shown, configured, signal) : shown;
      const states = wish.state_filter?.map((state) => stateUse("hosts", state)) ?? [listUses.hosts];
      const ofServices = rows.length > maxHostUses ? [listUses.services] : rows.map(({ name }) => hostUse(name));
      return {
        structured: { hosts, total_count: total, failures: shownFailures(failures) },
        uses: [anyUse, ...states, ...(isFull ? ofServices : [])],
      };
    },
  });
}

const listedShape = hostShape
  .partial()
  .required({ name: true })
  .extend({
    effective_attributes: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe("null where it is monitored and not configured any more."),
  });

/** The same hosts with their settings and those that they have from their folders. */
async function withSettings<Host extends { readonly name: string }>(
  hosts: readonly Host[],
  configured: Hosts,
  signal: AbortSignal,
): Promise<(Host & { readonly effective_attributes: Record<string, unknown> | null })[]> {
  return told(async () =>
    Promise.all(
      hosts.map(async (host) => {
        const found = await orNothing(async () => configured.get(host.name, true, signal));
        const settings = found === undefined ? null : { ...found.host.effectiveAttributes };
        return { ...host, effective_attributes: settings };
      }),
    ),
  );
}

function nameAndPlace({ name, folder, address }: HostRow) {
  return { name, folder: folder ?? null, ip_address: address };
}

function listHostServices(monitoring: Monitoring): Tool {
  return tool({
    name: "list_host_services",
    title: "List the services of a host",
    description:
      "All services of one host with everything that is known of them: output, measured values, times, who acknowledged them and which downtime they are in.",
    input: z.object({
      host_name: z.string().min(1),
      state_filter: serviceWish.state_filter,
      include_downtimes: z.boolean().default(true).describe("Whether to list those in a downtime."),
      include_acknowledged: z.boolean().default(true).describe("Whether to list those that are acknowledged."),
    }),
    output: z.object({ host_name: z.string(), services: z.array(serviceDetailsShape), ...counted }),
    annotations: readOnly,
    run: async (args, { signal }) => {
      const { host_name: host, include_downtimes: withDowntimes, include_acknowledged: withAcknowledged } = args;
      const filter = {
        hosts: [host],
        ...(args.state_filter && { states: args.state_filter }),
        ...(!withDowntimes && { isInDowntime: false }),
        ...(!withAcknowledged && { isAcknowledged: false }),
      };
      const [services, comments, downtimes] = await Promise.all([
        monitoring.serviceDetails(filter, signal),
        monitoring.comments({ host, kinds: ["acknowledgement"] }, signal),
        monitoring.downtimes({ host }, signal),
      ]);
      if (services.total === 0 && services.failures.length === 0) await requireHost(monitoring, host, signal);
      return {
        structured: {
          host_name: host,
          services: services.rows.map((row) => withRemarks(row, comments.rows, downtimes.rows)),
          total_count: services.total,
          failures: shownFailures(services.failures),
        },
        uses: [anyUse, hostUse(host)],
      };
    },
  });
}

/** A host without services is not the same as none. @throws {ToolFailure} there is none. */
async function requireHost(monitoring: Monitoring, name: string, signal: AbortSignal): Promise<void> {
  const { total } = await monitoring.hosts({ names: [name] }, { limit: 1 }, signal);
  if (total > 0) return;
  throw new ToolFailure(
    `No host ${JSON.stringify(name)} is monitored. list_hosts with search finds names; a host that was just created is monitored once it is activated.`,
  );
}

function withRemarks(
  row: ServiceDetails,
  comments: readonly CommentRow[],
  downtimes: readonly DowntimeRow[],
): z.output<typeof serviceDetailsShape> {
  const isOf = (remark: CommentRow | DowntimeRow): boolean =>
    remark.site === row.site && remark.description === row.description;
  const acknowledgement = row.isAcknowledged ? comments.findLast(isOf) : undefined;
  const downtime = row.isInDowntime ? downtimes.find(isOf) : undefined;
  return {
    ...shownDetails(row),
    acknowledgement_author: acknowledgement?.author ?? null,
    acknowledgement_comment: acknowledgement?.comment ?? null,
    acknowledgement_time: isoTime(acknowledgement?.enteredAt),
    downtime_start: isoTime(downtime?.startsAt),
    downtime_end: isoTime(downtime?.endsAt),
    downtime_comment: downtime?.comment ?? null,
  };
}

function listAllServices(monitoring: Monitoring): Tool {
  return tool({
    name: "list_all_services",
    title: "List services",
    description: "Services of all hosts as they are now, such as all that are CRITICAL and not acknowledged.",
    input: z.object({ ...serviceWish, ...span }),
    output: z.object({ services: z.array(serviceShape), ...counted }),
    annotations: readOnly,
    run: async ({ limit, offset, ...wish }, { signal }) => {
      const { rows, total, failures } = await monitoring.services(servicesWished(wish), { limit, offset }, signal);
      return {
        structured: {
          services: rows.map(shownService),
          total_count: total,
          failures: shownFailures(failures),
        },
        uses: [anyUse, ...(wish.state_filter?.map((state) => stateUse("services", state)) ?? [listUses.services])],
      };
    },
  });
}
