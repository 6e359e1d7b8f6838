import type { HostRow, ServiceRow } from "../monitoring.ts";
import { mapRows } from "./cells.ts";
import { readAtOnce } from "./parts.ts";
import { hostColumns, hostRow, serviceColumns, serviceRow } from "./rows.ts";
import type { Table } from "./cells.ts";

/** Where a row stands among those of its site. */
export interface Place {
  readonly host: string;
  /** Empty for a host. */
  readonly description: string;
}

/** What differs between reading hosts and reading services. */
export interface Kind<Row> {
  readonly table: "hosts" | "services";
  /** The column with the host's name. */
  readonly host: "name" | "host_name";
  readonly columns: readonly string[];
  /** How many are best read at once from a site that answers with little more than them. */
  readonly atOnce: number;
  readonly make: (site: string, answer: Table) => Row[];
  readonly placeOf: (row: Row) => Place;
  /** The order of two rows of a site, which is that of their places. */
  readonly compare: (a: Row, b: Row) => number;
}

export const hostKind: Kind<HostRow> = {
  table: "hosts",
  host: "name",
  columns: hostColumns,
  atOnce: readAtOnce,
  make: (site, { columns, rows }) => mapRows(columns, rows, (read) => hostRow(site, read)),
  placeOf: ({ name }) => ({ host: name, description: "" }),
  compare: (a, b) => compareNames(a.name, b.name),
};

export const serviceKind: Kind<ServiceRow> = {
  table: "services",
  host: "host_name",
  columns: serviceColumns,
  atOnce: readAtOnce,
  make: (site, { columns, rows }) => mapRows(columns, rows, (read) => serviceRow(site, read)),
  placeOf: ({ host, description }) => ({ host, description }),
  compare: comparePlaces,
};

/** The order of rows within a site, which is that of their bytes, as Livestatus compares names. */
export function comparePlaces(a: Place, b: Place): number {
  return compareNames(a.host, b.host) || compareNames(a.description, b.description);
}

/** The order of two names by their bytes in UTF-8. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at === shorter ? a.length - b.length : rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
}

/** UTF-16 has what is written with surrogates before its last characters, UTF-8 behind them. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Rows in the order of their places. */
export function inOrder<Row>({ compare }: Pick<Kind<Row>, "compare">, rows: readonly Row[]): readonly Row[] {
  for (let at = 1; at < rows.length; at += 1) {
    const [before, row] = [rows[at - 1], rows[at]];
    if (before !== undefined && row !== undefined && compare(before, row) > 0) return rows.toSorted(compare);
  }
  return rows;
}
