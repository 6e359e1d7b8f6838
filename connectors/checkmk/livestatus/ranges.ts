import { type Kind, compareNames } from "./kinds.ts";
import { all, is } from "./query.ts";
import type { Site } from "./site.ts";

/*
 * Livestatus knows no pages: it gives all rows that fit, in an order of its own, or the first few of them. So what is to be read in parts is
 * first counted by host, and then read by ranges of hosts' names, which nothing that changes meanwhile can move from one to another.
 */

/** A host and how many rows of it fit. */
export interface Counted {
  readonly host: string;
  readonly rows: number;
}

/** Hosts from a first to a last one, by their names. */
export interface Range {
  readonly first: string;
  readonly last: string;
}

/** The hosts of a site with rows that fit, in order, from the one of this name on. @throws {LivestatusError} */
export async function countByHost(
  site: Site,
  { table, host }: Pick<Kind<unknown>, "table" | "host">,
  filter: readonly string[],
  from: string | undefined,
  signal: AbortSignal,
): Promise<readonly Counted[]> {
  const rest = from === undefined ? filter : all([filter, [is(host, ">=", from)]]);
  const statistics = table === "services" ? ["Stats: state >= 0"] : [];
  const rows = await site.rows({ table, columns: [host], filter: rest, statistics }, signal);
  return rows
    .map(([name, count = 1]) => ({ host: String(name), rows: Number(count) }))
    .toSorted((a, b) => compareNames(a.host, b.host));
}

/** Ranges that hold all of these hosts, each of some `size` rows: more only where one host has more. */
export function* rangesOf(hosts: readonly Counted[], size: number): Generator<Range> {
  let first: string | undefined;
  let last = "";
  let rows = 0;
  for (const counted of hosts) {
    if (first !== undefined && rows + counted.rows > size) {
      yield { first, last };
      first = undefined;
      rows = 0;
    }
    first ??= counted.host;
    last = counted.host;
    rows += counted.rows;
  }
  if (first !== undefined) yield { first, last };
}

/** The rows of hosts in a range. @throws {LivestatusError} */
export async function rowsIn<Row>(
  site: Site,
  kind: Kind<Row>,
  filter: readonly string[],
  { first, last }: Range,
  signal: AbortSignal,
): Promise<Row[]> {
  const within =
    first === last ? [[is(kind.host, "=", first)]] : [[is(kind.host, ">=", first)], [is(kind.host, "<=", last)]];
  const { table, columns } = kind;
  return kind.make(site.name, await site.read({ table, columns, filter: all([filter, ...within]) }, signal));
}
