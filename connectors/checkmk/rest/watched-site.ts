import { CheckmkError } from "../checkmk-error.ts";
import type { WatchedSite } from "../change-watch.ts";
import type { Cells } from "../rows/cells.ts";
import { type Condition, all, is } from "../rows/condition.ts";
import { compareNames } from "../rows/kinds.ts";
import { rangesOf } from "../rows/parts.ts";
import type { RestClient } from "./client.ts";
import { indexHosts, servicesIn } from "./host-index.ts";
import { countAtOnce } from "./site-parts.ts";
import { StatusTables } from "./status-tables.ts";

/** After so many looks the parts that services are looked at in are made anew: hosts come and go, and some parts grow. */
const looksUntilParted = 100;

/**
 * All sites as changes of them are looked for by the REST API, which does not tell when a core was started. `now` in ms since 1970: the clock of
 * the sites is taken to be as this one, so that what one dates two minutes back or more is only seen when everything is compared.
 *
 * Services are looked at in parts, so that a downtime of everything is no one answer with everything in it.
 */
export function watchedSite(client: RestClient, now: () => number): WatchedSite {
  const tables = new StatusTables(client);
  let parts: readonly Condition[] = [];
  let looks = 0;
  return {
    name: client.site,
    failureOf: (thrown) => {
      if (thrown instanceof CheckmkError) return { site: client.site, reason: thrown.message };
      throw thrown;
    },
    startedAt: async () => 0,
    latestChange: async () => Math.floor(now() / 1000),
    read: async ({ table, columns, filter }, signal) => {
      if (table === "hosts") return tables.read({ table, columns, filter }, signal);
      if (looks % looksUntilParted === 0) parts = await partsOf(tables, signal);
      looks += 1;
      const rows: Cells[] = [];
      for (const part of parts) {
        const found = await tables.read({ table, columns, filter: all([filter, part]) }, signal);
        for (const row of found) rows.push(row);
      }
      return rows;
    },
  };
}

/** Conditions on the names of hosts, of which one holds of each service, whichever hosts there will be: some thousand services by now each. */
async function partsOf(tables: StatusTables, signal: AbortSignal): Promise<readonly Condition[]> {
  const hosts = servicesIn(await indexHosts(tables, {}, signal)).toSorted((a, b) => compareNames(a.host, b.host));
  const lasts = [...rangesOf(hosts, countAtOnce)].map(({ last }) => last).slice(0, -1);
  return [...lasts, undefined].map((last, at) => {
    const before = lasts[at - 1];
    return all([
      ...(before === undefined ? [] : [is("host_name", ">", before)]),
      ...(last === undefined ? [] : [is("host_name", "<=", last)]),
    ]);
  });
}
