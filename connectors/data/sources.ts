import { z } from "zod";

/** Rows and characters that one result has at the most, whatever was asked for. */
export const mostRows = 10_000;
export const mostCharacters = 4 * 1024 * 1024;

const bounds = {
  timeoutMs: z
    .int()
    .min(1)
    .max(600_000)
    .default(30_000)
    .describe("How long a statement may take, in ms, 1 to 600000; then it is ended."),
  maxRows: z
    .int()
    .min(1)
    .max(mostRows)
    .default(1000)
    .describe(`Rows that a query gives where it does not say, 1 to ${mostRows}; the rest is cut off, which is said.`),
  maxCharacters: z
    .int()
    .min(1)
    .max(mostCharacters)
    .default(1024 * 1024)
    .describe("Longest result, in characters of JSON; the rest is cut off, which is said."),
};

const path = z.string().min(1);
const url = z.string().min(1);

/** One place that can be asked by SQL, as it is configured. */
export const sourceSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("sqlite"),
    file: path.describe("Relative to the configuration's file."),
    ...bounds,
  }),
  z.strictObject({
    type: z.literal("duckdb"),
    file: path.describe("A database of DuckDB, relative to the configuration's file."),
    ...bounds,
  }),
  z.strictObject({
    type: z.literal("files"),
    dir: path.describe(
      "A folder of CSV, TSV, Parquet, JSON and JSONL files, relative to the configuration's file. Each file is a table of its name.",
    ),
    ...bounds,
  }),
  z.strictObject({
    type: z.literal("postgres"),
    url: url.describe("postgres://user:password@host:port/database; may be { env } or hold ${NAME}."),
    ...bounds,
  }),
  z.strictObject({
    type: z.literal("mysql"),
    url: url.describe("mysql://user:password@host:port/database, of MySQL or MariaDB; may be { env } or hold ${NAME}."),
    ...bounds,
  }),
]);

/** One place that can be asked by SQL. Paths are absolute once the connector is set up. */
export type Source = z.output<typeof sourceSchema>;

/** All of them, by the names that callers know. */
export const sourcesSchema = z
  .record(
    z.string().regex(/^[A-Za-z][\w-]{0,63}$/, "a source's name is a letter, then letters, digits, _ and -, at most 64"),
    sourceSchema,
  )
  .describe("The databases and folders that may be asked, by name.");
