import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { JsonObject } from "../client/json.ts";
import { type Problem, deadLinks } from "../desk/check-values.ts";
import { checked } from "../desk/checked.ts";
import { type Desk, type Visitor, answer, docTypeFor, plain, tellChanged } from "../desk/desk.ts";
import { type DocType, type Field, tableTypes } from "../desk/doctype.ts";
import { fileFor, fileShape, objectsOf } from "./files.ts";
import { inserted, mostDocuments, rowResultShape } from "./bulk.ts";
import { asked } from "./shapes.ts";

/** Rows that a preview shows. */
const shownRows = 5;
/** Rows whose links a dry run looks up. */
const linkedRows = 100;
const maxCharacters = 16 * 1024 * 1024;

const output = z.object({
  doctype: z.string(),
  mode: z.enum(["preview", "dry_run", "import"]),
  row_count: z.int(),
  mapping: z.record(z.string(), z.union([z.string(), z.null()])),
  unmapped_columns: z.array(z.string()),
  missing_fields: z.array(z.string()).describe("Required, and in no column; the site may fill them in."),
  rows: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe("preview: the first rows, as they would be written."),
  succeeded: z.int().optional(),
  failed: z.int().optional(),
  results: z.array(rowResultShape).optional(),
});

/** Documents from a table. */
export function importTool(desk: Desk): Tool {
  return tool({
    name: "import_documents",
    title: "Import documents from a file",
    description:
      "Creates documents from a CSV or Excel file of the site, or from CSV given as text, a row each. First preview shows how columns are matched to fields; dry_run then says row by row what the site would refuse; import writes, and tells what became of each row.",
    input: z.object({
      doctype: asked.doctype,
      ...fileShape,
      csv: z.string().max(maxCharacters).optional().describe("In place of a file: its text."),
      sheet: z.string().max(200).optional().describe("Of a workbook. Default: the first."),
      mode: z.enum(["preview", "dry_run", "import"]).default("preview"),
      mapping: z
        .record(z.string(), z.union([z.string(), z.null()]))
        .default({})
        .describe("Fields by column, where it is not as preview shows; null leaves a column out."),
    }),
    output,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, mode, mapping: given, ...source }, call) => {
      const visitor = desk.visitor(call.caller);
      const docType = await docTypeFor(desk, visitor, doctype, call.signal);
      const { columns, rows } = await tableFor(desk, visitor, source, call.signal);
      const mapping = mappingOf(docType, columns, given);
      const documents = rows.map((row) => documentOf(docType, mapping, row));
      const mapped = new Set(Object.values(mapping));
      const base = {
        doctype,
        mode,
        row_count: rows.length,
        mapping,
        unmapped_columns: columns.filter((column) => mapping[column] === null),
        missing_fields: docType.fields
          .filter(
            ({ isRequired, default: fallback, name }) => isRequired && fallback === undefined && !mapped.has(name),
          )
          .map(({ name }) => name),
      };
      if (mode === "preview") return answer(visitor, { ...base, rows: documents.slice(0, shownRows) }, []);
      const problems = await problemsOf(desk, visitor, docType, documents, call.signal);
      const refused = [...problems].map(([row, error]) => ({ row, error }));
      const good = documents.map((values, row) => ({ row, values })).filter(({ row }) => !problems.has(row));
      const written =
        mode === "dry_run" ? good.map(({ row }) => ({ row })) : await inserted(desk, visitor, doctype, good, call);
      if (mode === "import") tellChanged(desk, doctype);
      const results = [...refused, ...written].toSorted((a, b) => a.row - b.row);
      const failed = results.filter((result) => "error" in result && result.error !== undefined).length;
      return answer(visitor, { ...base, results, succeeded: results.length - failed, failed }, []);
    },
  });
}

interface Source extends z.output<z.ZodObject<typeof fileShape>> {
  readonly csv?: string | undefined;
  readonly sheet?: string | undefined;
}

async function tableFor(desk: Desk, visitor: Visitor, { csv, sheet, ...given }: Source, signal: AbortSignal) {
  const bounds = { maxPages: 1, maxRows: mostDocuments + 1, maxCharacters, only: { place: sheet } };
  if (csv !== undefined && (given.file_url !== undefined || given.file_name !== undefined)) {
    throw new ToolFailure("Give either csv or a file");
  }
  const found =
    csv === undefined
      ? await fileFor(visitor, given, signal)
      : { name: "csv", kind: "csv" as const, bytes: Buffer.from(csv) };
  if (found.kind !== "csv" && found.kind !== "xlsx")
    throw new ToolFailure(`${found.name} is ${found.kind}; CSV and xlsx are imported`);
  const { kind: file, bytes } = found;
  const { tables, isCut } = await desk.apart.run({ kind: "extract", file, bytes, bounds }, signal);
  const table = sheet === undefined ? tables[0] : tables.find(({ place }) => place === sheet);
  if (table === undefined)
    throw new ToolFailure(`${found.name} has no such sheet; there are ${tables.map(({ place }) => place).join(", ")}`);
  const { columns, rows } = objectsOf(table);
  if (isCut) {
    throw new ToolFailure(
      `${found.name} is more than one import takes: its first ${rows.length} rows fit (${mostDocuments} rows and 16 Mi characters do). Import it in parts. Nothing was written`,
    );
  }
  refuseRepeated(found.name, columns);
  if (rows.length === 0) throw new ToolFailure(`${found.name} has no rows below the first, which names the columns`);
  return { columns, rows };
}

