import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";

export const reductions = ["min", "max", "average"] as const;

/** What is asked of a service's history. Moments are in ms since 1970. */
export interface MetricQuestion {
  readonly host: string;
  readonly service: string;
  /** One metric, such as `util`; or with `graph` a graph of several. */
  readonly metric?: string;
  readonly graph?: string;
  readonly from: number;
  readonly until: number;
  readonly reduce: (typeof reductions)[number];
  readonly site?: string | undefined;
}

/** What was measured. */
export interface MetricHistory {
  /** Of the first value, in ms since 1970. */
  readonly startsAt: number;
  /** From one value to the next, in s. */
  readonly stepS: number;
  readonly metrics: readonly { readonly title: string; readonly values: readonly (number | undefined)[] }[];
}

const moment = z.union([z.string(), z.number()]);

const graphShape = z.object({
  time_range: z.object({ start: moment, end: moment }),
  step: z.number(),
  metrics: z.array(z.object({ title: z.string(), data_points: z.array(z.number().nullable()) })),
});

/** What was measured of services. */
export class Metrics {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** @throws {CheckmkError} `invalid` — there is no such metric, graph, host or service. */
  async history(
    { host, service, metric, graph, from, until, reduce, site }: MetricQuestion,
    signal: AbortSignal,
  ): Promise<MetricHistory> {
    if ((metric === undefined) === (graph === undefined)) {
      throw new CheckmkError("invalid", "Ask for a metric or a graph, and not for both");
    }
    const body = {
      time_range: { start: wholeSeconds(from), end: wholeSeconds(until) },
      reduce,
      host_name: host,
      service_description: service,
      ...(site !== undefined && { site }),
      ...(metric === undefined
        ? { type: "predefined_graph", graph_id: graph }
        : { type: "single_metric", metric_id: metric }),
    };
    const path = ["domain-types", "metric", "actions", "get", "invoke"];
    const { value } = await this.#client.read({ method: "POST", path, body, isRead: true }, graphShape, signal);
    return {
      startsAt: momentOf(value.time_range.start),
      stepS: value.step,
      metrics: value.metrics.map(({ title, data_points: values }) => ({
        title,
        values: values.map((each) => each ?? undefined),
      })),
    };
  }
}

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Some versions answer with s since 1970, others with ISO 8601. */
function momentOf(given: string | number): number {
  return typeof given === "number" ? given * 1000 : Date.parse(given);
}
