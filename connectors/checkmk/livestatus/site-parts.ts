import type { Table } from "../rows/cells.ts";
import { type Condition, all, always, is, isAlways } from "../rows/condition.ts";
import { inRange } from "../rows/filters.ts";
import { type Kind, compareNames, inOrder } from "../rows/kinds.ts";
import type { Counted, PartedSite } from "../rows/parts.ts";
import type { Site } from "./site.ts";

/** The rows of a site that fit, as they are read by Livestatus. Each throws what `Site.read` throws. */
export function partedSite<Row>(site: Site, kind: Kind<Row>, filter: Condition): PartedSite<Row> {
  const { table, columns } = kind;
  const read = async (condition: Condition, signal: AbortSignal): Promise<readonly Row[]> =>
    site.answer({ table, columns, filter: condition }, signal, (answer) => inOrder(kind, kind.make(site.name, answer)));
  return {
    name: site.name,
    atOnce: kind.atOnce,
    failureOf: (thrown) => site.failureOf(thrown),
    whole: async (signal) => read(filter, signal),
    countByHost: async (signal) => countByHost(site, kind, filter, signal),
    boundByHost: async (from, signal) => {
      const beginning = (column: string): Condition => (from === undefined ? always : is(column, ">=", from));
      const isEach = table === "services" && isAlways(filter) && (await site.columnsOf("hosts")).has(servicesOfHost);
      if (!isEach) return countByHost(site, kind, all([filter, beginning(kind.host)]), signal);
      // How many services a host has, its site knows without looking at any of them.
      const query = { table: "hosts", columns: ["name", servicesOfHost], filter: beginning("name") };
      return counted(await site.rows(query, signal));
    },
    within: async (range, signal) => read(all([filter, ...inRange(kind, range)]), signal),
  };
}

async function countByHost(
  site: Site,
  { table, host }: Pick<Kind<unknown>, "table" | "host">,
  filter: Condition,
  signal: AbortSignal,
): Promise<readonly Counted[]> {
  const statistics = table === "services" ? ["Stats: state >= 0"] : [];
  return counted(await site.rows({ table, columns: [host], filter, statistics }, signal));
}

const servicesOfHost = "num_services";

function counted(rows: Table["rows"]): readonly Counted[] {
  return rows
    .map(([name, count = 1]) => ({ host: String(name), rows: Number(count) }))
    .toSorted((a, b) => compareNames(a.host, b.host));
}
