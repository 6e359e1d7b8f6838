import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { CommentRow, DowntimeRow, Monitoring, Reading, SiteStatus, Span } from "../monitoring.ts";
import { mapRows } from "../rows/cells.ts";
import { ofHosts, ofServices } from "../rows/filters.ts";
import { hostKind, serviceKind } from "../rows/kinds.ts";
import { listRows } from "../rows/listing.ts";
import { type PartedSite, readAtOnce } from "../rows/parts.ts";
import { serviceDetailColumns, serviceDetails } from "../rows/rows.ts";
import { Sheet, serviceTextKind } from "../rows/service-text.ts";
import { eachBatch } from "../rows/stream.ts";
import { told } from "../told.ts";
import type { RestClient } from "./client.ts";
import { type Comment, Comments, commentKinds } from "./comments.ts";
import { type Downtime, Downtimes } from "./downtimes.ts";
import { hostParts, readRows, serviceParts } from "./site-parts.ts";
import { readStatistics } from "./statistics.ts";
import { StatusTables } from "./status-tables.ts";

/** Services with everything that is known of them. */
const detailKind = {
  ...serviceKind,
  columns: serviceDetailColumns,
  make: (site: string, { columns, rows }: Parameters<typeof serviceKind.make>[1]) =>
    mapRows(columns, rows, (read) => serviceDetails(site, read)),
};

/**
 * What can be asked of monitoring, answered by the REST API of the central site for all its sites. It has no log. A site that the central one does
 * not reach is missing from its answers without a word, so that nothing is told of it.
 */
export function restMonitoring(client: RestClient): Monitoring {
  const tables = new StatusTables(client);
  const comments = new Comments(client);
  const downtimes = new Downtimes(client);
  const sheet = new Sheet();
  return {
    hosts: async (filter, span, signal) => {
      if (isWhole(span))
        return told(async () =>
          reading(await readRows(tables, hostKind, { filter: ofHosts(filter), site: filter.site }, signal)),
        );
      return listed(await hostParts(tables, filter, signal), span, signal);
    },
    services: async (filter, span, signal) => {
      if (isWhole(span))
        return told(async () =>
          reading(await readRows(tables, serviceKind, { filter: ofServices(filter), site: filter.site }, signal)),
        );
      return listed(await serviceParts(tables, serviceKind, filter, signal), span, signal);
    },
    serviceDetails: async (filter, signal) =>
      told(async () =>
        reading(await readRows(tables, detailKind, { filter: ofServices(filter), site: filter.site }, signal)),
      ),
    statistics: async ({ site }, signal) => told(async () => readStatistics(tables, site, signal)),
    async *eachHostBatch(filter, options) {
      yield* eachBatch({ ...hostKind, sites: await hostParts(tables, filter, options.signal) }, options);
    },
    async *eachServiceBatch(filter, options) {
      yield* eachBatch(
        { ...serviceKind, sites: await serviceParts(tables, serviceKind, filter, options.signal) },
        options,
      );
    },
    async *eachServiceText(filter, form, options) {
      const kind = serviceTextKind(form, sheet);
      yield* eachBatch({ ...kind, sites: await serviceParts(tables, kind, filter, options.signal) }, options);
    },
    comments: async ({ host, kinds = commentKinds }, signal) =>
      told(async () => {
        const found = await Promise.all(
          kinds.map(async (kind) =>
            (await comments.list({ host, kind }, signal)).map((comment) => commentRow(comment, kind)),
          ),
        );
        return reading(found.flat().toSorted((a, b) => a.id - b.id));
      }),
    downtimes: async ({ host }, signal) =>
      told(async () => reading((await downtimes.list({ host }, signal)).map(downtimeRow))),
    log: async () => {
      throw new ToolFailure("The REST API has no log; with livestatus in the connector's configuration there is one");
    },
    sites: async (signal) => [await statusOf(client, signal)],
  };
}

function isWhole({ limit, offset = 0 }: Span): boolean {
  return limit === undefined && offset === 0;
}

function reading<Row>(rows: readonly Row[]): Reading<Row> {
  return { rows, total: rows.length, failures: [] };
}

/** The span of the rows of all sites; where there are few, they are read in one go rather than counted before. */
async function listed<Row>(
  sites: readonly PartedSite<Row>[],
  { limit, offset = 0 }: Span,
  signal: AbortSignal,
): Promise<Reading<Row>> {
  if (sites.length === 0) return reading([]);
  const bounds = await Promise.all(sites.map(async (site) => site.boundByHost(undefined, signal)));
  const most = bounds.flat().reduce((sum, { rows }) => sum + rows, 0);
  const [only] = sites;
  if (only === undefined || sites.length > 1 || most > readAtOnce)
    return listRows(sites, { offset, ...(limit !== undefined && { limit }) }, signal);
  const rows = most === 0 ? [] : await only.whole(signal);
  return { ...reading(rows), rows: rows.slice(offset, limit === undefined ? undefined : offset + limit) };
}

function commentRow({ host, service, ...comment }: Comment, kind: CommentRow["kind"]): CommentRow {
  return {
    site: comment.site,
    id: comment.id,
    host,
    description: service,
    author: comment.author,
    comment: comment.text,
    enteredAt: momentOf(comment.entryTime),
    expiresAt: undefined,
    isPersistent: comment.isPersistent,
    kind,
  };
}

function downtimeRow({ id, host, service, ...downtime }: Downtime): DowntimeRow {
  return {
    site: downtime.site,
    id: Number(id),
    host,
    description: service,
    author: downtime.author,
    comment: downtime.comment,
    startsAt: momentOf(downtime.startTime),
    endsAt: momentOf(downtime.endTime),
    isFixed: downtime.flexibleMinutes === undefined,
    durationSeconds: (downtime.flexibleMinutes ?? 0) * 60,
  };
}

/** A moment that the API writes, in ms since 1970. */
function momentOf(text: string): number | undefined {
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

const versionShape = z.object({ versions: z.object({ checkmk: z.string() }) });

/** The site that answers for all others; how those are, it does not say. */
async function statusOf(client: RestClient, signal: AbortSignal): Promise<SiteStatus> {
  const { site } = client;
  try {
    const { value } = await told(async () => client.read({ method: "GET", path: ["version"] }, versionShape, signal));
    const programVersion = `Check_MK ${value.versions.checkmk}`;
    const unknown = { startedAt: undefined, isChecking: undefined, isNotifying: undefined };
    return { kind: "up", site, programVersion, ...unknown };
  } catch (thrown) {
    if (!(thrown instanceof ToolFailure)) throw thrown;
    return { kind: "down", site, reason: thrown.message };
  }
}
