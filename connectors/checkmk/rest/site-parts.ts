import type { HostFilter, HostRow, ServiceFilter } from "../monitoring.ts";
import { mapRows } from "../rows/cells.ts";
import { type Condition, all } from "../rows/condition.ts";
import { inRange, ofHosts, ofServices } from "../rows/filters.ts";
import { type Kind, compareNames, hostKind, inOrder, serviceKind } from "../rows/kinds.ts";
import { type Counted, type PartedSite, rangesOf, readAtOnce } from "../rows/parts.ts";
import { told } from "../told.ts";
import { type IndexedHost, hostsFor, indexHosts, isCounted, servicesIn, siteOf } from "./host-index.ts";
import type { StatusTables } from "./status-tables.ts";

/** Services that are looked at at once where little is read of each. */
export const countAtOnce = 10_000;

/** The rows of each site that fit, which say by a label where they are from. @throws {CheckmkError} */
export async function readRows<Row>(
  tables: StatusTables,
  kind: Pick<Kind<Row>, "table" | "make" | "compare"> & { readonly columns: readonly string[] },
  { filter, site }: { readonly filter: Condition; readonly site: string | undefined },
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const label = kind.table === "hosts" ? "labels" : "host_labels";
  const columns = [...new Set([...kind.columns, label])];
  const rows = await tables.read({ table: kind.table, columns, filter, site }, signal);
  const sites = mapRows(columns, rows, (read) => {
    const labelsOf = read.dictionary(label);
    return (row) => siteOf(labelsOf(row), site ?? tables.site);
  });
  const bySite = Map.groupBy(rows.keys(), (at) => sites[at] ?? tables.site);
  return [...bySite]
    .toSorted(([one], [other]) => compareNames(one, other))
    .flatMap(([name, places]) =>
      inOrder(kind, kind.make(name, { columns, rows: places.flatMap((at) => [rows[at] ?? []]) })),
    );
}

/** The hosts of each site that fit, to be read in parts. @throws {ToolFailure} the site refuses, or does not answer. */
export async function hostParts(
  tables: StatusTables,
  filter: HostFilter,
  signal: AbortSignal,
): Promise<readonly PartedSite<HostRow>[]> {
  const condition = ofHosts(filter);
  const hosts = await told(async () => indexHosts(tables, { filter: condition, site: filter.site }, signal));
  return sitesIn(hosts, filter.site, (of) => {
    const counted = of.map(({ name }) => ({ host: name, rows: 1 }));
    return { counted, countByHost: async () => counted };
  }).map((site) => parted(tables, hostKind, condition, site));
}

/**
 * The services of each site that fit, to be read in parts as `kind` makes them: those that the counts of their hosts bound. What those do not tell is counted by
 * asking for it, some thousand services at once.
 *
 * @throws {ToolFailure} the site refuses, or does not answer.
 */
export async function serviceParts<Row>(
  tables: StatusTables,
  kind: Kind<Row>,
  filter: ServiceFilter,
  signal: AbortSignal,
): Promise<readonly PartedSite<Row>[]> {
  const condition = ofServices(filter);
  const hosts = await told(async () => indexHosts(tables, { filter: hostsFor(filter), site: filter.site }, signal));
  return sitesIn(hosts, filter.site, (of, asked) => {
    const counted = servicesIn(of, filter.states);
    const count = async (inner: AbortSignal): Promise<readonly Counted[]> =>
      countServices(tables, counted, { condition, asked }, inner);
    return { counted, countByHost: isCounted(filter) ? async () => counted : count };
  }).map((site) => parted(tables, kind, condition, site));
}

/** What is known of the rows of a site before they are read. */
interface Known {
  /** At the most, in order. */
  readonly counted: readonly Counted[];
  readonly countByHost: (signal: AbortSignal) => Promise<readonly Counted[]>;
}

interface Site {
  readonly site: string;
  readonly known: Known;
  /** Undefined where it is the only one there is: then the API needs not be told which. */
  readonly asked: string | undefined;
}

function sitesIn(
  hosts: readonly IndexedHost[],
  wished: string | undefined,
  known: (of: readonly IndexedHost[], asked: string | undefined) => Known,
): readonly Site[] {
  const bySite = Map.groupBy(hosts, ({ site }) => site);
  return [...bySite].map(([site, of]) => {
    const asked = wished ?? (bySite.size === 1 ? undefined : site);
    return { site, asked, known: known(of, asked) };
  });
}

function parted<Row>(
  tables: StatusTables,
  kind: Kind<Row>,
  condition: Condition,
  { site, asked, known: { counted, countByHost } }: Site,
): PartedSite<Row> {
  const read = async (filter: Condition, signal: AbortSignal): Promise<readonly Row[]> =>
    told(async () => readRows(tables, kind, { filter, site: asked }, signal));
  return {
    name: site,
    atOnce: readAtOnce,
    // One API answers for all sites: what it cannot, no site is to blame for.
    failureOf: (thrown) => {
      throw thrown;
    },
    whole: async (signal) => read(condition, signal),
    countByHost,
    boundByHost: async (from) =>
      from === undefined ? counted : counted.filter(({ host }) => compareNames(host, from) >= 0),
    within: async (range, signal) => read(all([condition, ...inRange(kind, range)]), signal),
  };
}

async function countServices(
  tables: StatusTables,
  bounds: readonly Counted[],
  { condition, asked }: { readonly condition: Condition; readonly asked: string | undefined },
  signal: AbortSignal,
): Promise<readonly Counted[]> {
  const counts = new Map<string, number>();
  for (const range of rangesOf(bounds, countAtOnce)) {
    const filter = all([condition, ...inRange(serviceKind, range)]);
    const query = { table: "services", columns: ["host_name"], filter, site: asked } as const;
    for (const [host] of await told(async () => tables.read(query, signal)))
      counts.set(String(host), (counts.get(String(host)) ?? 0) + 1);
  }
  return bounds.flatMap(({ host }) => {
    const rows = counts.get(host);
    return rows === undefined ? [] : [{ host, rows }];
  });
}
