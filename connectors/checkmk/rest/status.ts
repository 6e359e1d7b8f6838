import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { collectionOf } from "./objects.ts";
import { type Target, targetText } from "./target.ts";

/** How something that is monitored stands, as far as changes of it need to know. */
export interface TargetStatus {
  /** 0 is well. */
  readonly state: number;
  readonly hasBeenChecked: boolean;
  readonly isAcknowledged: boolean;
  readonly downtimeDepth: number;
  readonly output: string;
  /** Measured values as the check said them. */
  readonly perfData: string;
}

const statusShape = collectionOf(
  z.object({
    state: z.number(),
    has_been_checked: z.union([z.number(), z.boolean()]),
    acknowledged: z.union([z.number(), z.boolean()]),
    scheduled_downtime_depth: z.number(),
    plugin_output: z.string().default(""),
    perf_data: z.string().default(""),
  }),
);

const columns = ["state", "has_been_checked", "acknowledged", "scheduled_downtime_depth", "plugin_output", "perf_data"];

/** What is monitored now, one host or service at a time. */
export class Status {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** @throws {CheckmkError} `not_found` — nothing of that name is monitored. */
  async of(target: Target, signal: AbortSignal): Promise<TargetStatus> {
    const { host, service } = target;
    const body =
      service === undefined
        ? { columns, query: { op: "=", left: "name", right: host } }
        : { columns, host_name: host, query: { op: "=", left: "description", right: service } };
    const path = ["domain-types", service === undefined ? "host" : "service", "collections", "all"];
    const { value } = await this.#client.read({ method: "POST", path, body, isRead: true }, statusShape, signal);
    const [found] = value.value;
    if (found === undefined) {
      const message = `No ${targetText(target)} is monitored; list_hosts and list_host_services name what is`;
      throw new CheckmkError("not_found", message);
    }
    const { state, acknowledged, plugin_output: output, perf_data: perfData, ...own } = found.extensions;
    return {
      state,
      hasBeenChecked: Boolean(own.has_been_checked),
      isAcknowledged: Boolean(acknowledged),
      downtimeDepth: own.scheduled_downtime_depth,
      output,
      perfData,
    };
  }
}
