import type { HostFilter, ServiceCounts, ServiceFilter, ServiceState } from "../monitoring.ts";
import { type Cells, type ColumnReader, mapRows } from "../rows/cells.ts";
import { type Condition, always } from "../rows/condition.ts";
import { ofHosts } from "../rows/filters.ts";
import { compareNames } from "../rows/kinds.ts";
import type { Counted } from "../rows/parts.ts";
import { hostStateOf } from "../rows/rows.ts";
import { type Standing, standing, standingColumns } from "./standing.ts";
import type { StatusTables } from "./status-tables.ts";

/** A host, where it is monitored, how it stands, and how many services it has: what parts of the estate are made by. */
export interface IndexedHost extends Standing {
  readonly name: string;
  readonly site: string;
  readonly services: ServiceCounts;
}

const columns = [
  "name",
  "labels",
  "num_services_ok",
  "num_services_warn",
  "num_services_crit",
  "num_services_unknown",
  "num_services_pending",
  ...standingColumns,
];

/** Every site gives its hosts this label (`get_builtin_host_labels`, source of 2.3). */
const siteLabel = "cmk/site";

/** The site of a host by its labels. Of one without, the site that was asked. */
export function siteOf(labels: Readonly<Record<string, string>>, asked: string): string {
  return labels[siteLabel] ?? asked;
}

/** The hosts that fit, by site and name. @throws {CheckmkError} */
export async function indexHosts(
  tables: StatusTables,
  { filter = always, site }: { readonly filter?: Condition; readonly site?: string | undefined },
  signal: AbortSignal,
): Promise<readonly IndexedHost[]> {
  const rows = await tables.read({ table: "hosts", columns, filter, site }, signal);
  return mapRows(columns, rows, (read) => indexed(read, site ?? tables.site)).toSorted(
    (a, b) => compareNames(a.site, b.site) || compareNames(a.name, b.name),
  );
}

function indexed(read: ColumnReader, asked: string): (row: Cells) => IndexedHost {
  const nameOf = read.text("name");
  const labelsOf = read.dictionary("labels");
  const standingOf = standing(read, hostStateOf);
  const [ok, warning, critical, unknown, pending] = ["ok", "warn", "crit", "unknown", "pending"].map((state) =>
    read.number(`num_services_${state}`),
  );
  return (row) => ({
    name: nameOf(row),
    site: siteOf(labelsOf(row), asked),
    ...standingOf(row),
    services: {
      ok: ok?.(row) ?? 0,
      warning: warning?.(row) ?? 0,
      critical: critical?.(row) ?? 0,
      unknown: unknown?.(row) ?? 0,
      pending: pending?.(row) ?? 0,
    },
  });
}

const countOf = {
  OK: "ok",
  WARNING: "warning",
  CRITICAL: "critical",
  UNKNOWN: "unknown",
  PENDING: "pending",
} as const satisfies Record<ServiceState, keyof ServiceCounts>;

/** How many services of these hosts are in one of these states: those that have any. */
export function servicesIn(
  hosts: readonly IndexedHost[],
  states: readonly ServiceState[] = ["OK", "WARNING", "CRITICAL", "UNKNOWN", "PENDING"],
): readonly Counted[] {
  return hosts
    .map(({ name, services }) => ({
      host: name,
      rows: states.reduce((sum, state) => sum + services[countOf[state]], 0),
    }))
    .filter(({ rows }) => rows > 0);
}

/** The hosts whose services a filter can let pass, as far as that is known of them. */
export function hostsFor({ hosts: names }: ServiceFilter): Condition {
  return ofHosts(names === undefined ? {} : ({ names } satisfies HostFilter));
}

/** Whether the counts of hosts alone say how many services such a filter lets pass. */
export function isCounted(filter: ServiceFilter): boolean {
  const { hosts: _hosts, states: _states, site: _site, ...others } = filter;
  return Object.values(others).every((value) => value === undefined);
}
