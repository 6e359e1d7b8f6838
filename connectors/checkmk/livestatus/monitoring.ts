import type { LogEntry, LogFilter, Monitoring, Reading, ServiceFilter, SiteStatus } from "../monitoring.ts";
import { type Cells, type ColumnReader, mapRows, textOf } from "./cells.ts";
import { askEach, failureOf, sitesNamed } from "./every-site.ts";
import { ofHosts, ofLog, ofServices } from "./filters.ts";
import { compareNames, comparePlaces, hostKind, serviceKind } from "./kinds.ts";
import { listRows, together } from "./listing.ts";
import { logEntry } from "./log-line.ts";
import { is } from "./query.ts";
import {
  commentColumns,
  commentRow,
  downtimeColumns,
  downtimeRow,
  serviceDetailColumns,
  serviceDetails,
} from "./rows.ts";
import type { Site } from "./site.ts";
import { readStatistics } from "./statistics.ts";
import { eachBatch } from "./stream.ts";

/** What can be asked of monitoring, answered by the Livestatus of these sites, of which there is at least one. */
export function livestatusMonitoring(sites: readonly Site[]): Monitoring {
  return {
    hosts: async (filter, span, signal) =>
      listRows(sitesNamed(sites, filter.site), hostKind, ofHosts(filter), span, signal),
    services: async (filter, span, signal) =>
      listRows(sitesNamed(sites, filter.site), serviceKind, ofServices(filter), span, signal),
    serviceDetails: async (filter, signal) => readDetails(sitesNamed(sites, filter.site), filter, signal),
    statistics: async ({ site }, signal) => readStatistics(sitesNamed(sites, site), signal),
    eachHostBatch: (filter, options) =>
      eachBatch({ sites: sitesNamed(sites, filter.site), kind: hostKind, filter: ofHosts(filter) }, options),
    eachServiceBatch: (filter, options) =>
      eachBatch({ sites: sitesNamed(sites, filter.site), kind: serviceKind, filter: ofServices(filter) }, options),
    comments: async (of, signal) => readRemarks(sites, of, comments, signal),
    downtimes: async (of, signal) => readRemarks(sites, of, downtimes, signal),
    log: async (filter, limit, signal) => readLog(sites, filter, limit, signal),
    sites: async (signal) => Promise.all(sites.map(async (site) => statusOf(site, signal))),
  };
}

async function readDetails(sites: readonly Site[], filter: ServiceFilter, signal: AbortSignal) {
  const query = { table: "services", columns: serviceDetailColumns, filter: ofServices(filter) };
  const read = await askEach(sites, async (site) => {
    const { columns, rows } = await site.read(query, signal);
    const services = mapRows(columns, rows, (reader) => serviceDetails(site.name, reader));
    return services.toSorted((a, b) => comparePlaces(serviceKind.placeOf(a), serviceKind.placeOf(b)));
  });
  return together(read);
}

/** A table of what people said of hosts and services. */
interface Remarks<Row> {
  readonly table: string;
  readonly columns: readonly string[];
  readonly make: (site: string, read: ColumnReader) => (row: Cells) => Row;
}

const comments = { table: "comments", columns: commentColumns, make: commentRow } as const;
const downtimes = { table: "downtimes", columns: downtimeColumns, make: downtimeRow } as const;

async function readRemarks<Row extends { readonly id: number }>(
  sites: readonly Site[],
  { host }: { readonly host?: string },
  { table, columns, make }: Remarks<Row>,
  signal: AbortSignal,
): Promise<Reading<Row>> {
  const filter = host === undefined ? [] : [is("host_name", "=", host)];
  const read = await askEach(sites, async (site) => {
    const found = await site.read({ table, columns, filter }, signal);
    return mapRows(found.columns, found.rows, (reader) => make(site.name, reader)).toSorted((a, b) => a.id - b.id);
  });
  return together(read);
}

async function readLog(
  sites: readonly Site[],
  filter: LogFilter,
  limit: number,
  signal: AbortSignal,
): Promise<Reading<LogEntry>> {
  const { host, description, kinds } = filter;
  const { rows, total, failures } = together(
    await askEach(sites, async (site) => {
      const known = await site.columnsOf("log");
      const query = { table: "log", columns: ["time", "message"], filter: ofLog(filter, known) };
      const lines = await site.rows(query, signal);
      return lines
        .map(([time, message]) => logEntry(site.name, Number(time), textOf(message)))
        .filter((entry) => entry !== undefined)
        .filter(
          (entry) =>
            (host === undefined || entry.host === host) &&
            (description === undefined || entry.description === description) &&
            (kinds === undefined || kinds.includes(entry.kind)),
        );
    }),
  );
  const sorted = rows.toSorted((a, b) => a.at - b.at || compareNames(a.site, b.site));
  return { rows: sorted.slice(Math.max(0, sorted.length - limit)), total, failures };
}

function statusRow(read: ColumnReader) {
  const versionOf = read.text("program_version");
  const startOf = read.moment("program_start");
  const isCheckingOf = read.flag("execute_service_checks");
  const isNotifyingOf = read.flag("enable_notifications");
  return (row: Cells) => ({
    programVersion: versionOf(row),
    startedAt: startOf(row),
    isChecking: isCheckingOf(row),
    isNotifying: isNotifyingOf(row),
  });
}

async function statusOf(site: Site, signal: AbortSignal): Promise<SiteStatus> {
  const columns = ["program_version", "program_start", "execute_service_checks", "enable_notifications"];
  try {
    const read = await site.read({ table: "status", columns }, signal);
    const [status] = mapRows(read.columns, read.rows, statusRow);
    if (status === undefined) return { kind: "down", site: site.name, reason: "It says nothing of itself" };
    return { kind: "up", site: site.name, ...status };
  } catch (thrown) {
    return { kind: "down", ...failureOf(site, thrown) };
  }
}
