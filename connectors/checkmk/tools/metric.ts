import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type MetricHistory, type Metrics, reductions } from "../rest/metrics.ts";
import type { Status } from "../rest/status.ts";
import { hostName } from "./host-arguments.ts";
import { told } from "../told.ts";

/** What the tools for what was measured work with. */
export interface MetricSources {
  readonly metrics: Metrics;
  readonly status: Status;
  /** The time of day, in ms since 1970. */
  readonly now: () => number;
}

/** What was measured of services. */
export function metricTools(sources: MetricSources): readonly Tool[] {
  return [serviceTool(sources), historyTool(sources)];
}

const reduce = z
  .enum(reductions)
  .default("average")
  .describe("What one value stands for, of those that it is made from.");
const service = z.string().min(1).max(500).describe("The service's name on its host.");
const site = z.string().min(1).optional();

const metricShape = z.object({
  metric_id: z.string(),
  title: z.string(),
  data_points: z.array(z.object({ timestamp: z.string(), value: z.number() })),
  summary: z.object({
    count: z.int(),
    min: z.number().optional(),
    max: z.number().optional(),
    average: z.number().optional(),
    last: z.number().optional(),
  }),
});

const outputShape = z.object({
  host_name: z.string(),
  service_description: z.string(),
  from: z.string(),
  until: z.string(),
  metrics: z.array(metricShape),
});

const hourMs = 3_600_000;
/** Metrics of one service that are asked for. */
const maxMetrics = 20;

function serviceTool({ metrics, status, now }: MetricSources): Tool {
  return tool({
    name: "get_service_metrics",
    title: "What a service measures",
    description: "The history of all metrics of a service, by the names that its last check gave them.",
    input: z.object({
      host_name: hostName,
      service_description: service,
      time_range_hours: z
        .number()
        .positive()
        .max(24 * 400)
        .default(24),
      reduce,
      site,
    }),
    output: outputShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (args, { signal }) =>
      told(async () => {
        const { host_name: host, service_description: description, time_range_hours: hours, reduce: how } = args;
        const { perfData } = await status.of({ host, service: description }, signal);
        const names = metricNames(perfData).slice(0, maxMetrics);
        const [from, until] = [now() - hours * hourMs, now()];
        const question = { host, service: description, from, until, reduce: how, site: args.site };
        const found = await Promise.all(
          names.map(async (metric) => shown(metric, await metrics.history({ ...question, metric }, signal))),
        );
        return { structured: { ...head(host, description, from, until), metrics: found.flat() } };
      }),
  });
}

function historyTool({ metrics, now }: MetricSources): Tool {
  return tool({
    name: "get_metric_history",
    title: "History of a metric",
    description: "What one metric of a service was over time.",
    input: z.object({
      host_name: hostName,
      service_description: service,
      metric_id: z
        .string()
        .regex(/^\w[\w.-]*$/, "is a metric's name, such as util")
        .describe("Such as util; get_service_metrics names them."),
      time_range_hours: z
        .number()
        .positive()
        .max(24 * 400)
        .default(168),
      reduce,
      site,
      data_source: z.enum(["rest_api"]).default("rest_api"),
    }),
    output: outputShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (args, { signal }) =>
      told(async () => {
        const { host_name: host, service_description: description, metric_id: metric, time_range_hours: hours } = args;
        const [from, until] = [now() - hours * hourMs, now()];
        const question = { host, service: description, metric, from, until, reduce: args.reduce, site: args.site };
        const history = await metrics.history(question, signal);
        return { structured: { ...head(host, description, from, until), metrics: shown(metric, history) } };
      }),
  });
}

function head(host: string, description: string, from: number, until: number) {
  const [start, end] = [new Date(from).toISOString(), new Date(until).toISOString()];
  return { host_name: host, service_description: description, from: start, until: end };
}

/** The metrics' names of performance data: `name=value;warn;crit;min;max`, with spaces between, and quotes around names that have some. */
function metricNames(perfData: string): readonly string[] {
  return [...perfData.matchAll(/(?:^|\s)(?:'([^']+)'|([^\s=']+))=/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

function shown(id: string, { startsAt, stepS, metrics }: MetricHistory): z.output<typeof metricShape>[] {
  return metrics.map(({ title, values }) => {
    const points = values.flatMap((value, at) => {
      return value === undefined ? [] : [{ timestamp: new Date(startsAt + at * stepS * 1000).toISOString(), value }];
    });
    return { metric_id: id, title, data_points: points, summary: summaryOf(points.map(({ value }) => value)) };
  });
}

function summaryOf(values: readonly number[]): z.output<typeof metricShape>["summary"] {
  const [first] = values;
  if (first === undefined) return { count: 0 };
  let [min, max, sum] = [first, first, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { count: values.length, min, max, average: sum / values.length, last: values.at(-1) };
}
