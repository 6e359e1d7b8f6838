import { type ToolCall, ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Table } from "../../shared/table.ts";
import { type Desk, type Visitor, docTypeFor } from "../desk/desk.ts";
import { docUse, doctypeUse } from "../desk/uses.ts";
import { listFields } from "./read.ts";
import { reportFor } from "./reports.ts";
import { asked } from "./shapes.ts";

/** Rows that something is computed of. */
export const mostRows = 10_000;
/** Rows that are asked for at a time. */
const pageRows = 1000;

/** Arguments that say of which rows: those of a list or of a report, as the user may see them. */
export const rowsShape = {
  doctype: asked.doctype.optional().describe("The DocType whose documents are the rows."),
  fields: asked.fields.optional().describe("Of a list. Default: those that the site's own list shows."),
  filters: asked.filters.optional().describe("Of a list: conditions. Of a report: its filters by name."),
  order_by: z.string().max(200).optional(),
  report_name: z.string().min(1).max(140).optional().describe("In place of doctype: a report whose rows are meant."),
  limit: z.int().min(1).max(mostRows).default(1000),
};

export type RowsAsked = z.output<z.ZodObject<typeof rowsShape>>;

/** Rows, and what they are made from. */
export interface Rows {
  readonly table: Table;
  readonly uses: readonly string[];
}

/** The rows that are meant, with what is not shown masked. @throws {ToolFailure} neither a list nor a report is said, or both are. */
export async function rowsFor(desk: Desk, visitor: Visitor, asked_: RowsAsked, call: ToolCall): Promise<Rows> {
  const { doctype, report_name: report, filters, limit } = asked_;
  if ((doctype === undefined) === (report === undefined)) throw new ToolFailure("Give either doctype or report_name");
  if (report === undefined) return listed(desk, visitor, asked_, call);
  if (Array.isArray(filters)) throw new ToolFailure("The filters of a report are an object, by name");
  const { table } = await reportFor(desk, visitor, report, { ...filters }, call);
  const rows = table.rows.slice(0, limit);
  const truncated = rows.length < table.rows.length ? ("rows" as const) : table.truncated;
  return { table: { ...table, rows, truncated }, uses: [docUse("Report", report), "doctype:*"] };
}

async function listed(desk: Desk, visitor: Visitor, asked_: RowsAsked, call: ToolCall): Promise<Rows> {
  const { doctype = "", filters, order_by: orderBy, limit } = asked_;
  const fields = asked_.fields ?? listFields(desk, await docTypeFor(desk, visitor, doctype, call.signal));
  const query = { fields, ...(filters && { filters }), ...(orderBy !== undefined && { orderBy }) };
  desk.masks.check(doctype, query);
  const docs: Readonly<Record<string, unknown>>[] = [];
  // One more than wanted says whether there are more.
  while (docs.length <= limit) {
    const page = Math.min(pageRows, limit + 1 - docs.length);
    const rows = await visitor.client.list(doctype, { ...query, start: docs.length, limit: page }, call.signal);
    docs.push(...rows.map((row) => desk.masks.shown(doctype, row)));
    call.progress(docs.length);
    if (rows.length < page) break;
  }
  const names = [...new Set(docs.flatMap((doc) => Object.keys(doc)))];
  const columns = names.length === 0 ? fields : names;
  return {
    table: {
      columns: columns.map((name) => ({ name, type: undefined })),
      rows: docs.slice(0, limit).map((doc) => columns.map((name) => doc[name] ?? null)),
      truncated: docs.length > limit ? "rows" : undefined,
    },
    uses: [doctypeUse(doctype)],
  };
}
