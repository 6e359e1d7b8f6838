import { z } from "zod";
import type { HostFilter, ServiceFilter } from "../monitoring.ts";
import { someOf } from "./some-of.ts";

const search = z.string().min(1).max(200).optional();
const site = z.string().min(1).optional().describe("One site alone.");
const group = z.string().min(1).optional();
const acknowledged = z.boolean().optional();
const inDowntime = z.boolean().optional();

/** Which hosts, as arguments. */
export const hostWish = {
  search: search.describe("Stands in the name, alias or address, in whatever case."),
  folder: z.string().min(1).optional().describe("Such as /servers/linux, with those below."),
  state_filter: someOf(["UP", "DOWN", "UNREACHABLE", "PENDING"]).optional(),
  group,
  acknowledged,
  in_downtime: inDowntime,
  site,
};

/** Which services, as arguments. */
export const serviceWish = {
  search: search.describe("Stands in the name of the service or its host, in whatever case."),
  state_filter: someOf(["OK", "WARNING", "CRITICAL", "UNKNOWN", "PENDING"]).optional(),
  group,
  acknowledged,
  in_downtime: inDowntime.describe("Whether the service or its host is in one."),
  site,
};

const hostWishShape = z.object(hostWish);
const serviceWishShape = z.object(serviceWish);

/** The filter that arguments mean. */
export function hostsWished(wish: z.output<typeof hostWishShape>): HostFilter {
  const { search: text, folder, state_filter: states, group: of, site: at } = wish;
  return {
    ...(text !== undefined && { search: text }),
    ...(folder !== undefined && { folder }),
    ...(states && { states }),
    ...(of !== undefined && { group: of }),
    ...(at !== undefined && { site: at }),
    ...flags(wish),
  };
}

/** The filter that arguments mean. */
export function servicesWished(wish: z.output<typeof serviceWishShape>): ServiceFilter {
  const { search: text, state_filter: states, group: of, site: at } = wish;
  return {
    ...(text !== undefined && { search: text }),
    ...(states && { states }),
    ...(of !== undefined && { group: of }),
    ...(at !== undefined && { site: at }),
    ...flags(wish),
  };
}

function flags(wish: { readonly acknowledged?: boolean | undefined; readonly in_downtime?: boolean | undefined }) {
  const { acknowledged: isAcknowledged, in_downtime: isInDowntime } = wish;
  return {
    ...(isAcknowledged !== undefined && { isAcknowledged }),
    ...(isInDowntime !== undefined && { isInDowntime }),
  };
}
