import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { collectionOf, objectOf } from "./objects.ts";
import type { Target } from "./target.ts";

/** How a downtime comes again. All but `fixed` need a commercial edition. */
export const recurrences = [
  "fixed",
  "hour",
  "day",
  "week",
  "second_week",
  "fourth_week",
  "weekday_start",
  "weekday_end",
  "day_of_month",
] as const;

export type Recurrence = (typeof recurrences)[number];

/** A downtime that is to be. Moments are ISO 8601. */
export interface NewDowntime {
  readonly startTime: string;
  readonly endTime: string;
  readonly recur: Recurrence;
  /** Where not 0 it begins with the first problem between start and end, and lasts so many minutes. */
  readonly durationMinutes: number;
  readonly comment: string;
}

/** A downtime that there is. Moments are ISO 8601. */
export interface Downtime extends Target {
  readonly id: string;
  readonly site: string;
  readonly author: string;
  readonly comment: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly isRecurring: boolean;
  /** Of one that begins with the first problem in its time: how long it lasts then. Undefined of others, and where the version does not say. */
  readonly flexibleMinutes: number | undefined;
}

/** Which downtimes: everything that is given must fit. */
export interface DowntimeFilter {
  readonly host?: string | undefined;
  readonly service?: string | undefined;
}

const extensions = z.object({
  site_id: z.string(),
  host_name: z.string(),
  author: z.string(),
  start_time: z.string(),
  end_time: z.string(),
  recurring: z.union([z.boolean(), z.string()]),
  comment: z.string(),
  service_description: z.string().nullish(),
  mode: z.object({ duration_minutes: z.number().nullish() }).nullish(),
});

const downtimeShape = objectOf(extensions);
const downtimesShape = collectionOf(extensions);

function downtimeOf({ id, extensions: own }: z.output<typeof downtimeShape>): Downtime {
  const service = own.service_description ?? "";
  return {
    id,
    site: own.site_id,
    host: own.host_name,
    service: service === "" ? undefined : service,
    author: own.author,
    comment: own.comment,
    startTime: own.start_time,
    endTime: own.end_time,
    // Written "yes" and "no" by some versions.
    isRecurring: own.recurring === true || own.recurring === "yes",
    flexibleMinutes: own.mode?.duration_minutes ?? undefined,
  };
}

/** Times in which problems are expected. They are made by commands: what these do shows about a second later. */
export class Downtimes {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  async list({ host, service }: DowntimeFilter, signal: AbortSignal): Promise<readonly Downtime[]> {
    const query = { host_name: host, service_description: service };
    const path = ["domain-types", "downtime", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path, query }, downtimesShape, signal);
    return value.value.map(downtimeOf);
  }

  /** @throws {CheckmkError} `not_found`. */
  async get(id: string, site: string, signal: AbortSignal): Promise<Downtime> {
    const path = ["objects", "downtime", id];
    const { value } = await this.#client.read({ method: "GET", path, query: { site_id: site } }, downtimeShape, signal);
    return downtimeOf(value);
  }

  /** Plans a downtime of a host, or of these services of it. @throws {CheckmkError} `invalid`; `refused`. */
  async create(
    { host, services }: { readonly host: string; readonly services: readonly string[] | undefined },
    { startTime, endTime, recur, durationMinutes, comment }: NewDowntime,
    signal: AbortSignal,
  ): Promise<void> {
    const what =
      services === undefined
        ? { downtime_type: "host", host_name: host }
        : { downtime_type: "service", host_name: host, service_descriptions: services };
    const body = {
      ...what,
      start_time: startTime,
      end_time: endTime,
      recur,
      ...(durationMinutes > 0 && { duration: durationMinutes }),
      comment,
    };
    const path = ["domain-types", "downtime", "collections", services === undefined ? "host" : "service"];
    await this.#client.call({ method: "POST", path, body }, signal);
  }

  /** Gives it another end or comment. */
  async modify(
    { id, site }: Pick<Downtime, "id" | "site">,
    { endTime, comment }: { readonly endTime?: string | undefined; readonly comment?: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    if (endTime === undefined && comment === undefined) throw new CheckmkError("invalid", "Nothing is to be changed");
    const body = {
      modify_type: "by_id",
      downtime_id: id,
      site_id: site,
      ...(endTime !== undefined && { end_time: { modify_type: "absolute", value: endTime } }),
      ...(comment !== undefined && { comment }),
    };
    const path = ["domain-types", "downtime", "actions", "modify", "invoke"];
    await this.#client.call({ method: "PUT", path, body }, signal);
  }

  async remove({ id, site }: Pick<Downtime, "id" | "site">, signal: AbortSignal): Promise<void> {
    const body = { delete_type: "by_id", downtime_id: id, site_id: site };
    const path = ["domain-types", "downtime", "actions", "delete", "invoke"];
    await this.#client.call({ method: "POST", path, body }, signal);
  }
}
