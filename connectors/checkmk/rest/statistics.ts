import type { HostState, ServiceState, Statistics } from "../monitoring.ts";
import { mapRows } from "../rows/cells.ts";
import { all, any, is } from "../rows/condition.ts";
import { inDowntime, inRange } from "../rows/filters.ts";
import { compareNames, serviceKind } from "../rows/kinds.ts";
import { type Counted, rangesOf } from "../rows/parts.ts";
import { serviceStateOf } from "../rows/rows.ts";
import { indexHosts, servicesIn } from "./host-index.ts";
import { countAtOnce } from "./site-parts.ts";
import { isUnhandled, standing, standingColumns } from "./standing.ts";
import type { StatusTables } from "./status-tables.ts";

/**
 * How many hosts and services are in which state. The API counts nothing: hosts are read, which know how many services they have in each state, and
 * of the services those that have a problem, are acknowledged or in a downtime, some thousand at once.
 *
 * @throws {CheckmkError}
 */
export async function readStatistics(
  tables: StatusTables,
  site: string | undefined,
  signal: AbortSignal,
): Promise<Statistics> {
  const hosts = await indexHosts(tables, { site }, signal);
  const of = (states: readonly ServiceState[]): number =>
    servicesIn(hosts, states).reduce((sum, counted) => sum + counted.rows, 0);
  const inState = (state: HostState): number => count(hosts, (host) => host.state === state);
  const bounds = servicesIn(hosts).toSorted((a, b) => compareNames(a.host, b.host));
  const found = await outstanding(tables, bounds, site, signal);
  return {
    hosts: {
      total: hosts.length,
      up: inState("UP"),
      down: inState("DOWN"),
      unreachable: inState("UNREACHABLE"),
      pending: inState("PENDING"),
      acknowledged: count(hosts, ({ isAcknowledged }) => isAcknowledged),
      inDowntime: count(hosts, ({ isInDowntime }) => isInDowntime),
      unhandled: count(hosts, isUnhandled),
    },
    services: {
      total: of(["OK", "WARNING", "CRITICAL", "UNKNOWN", "PENDING"]),
      ok: of(["OK"]),
      warning: of(["WARNING"]),
      critical: of(["CRITICAL"]),
      unknown: of(["UNKNOWN"]),
      pending: of(["PENDING"]),
      ...found,
    },
    failures: [],
  };
}

/** Services that are to be looked at one by one, counted. */
async function outstanding(
  tables: StatusTables,
  bounds: readonly Counted[],
  site: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Statistics["services"], "acknowledged" | "inDowntime" | "unhandled">> {
  const ofInterest = any([
    is("acknowledged", "=", 1),
    inDowntime("", true),
    all([is("has_been_checked", "=", 1), is("state", "!=", 0)]),
  ]);
  const asked = [...standingColumns, "host_scheduled_downtime_depth"];
  const sums = { acknowledged: 0, inDowntime: 0, unhandled: 0 };
  for (const range of rangesOf(bounds, countAtOnce)) {
    const filter = all([ofInterest, ...inRange(serviceKind, range)]);
    const rows = await tables.read({ table: "services", columns: asked, filter, site }, signal);
    const services = mapRows(asked, rows, (read) => standing(read, serviceStateOf));
    sums.acknowledged += count(services, ({ isAcknowledged }) => isAcknowledged);
    sums.inDowntime += count(services, ({ isInDowntime }) => isInDowntime);
    sums.unhandled += count(services, isUnhandled);
  }
  return sums;
}

function count<Each>(list: readonly Each[], holds: (each: Each) => boolean): number {
  return list.reduce((sum, each) => sum + (holds(each) ? 1 : 0), 0);
}
