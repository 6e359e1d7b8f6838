import { z } from "zod";
import type { RestClient } from "./client.ts";

/** How a business aggregation stands. */
export interface Aggregation {
  readonly id: string;
  /** 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN, less than 0: pending. */
  readonly state: number;
  readonly output: string;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
  /** Of hosts and services that it is made from. */
  readonly hosts: readonly string[];
}

/** How those stand that were asked for. */
export interface Aggregations {
  readonly aggregations: readonly Aggregation[];
  /** Sites that did not answer. */
  readonly missingSites: readonly string[];
}

const stateShape = z.object({
  aggregations: z.record(
    z.string(),
    z.object({
      state: z.number(),
      output: z.string().default(""),
      acknowledged: z.boolean().default(false),
      in_downtime: z.union([z.boolean(), z.number()]).default(false),
      hosts: z.array(z.string()).default([]),
    }),
  ),
  missing_sites: z.array(z.string()).default([]),
});

/** Business Intelligence: what hosts and services together mean for a business. */
export class Business {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** Those of these groups; without any, all. */
  async states(groups: readonly string[], signal: AbortSignal): Promise<Aggregations> {
    const path = ["domain-types", "bi_aggregation", "actions", "aggregation_state", "invoke"];
    const body = groups.length === 0 ? {} : { filter_groups: groups };
    const { value } = await this.#client.read({ method: "POST", path, body, isRead: true }, stateShape, signal);
    const aggregations = Object.entries(value.aggregations).map(
      ([id, { state, output, acknowledged, in_downtime: inDowntime, hosts }]) => {
        return { id, state, output, isAcknowledged: acknowledged, isInDowntime: Boolean(inDowntime), hosts };
      },
    );
    return { aggregations, missingSites: value.missing_sites };
  }
}
