import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { type ConsoleEvent, type EventConsole, type EventFilter, eventStates } from "../rest/event-console.ts";
import { dryRun } from "./change-tool.ts";
import { hostName } from "./host-arguments.ts";
import { operationTool } from "./operation-tool.ts";
import { someOf } from "./some-of.ts";
import { told } from "../told.ts";

/** The event console: what syslog, SNMP traps and log files told of. */
export function eventTools(console: EventConsole): readonly Tool[] {
  return [
    serviceEvents(console),
    hostEvents(console),
    criticalEvents(console),
    acknowledgeTool(console),
    searchTool(console),
  ];
}

const limit = z.int().min(1).max(1000);
const stateFilter = someOf(eventStates).optional();

const listShape = z.object({
  events: z.array(
    z.object({
      event_id: z.int(),
      site_id: z.string(),
      host_name: z.string(),
      application: z.string(),
      text: z.string(),
      state: z.enum(eventStates),
      phase: z.enum(["open", "ack"]),
      count: z.int(),
      first: z.string(),
      last: z.string(),
      comment: z.string(),
      contact: z.string(),
    }),
  ),
  total_count: z.int(),
});

const reading = { readOnlyHint: true, openWorldHint: true } as const;

function shown({ id, site, host, ...event }: ConsoleEvent): z.output<typeof listShape>["events"][number] {
  const { application, text, state, phase, count, first, last, comment, contact } = event;
  const who = { event_id: id, site_id: site, host_name: host };
  return { ...who, application, text, state, phase, count, first, last, comment, contact };
}

async function listed(console: EventConsole, filter: EventFilter, most: number, signal: AbortSignal) {
  return told(async () => {
    const found = await console.list(filter, signal);
    return { structured: { events: found.slice(0, most).map(shown), total_count: found.length } };
  });
}

function hostEvents(console: EventConsole): Tool {
  return tool({
    name: "list_host_events",
    title: "Events of a host",
    description: "Events of the event console about a host, the newest first.",
    input: z.object({ host_name: hostName, limit: limit.default(100), state_filter: stateFilter }),
    output: listShape,
    annotations: reading,
    run: ({ host_name: host, limit: most, state_filter: states }, { signal }) =>
      listed(console, { host, states }, most, signal),
  });
}

function serviceEvents(console: EventConsole): Tool {
  return tool({
    name: "list_service_events",
    title: "Events of a service",
    description:
      "Events of the event console about a host whose application has the service's name. Events belong to applications, so that there may be others about the service.",
    input: z.object({
      host_name: hostName,
      service_name: z.string().min(1).max(500).describe("The application that sent the events."),
      limit: limit.default(100),
      state_filter: stateFilter,
    }),
    output: listShape,
    annotations: reading,
    run: ({ host_name: host, service_name: application, limit: most, state_filter: states }, { signal }) =>
      listed(console, { host, application, states }, most, signal),
  });
}

function criticalEvents(console: EventConsole): Tool {
  return tool({
    name: "get_recent_critical_events",
    title: "Recent critical events",
    description: "Critical events of the event console that nobody has taken on, the newest first.",
    input: z.object({ limit: limit.default(20) }),
    output: listShape,
    annotations: reading,
    run: ({ limit: most }, { signal }) => listed(console, { states: ["critical"], phase: "open" }, most, signal),
  });
}

function searchTool(console: EventConsole): Tool {
  return tool({
    name: "search_events",
    title: "Search events",
    description: "Events of the event console whose text holds these words.",
    input: z.object({
      search_term: z.string().min(1).max(500),
      limit: limit.default(50),
      state_filter: stateFilter,
      host_filter: hostName.optional(),
    }),
    output: listShape,
    annotations: reading,
    run: ({ search_term: text, limit: most, state_filter: states, host_filter: host }, { signal }) =>
      listed(console, { text, states, host }, most, signal),
  });
}

function acknowledgeTool(console: EventConsole): Tool {
  return operationTool({
    name: "acknowledge_event",
    title: "Take on an event",
    description: "Says that somebody looks at an event of the event console.",
    input: z.object({
      event_id: z.coerce.number().int().min(1).describe("As the lists of events name it."),
      site_id: z
        .string()
        .min(1)
        .optional()
        .describe("As the lists of events name it; several sites can have the number."),
      comment: z.string().min(1).max(4000),
      contact: z.string().min(1).max(200).optional().describe("Who looks at it."),
      ...dryRun,
    }),
    plan: async ({ event_id: id, site_id: site, comment, contact }, { signal }) => {
      const [event, ...others] = await console.find(id, site, signal);
      if (event === undefined) {
        const at = site === undefined ? "" : ` at the site ${JSON.stringify(site)}`;
        throw new ToolFailure(`There is no event ${id}${at}; search_events finds those that there are`);
      }
      if (others.length > 0) {
        const sites = [event, ...others].map((each) => each.site).join(", ");
        throw new ToolFailure(`Several sites have an event ${id}: ${sites}. Say which with site_id`);
      }
      return {
        summary: `Event ${id} of ${event.host} is acknowledged`,
        changes: { phase: { from: event.phase, to: "ack" }, comment: { from: event.comment, to: comment } },
        make: () => console.acknowledge(event, { phase: "ack", comment, contact }, signal),
      };
    },
  });
}
