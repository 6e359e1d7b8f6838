import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { Aggregation, Business } from "../rest/business.ts";
import { told } from "../told.ts";

/** How businesses stand by the aggregations of Business Intelligence. */
export function businessTools(business: Business): readonly Tool[] {
  return [summaryTool(business), criticalTool(business)];
}

const aggregationShape = z.object({
  id: z.string(),
  output: z.string(),
  acknowledged: z.boolean(),
  in_downtime: z.boolean(),
});

function shown({ id, output, isAcknowledged, isInDowntime }: Aggregation): z.output<typeof aggregationShape> {
  return { id, output, acknowledged: isAcknowledged, in_downtime: isInDowntime };
}

function summaryTool(business: Business): Tool {
  return tool({
    name: "get_business_status_summary",
    title: "How businesses stand",
    description: "How many business aggregations are in which state, and which have problems.",
    input: z.object({ filter_groups: z.array(z.string().min(1)).max(100).default([]).describe("Default: all.") }),
    output: z.object({
      total_aggregations: z.int(),
      states: z.object({ ok: z.int(), warn: z.int(), crit: z.int(), unknown: z.int(), pending: z.int() }),
      acknowledged_count: z.int(),
      in_downtime_count: z.int(),
      critical_aggregations: z.array(aggregationShape),
      warning_aggregations: z.array(aggregationShape),
      missing_sites: z.array(z.string()),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ filter_groups: groups }, { signal }) =>
      told(async () => {
        const { aggregations, missingSites } = await business.states(groups, signal);
        const inState = (state: number): readonly Aggregation[] => aggregations.filter((each) => each.state === state);
        const [ok, warn, crit, unknown] = [0, 1, 2, 3].map((state) => inState(state).length);
        const states = { ok: ok ?? 0, warn: warn ?? 0, crit: crit ?? 0, unknown: unknown ?? 0 };
        return {
          structured: {
            total_aggregations: aggregations.length,
            states: { ...states, pending: aggregations.filter(({ state }) => state < 0).length },
            acknowledged_count: aggregations.filter(({ isAcknowledged }) => isAcknowledged).length,
            in_downtime_count: aggregations.filter(({ isInDowntime }) => isInDowntime).length,
            critical_aggregations: inState(2).map(shown),
            warning_aggregations: inState(1).map(shown),
            missing_sites: [...missingSites],
          },
        };
      }),
  });
}

function criticalTool(business: Business): Tool {
  return tool({
    name: "get_critical_business_services",
    title: "Critical businesses",
    description: "Business aggregations that are critical, with the hosts that they are made from.",
    input: z.object({}),
    output: z.object({
      critical_services: z.array(aggregationShape.extend({ hosts: z.array(z.string()) })),
      total_aggregations: z.int(),
      missing_sites: z.array(z.string()),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (_, { signal }) =>
      told(async () => {
        const { aggregations, missingSites } = await business.states([], signal);
        const critical = aggregations.filter(({ state }) => state === 2);
        return {
          structured: {
            critical_services: critical.map((each) => Object.assign(shown(each), { hosts: [...each.hosts] })),
            total_aggregations: aggregations.length,
            missing_sites: [...missingSites],
          },
        };
      }),
  });
}
