import type { WatchedSite } from "../change-watch.ts";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { StatusTables } from "./status-tables.ts";

/**
 * All sites as changes of them are looked for by the REST API, which does not tell when a core was started. `now` in ms since 1970: the clock of
 * the sites is taken to be as this one, so that what one dates two minutes back or more is only seen when everything is compared.
 */
export function watchedSite(client: RestClient, now: () => number): WatchedSite {
  const tables = new StatusTables(client);
  return {
    name: client.site,
    failureOf: (thrown) => {
      if (thrown instanceof CheckmkError) return { site: client.site, reason: thrown.message };
      throw thrown;
    },
    startedAt: async () => 0,
    latestChange: async () => Math.floor(now() / 1000),
    read: async (query, signal) => tables.read(query, signal),
  };
}
