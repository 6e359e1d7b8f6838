import { GatewayError } from "../core/errors.ts";
import { type AuditFilter, isWanted } from "./audit-filter.ts";
import { type ChainedRow, fieldsOf } from "./audit-row.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { ChainCheck } from "./hash-chain.ts";

/** Forms in which rows can be taken away. */
export const exportFormats = ["jsonl", "csv"] as const;

export type ExportFormat = (typeof exportFormats)[number];

/**
 * The format of this name.
 *
 * @throws {GatewayError} `invalid_params` — there is none.
 */
export function formatIn(text = "jsonl"): ExportFormat {
  const format = exportFormats.find((known) => known === text);
  if (format !== undefined) return format;
  throw new GatewayError(
    "invalid_params",
    `format must be one of ${exportFormats.join(", ")}, got ${JSON.stringify(text.slice(0, 100))}`,
  );
}

/** Rows read at once: what an export holds in memory. */
const pageSize = 200;

/** Rows by number, from a given one on, a page at a time: whoever takes them may wait between two pages. */
export function* pagesFrom(trail: Pick<AuditTrail, "after">, seq: number): Generator<readonly ChainedRow[]> {
  let at = seq - 1;
  for (;;) {
    const page = trail.after(at, pageSize);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    at = last.seq;
  }
}

/** Every row that fits, in order of number, a page at a time; the filter's `limit` and `before` do not count. */
export function* wantedPages(trail: AuditTrail, filter: AuditFilter): Generator<readonly ChainedRow[]> {
  const first = filter.since === undefined ? 1 : trail.firstSince(filter.since);
  if (first === undefined) return;
  for (const page of pagesFrom(trail, first)) yield page.filter((row) => isWanted(row, filter));
}

/** Every row that fits, as text, a page at a time; `shown` says what of a row may be seen, all of it by default. */
export function* exportTexts(
  trail: AuditTrail,
  filter: AuditFilter,
  format: ExportFormat,
  shown: (row: ChainedRow) => ChainedRow = (row) => row,
): Generator<string> {
  if (format === "csv") yield `${columns}\r\n`;
  for (const page of wantedPages(trail, filter)) {
    const rows = page.map(shown);
    yield rows.map((row) => (format === "csv" ? csvLine(row) : `${JSON.stringify(row)}\n`)).join("");
  }
}

/** Gives every row of a trail to a check, a page at a time. */
export function* checkPages(trail: AuditTrail, check: ChainCheck): Generator<void> {
  for (const page of pagesFrom(trail, 0)) {
    for (const row of page) check.take(row);
    yield;
  }
}

const columns =
  "seq,id,kind,time,durationUs,method,name,upstream,tool,principal,outcome,code,cache,detail,arguments,result,hash";

/** RFC 4180. */
function csvLine(row: ChainedRow): string {
  const [id, kind, at, ...rest] = fieldsOf(row);
  const cells = [row.seq, id, kind, new Date(Number(at)).toISOString(), ...rest, row.hash];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** What a spreadsheet would take for a formula is marked as text: names come from callers. */
function csvCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
