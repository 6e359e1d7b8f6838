import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Source } from "./sources.ts";
import type { Table } from "../shared/table.ts";
import { WorkFailed, type Workers } from "./workers.ts";

/** What the tools work with. */
export interface Data {
  readonly sources: Readonly<Record<string, Source>>;
  readonly workers: Workers;
}

/** Arguments that say what is asked, and whom. */
export const asked = {
  source: z.string().describe("The name of a source, as sources lists them."),
  sql: z
    .string()
    .min(1)
    .max(100_000)
    .describe("One SELECT in the source's dialect. What writes, locks, or calls a function that may do so is refused."),
  parameters: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .max(1000)
    .default([])
    .describe("Values for the placeholders: ? in SQLite and MySQL, $1 in PostgreSQL and DuckDB."),
};

/** A result as tools give it. */
export const tableShape = {
  columns: z
    .array(z.object({ name: z.string(), type: z.string().optional() }))
    .describe("Names, and types as the source calls them."),
  rows: z.array(z.array(z.unknown())).describe("A list for each row, in the order of the columns."),
  rowCount: z.int(),
  truncated: z
    .enum(["rows", "characters"])
    .optional()
    .describe("Which limit cut the rows off; not there where these are all."),
};

/** A table as {@link tableShape} has it. */
export function shownTable({ columns, rows, truncated }: Table) {
  return {
    columns: columns.map(({ name, type }) => (type === undefined ? { name } : { name, type })),
    rows: rows.map((row) => [...row]),
    rowCount: rows.length,
    ...(truncated !== undefined && { truncated }),
  };
}

/** The source of a name. @throws {ToolFailure} there is none. */
export function sourceOf({ sources }: Data, name: string): Source {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source !== undefined) return source;
  const there = Object.keys(sources).join(", ") || "none";
  throw new ToolFailure(`There is no source ${JSON.stringify(name.slice(0, 100))}; there are: ${there}`);
}

/** What a piece of work failed with, as its caller is told it. */
export function asToolFailure(thrown: unknown, source: string): unknown {
  if (!(thrown instanceof WorkFailed)) return thrown;
  const what = thrown.part === undefined ? thrown.message : `The statement is not run. ${thrown.message}`;
  return new ToolFailure(`${source}: ${what}`, { cause: thrown });
}