/** @throws {ToolFailure} columns have one name: of their values only the last would be written. */
function refuseRepeated(file: string, columns: readonly string[]): void {
  const repeated = new Set(columns.filter((column, at) => columns.indexOf(column) !== at));
  if (repeated.size === 0) return;
  const names = [...repeated].map((name) => JSON.stringify(name)).join(", ");
  throw new ToolFailure(`${file} has several columns of the name ${names}; give each a name of its own, or remove it`);
}

/** By name, then by label; capitals and signs do not count. @throws {ToolFailure} a column or a field that is given is none. */
function mappingOf(
  docType: DocType,
  columns: readonly string[],
  given: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  const fields = docType.fields.filter(({ type }) => !tableTypes.has(type));
  const wrongColumn = Object.keys(given).find((column) => !columns.includes(column));
  if (wrongColumn !== undefined)
    throw new ToolFailure(
      `mapping: there is no column ${JSON.stringify(wrongColumn)}; there are ${columns.join(", ")}`,
    );
  const known = new Set(["name", ...fields.map(({ name }) => name)]);
  const wrongField = Object.values(given).find((field) => field !== null && !known.has(field));
  if (wrongField !== undefined)
    throw new ToolFailure(
      `mapping: ${docType.name} has no field ${JSON.stringify(wrongField)}; get_doctype_info lists them`,
    );
  const match = (column: string): string | null => {
    if (["name", "id"].includes(plain(column))) return "name";
    const found =
      fields.find(({ name }) => plain(name) === plain(column)) ??
      fields.find(({ label }) => plain(label) === plain(column));
    return found?.name ?? null;
  };
  const mapping = Object.fromEntries(
    columns.map((column) => [column, Object.hasOwn(given, column) ? (given[column] ?? null) : match(column)]),
  );
  refuseShared(mapping);
  return mapping;
}

/** @throws {ToolFailure} columns are of one field: of their values only the last would be written. */
function refuseShared(mapping: Readonly<Record<string, string | null>>): void {
  const byField = Map.groupBy(Object.entries(mapping), ([, field]) => field);
  for (const [field, entries] of byField) {
    if (field === null || entries.length === 1) continue;
    const columns = entries.map(([column]) => JSON.stringify(column)).join(", ");
    throw new ToolFailure(
      `Columns ${columns} are matched to one field, ${field}: leave all but one out by null in mapping`,
    );
  }
}

function documentOf(
  docType: DocType,
  mapping: Readonly<Record<string, string | null>>,
  row: Readonly<Record<string, unknown>>,
): JsonObject {
  const fields = new Map(docType.fields.map((field) => [field.name, field]));
  const entries = Object.entries(mapping).flatMap(([column, field]): (readonly [string, unknown])[] => {
    const value = row[column];
    if (field === null || value === null || value === undefined || value === "") return [];
    return [[field, valueOf(fields.get(field), value)]];
  });
  return Object.fromEntries(entries);
}

/** Texts of a CSV as the site takes them: numbers with a comma for thousands, yes and no for checks. What is unclear stays, and is refused. */
function valueOf(field: Field | undefined, value: unknown): unknown {
  if (typeof value !== "string" || field === undefined) return value;
  const text = value.trim();
  switch (field.type) {
    case "Int":
    case "Float":
    case "Currency":
    case "Percent": {
      const digits = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
      return digits !== "" && Number.isFinite(Number(digits)) ? Number(digits) : text;
    }
    case "Check":
      return /^(?:1|yes|true|x)$/i.test(text) ? 1 : /^(?:0|no|false)$/i.test(text) ? 0 : text;
    default:
      return text;
  }
}

async function problemsOf(
  desk: Desk,
  visitor: Visitor,
  docType: DocType,
  documents: readonly JsonObject[],
  signal: AbortSignal,
) {
  const problems = new Map<number, string>();
  const known = new Map<string, boolean>();
  for (const [at, values] of documents.entries()) {
    const { problems: own, links: all } = checked(desk, docType, values, true);
    const links = at < linkedRows ? all : [];
    const dead: Problem[] = [];
    for (const link of links) {
      const key = `${link.doctype}\n${link.name}`;
      const isDead = known.get(key) ?? (await deadLinks(visitor.client, [link], signal)).length > 0;
      known.set(key, isDead);
      if (isDead) dead.push({ field: link.field, problem: `There is no ${link.doctype} ${JSON.stringify(link.name)}` });
    }
    const told = [...own, ...dead].map(({ field, problem }) => `${field}: ${problem}`);
    if (told.length > 0) problems.set(at, told.join("; "));
  }
  return problems;
}
