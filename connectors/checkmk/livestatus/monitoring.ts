import type {
  LogEntry,
  LogFilter,
  Monitoring,
  Reading,
  ServiceDetails,
  ServiceFilter,
  SiteStatus,
} from "../monitoring.ts";
import { type Cells, type ColumnReader, mapRows, textOf } from "../rows/cells.ts";
import { type Condition, always, is } from "../rows/condition.ts";
import { askEach, sitesNamed } from "../rows/every-site.ts";
import { ofHosts, ofServices } from "../rows/filters.ts";
import { type Kind, compareNames, hostKind, inOrder, serviceKind } from "../rows/kinds.ts";
import { listRows, together } from "../rows/listing.ts";
import {
  commentColumns,
  commentRow,
  downtimeColumns,
  downtimeRow,
  serviceDetailColumns,
  serviceDetails,
} from "../rows/rows.ts";
import { Sheet, serviceTextKind } from "../rows/service-text.ts";
import { eachBatch } from "../rows/stream.ts";
import { ofLog } from "./log-filter.ts";
import { logEntry } from "./log-line.ts";
import { partedSite } from "./site-parts.ts";
import type { Site } from "./site.ts";
import { readStatistics } from "./statistics.ts";

/** What can be asked of monitoring, answered by the Livestatus of these sites, of which there is at least one. */
export function livestatusMonitoring(sites: readonly Site[]): Monitoring {
  const parted = <Row>(kind: Kind<Row>, filter: Condition, site: string | undefined) =>
    sitesNamed(sites, site).map((each) => partedSite(each, kind, filter));
  const sheet = new Sheet();
  return {
    hosts: async (filter, span, signal) => listRows(parted(hostKind, ofHosts(filter), filter.site), span, signal),
    services: async (filter, span, signal) =>
      listRows(parted(serviceKind, ofServices(filter), filter.site), span, signal),
    serviceDetails: async (filter, signal) => readDetails(sitesNamed(sites, filter.site), filter, signal),
    statistics: async ({ site }, signal) => readStatistics(sitesNamed(sites, site), signal),
    eachHostBatch: (filter, options) =>
      eachBatch({ ...hostKind, sites: parted(hostKind, ofHosts(filter), filter.site) }, options),
    eachServiceBatch: (filter, options) =>
      eachBatch({ ...serviceKind, sites: parted(serviceKind, ofServices(filter), filter.site) }, options),
    eachServiceText: (filter, form, options) => {
      const kind = serviceTextKind(form, sheet);
      return eachBatch({ ...kind, sites: parted(kind, ofServices(filter), filter.site) }, options);
    },
    comments: async ({ kinds, ...of }, signal) => {
      const read = await readRemarks(sites, of, comments, signal);
      if (kinds === undefined) return read;
      const rows = read.rows.filter(({ kind }) => kinds.includes(kind));
      return { ...read, rows, total: rows.length };
    },
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
    return inOrder<ServiceDetails>(serviceKind, services);
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
  const filter = host === undefined ? always : is("host_name", "=", host);
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
    return { kind: "down", ...site.failureOf(thrown) };
  }
}
