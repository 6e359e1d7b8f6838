import { z } from "zod";
import type { HostHealth } from "../analysis/host-health.ts";
import { hostStatusShape, isoTime, problemLine, problemShape, shownHostStatus, shownProblem } from "./problem-shape.ts";

/** What `analyze_host_health` answers. */
export const hostHealthShape = hostStatusShape.extend({
  health_grade: z.string().optional(),
  address: z.string(),
  plugin_output: z.string(),
  acknowledged: z.boolean(),
  in_downtime: z.boolean(),
  problems: z.array(problemShape),
  recommendations: z.array(z.string()),
  peers: z
    .object({
      basis: z.string().describe("What they have in common."),
      count: z.int(),
      mean_health_percentage: z.number(),
      difference: z.number().describe("This host's health less the mean."),
      rank: z.int().describe("1 for the healthiest."),
      worse: z.array(z.object({ name: z.string(), health_percentage: z.number() })),
    })
    .nullable(),
  trend: z
    .object({
      since: z.string().nullable(),
      until: z.string().nullable(),
      problems_earlier: z.int().describe("Hard alerts in the earlier half of the time."),
      problems_later: z.int(),
      direction: z.enum(["worse", "better", "steady"]),
      recurring: z.array(z.object({ service_name: z.string().nullable(), times: z.int() })),
    })
    .nullable()
    .describe("null where it was not asked for, or the site has no log."),
  not_known: z.array(z.string()).describe("What could not be found out, and why."),
});

/** What `analyze_host_health` answers. */
export type HostHealthAnswer = z.output<typeof hostHealthShape>;

export function shownHostHealth({ status, peers, trend, unknown, ...health }: HostHealth): HostHealthAnswer {
  return {
    ...shownHostStatus(status),
    address: health.address,
    plugin_output: health.output,
    acknowledged: health.isAcknowledged,
    in_downtime: health.isInDowntime,
    problems: health.problems.map(shownProblem),
    recommendations: [...health.recommendations],
    peers:
      peers === undefined
        ? null
        : {
            basis: peers.basis,
            count: peers.count,
            mean_health_percentage: peers.meanHealthPercent,
            difference: peers.difference,
            rank: peers.rank,
            worse: peers.worse.map(({ name, healthPercent }) => ({ name, health_percentage: healthPercent })),
          },
    trend:
      trend === undefined
        ? null
        : {
            since: isoTime(trend.since),
            until: isoTime(trend.until),
            problems_earlier: trend.earlier,
            problems_later: trend.later,
            direction: trend.direction,
            recurring: trend.recurring.map(({ service = null, times }) => ({ service_name: service, times })),
          },
    not_known: [...unknown],
  };
}

/** The same for models that read only texts. */
export function hostHealthText(
  { status, problems, recommendations, peers, trend, unknown }: HostHealth,
  shown: { readonly include_grade: boolean; readonly include_recommendations: boolean },
): string {
  const { services } = status;
  return [
    `${status.name} is ${status.state}${shown.include_grade ? `, health ${status.healthPercent} % (${status.grade})` : ""}: ${services.ok} of ${services.total} services OK.`,
    ...problems.map(problemLine),
    ...(peers === undefined
      ? []
      : [
          `Rank ${peers.rank} of ${peers.count + 1} of the same ${peers.basis}, whose mean health is ${peers.meanHealthPercent} %.`,
        ]),
    ...(trend === undefined
      ? []
      : [
          `${trend.earlier} problems began in the earlier half of the time, ${trend.later} in the later: ${trend.direction}.`,
        ]),
    ...(shown.include_recommendations ? recommendations : []),
    ...unknown,
  ].join("\n");
}
