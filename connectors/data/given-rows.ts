import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import { asked } from "./data.ts";
import type { Table } from "../shared/table.ts";
import type { RowsOrQuery } from "./worker-messages.ts";

/** Rows that an analysis or a table of a report may have, and their characters as JSON. */
const bounds = { maxRows: 100_000, maxCharacters: 32 * 1024 * 1024 };

/** Arguments that say of which rows something is to be made. */
export const givenShape = {
  source: asked.source.optional(),
  sql: asked.sql.optional(),
  parameters: asked.parameters,
  rows: z
    .array(z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]))
    .max(bounds.maxRows)
    .optional()
    .describe("In place of source and sql: objects, or lists as query gives them, with columns."),
  columnNames: z
    .array(z.union([z.string(), z.object({ name: z.string() })]))
    .max(1000)
    .optional()
    .describe("With rows that are lists: the columns, by name or as query gives them."),
};

/** Where rows come from. */
export type Given = z.output<z.ZodObject<typeof givenShape>>;

/** What a worker is told of where the rows are. @throws {ToolFailure} neither is said, or both are. */
export function rowsOf({ source, sql, parameters, rows, columnNames }: Given): RowsOrQuery {
  if (rows !== undefined && source === undefined && sql === undefined) return { table: tableOf(rows, columnNames) };
  if (rows === undefined && source !== undefined && sql !== undefined) return { sql, parameters, bounds };
  throw new ToolFailure("Give either source and sql, or rows");
}

function tableOf(rows: NonNullable<Given["rows"]>, columnNames: Given["columnNames"]): Table {
  const named = columnNames?.map((each) => (typeof each === "string" ? each : each.name));
  const names = named ?? [...new Set(rows.flatMap((row) => (Array.isArray(row) ? [] : Object.keys(row))))];
  if (names.length === 0) throw new ToolFailure("Rows that are lists need columnNames");
  return {
    columns: names.map((name) => ({ name, type: undefined })),
    rows: rows.map((row) => (Array.isArray(row) ? row : names.map((name) => row[name] ?? null))),
    truncated: undefined,
  };
}
