import { DatabaseSync } from "node:sqlite";
import { holdsValue } from "./doctype.ts";
import { type Json, textOf } from "./json.ts";
import type { ReportResult } from "./methods/reports.ts";
import { raised, thrown } from "./raised.ts";
import type { SiteState } from "./site.ts";

/** Runs the SQL of a Query Report: over tables of the documents that it names, with `%(name)s` for its filters. */
export function queried(site: SiteState, query: string, filters: Json): ReportResult {
  if (!/^\s*select\b/i.test(query)) throw thrown("ValidationError", "Query must be of SELECT or read-only WITH type.");
  using database = new DatabaseSync(":memory:");
  for (const name of new Set([...query.matchAll(/`tab([^`]+)`/g)].map(([, found = ""]) => found)))
    fill(database, site, name);
  const names: string[] = [];
  const sql = query.replaceAll(/%\((\w+)\)s/g, (_whole, name: string) => {
    names.push(name);
    return `:${name}`;
  });
  try {
    const values = Object.fromEntries([...new Set(names)].map((name) => [name, textOf(filters[name])]));
    const statement = database.prepare(sql);
    const columns = statement.columns().map(({ name }) => columnOf(name));
    const rows = statement
      .all(values)
      .map((row) =>
        Object.fromEntries(Object.values(row).map((value, index) => [textOf(columns[index]?.["fieldname"]), value])),
      );
    return { result: rows, columns };
  } catch (wrong) {
    throw raised("ProgrammingError", wrong instanceof Error ? wrong.message : String(wrong), { module: "pymysql.err" });
  }
}

function fill(database: DatabaseSync, site: SiteState, name: string): void {
  const type = site.doctypes.get(name);
  if (type === undefined) return;
  const columns = [
    "name",
    "owner",
    "creation",
    "modified",
    "docstatus",
    ...type.fields.filter(holdsValue).map(({ fieldname }) => fieldname),
  ];
  const quoted = columns.map((column) => `\`${column}\``).join(", ");
  database.exec(`CREATE TABLE \`tab${name}\` (${quoted})`);
  const insert = database.prepare(`INSERT INTO \`tab${name}\` VALUES (${columns.map(() => "?").join(", ")})`);
  for (const doc of site.store.all(name)) {
    insert.run(
      ...columns.map((column) =>
        typeof doc[column] === "number"
          ? doc[column]
          : doc[column] === null || doc[column] === undefined
            ? null
            : textOf(doc[column]),
      ),
    );
  }
}

/** `Status:Data:120` is a label, a type with its options, and a width. */
function columnOf(written: string): Json {
  const [label = written, kind = "Data", width = "120"] = written.split(":");
  const [fieldtype = "Data", options] = kind.split("/");
  return {
    fieldtype,
    ...(options !== undefined && { options }),
    width,
    label,
    fieldname: label.toLowerCase().replaceAll(/\W+/g, "_"),
  };
}
