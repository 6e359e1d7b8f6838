import type { Reading, SiteFailure, Span } from "../monitoring.ts";
import { type Answers, type Asked, askEach } from "./every-site.ts";
import { compareNames } from "./kinds.ts";
import type { Counted, PartedSite } from "./parts.ts";

/**
 * The rows that fit, in order, or the span of them: then they are counted by host first, and only the hosts in the span are read.
 *
 * @throws {ToolFailure} no site answered.
 * @throws the signal's reason.
 */
export async function listRows<Row>(
  sites: readonly PartedSite<Row>[],
  { limit, offset = 0 }: Span,
  signal: AbortSignal,
): Promise<Reading<Row>> {
  const ordered = sites.toSorted((a, b) => compareNames(a.name, b.name));
  if (limit === undefined && offset === 0) {
    return together(await askEach(ordered, async (site) => site.whole(signal)));
  }
  const { answers, failures } = await askEach(ordered, async (site) => site.countByHost(signal));
  const wanted = { from: offset, to: limit === undefined ? Number.POSITIVE_INFINITY : offset + limit };
  let before = 0;
  const rows: Row[] = [];
  const failed: SiteFailure[] = [...failures];
  for (const { site, value: hosts } of answers) {
    const span = spanOf(hosts, wanted.from - before, wanted.to - before);
    before += hosts.reduce((sum, counted) => sum + counted.rows, 0);
    if (span === undefined) continue;
    try {
      const read = await site.within(span, signal);
      rows.push(...read.slice(span.skip, span.skip + span.take));
    } catch (thrown) {
      failed.push(site.failureOf(thrown));
    }
  }
  return { rows, total: before, failures: failed };
}

/** What sites answered, as one. */
export function together<Row>({ answers, failures }: Answers<Asked, readonly Row[]>): Reading<Row> {
  const rows = answers.flatMap(({ value }) => value);
  return { rows, total: rows.length, failures };
}

interface HostSpan {
  readonly first: string;
  readonly last: string;
  /** Rows to leave out of these hosts' at the beginning, and to take then. */
  readonly skip: number;
  readonly take: number;
}

/** The hosts that hold the rows from one place up to before another; undefined where no row is there. */
function spanOf(hosts: readonly Counted[], from: number, to: number): HostSpan | undefined {
  let at = 0;
  let found: { first: string; last: string; skip: number; at: number } | undefined;
  for (const { host, rows } of hosts) {
    if (at >= to) break;
    if (at + rows > from) {
      found ??= { first: host, last: host, skip: Math.max(0, from - at), at };
      found.last = host;
    }
    at += rows;
  }
  return found && { ...found, take: Math.min(to, at) - Math.max(from, found.at) };
}
