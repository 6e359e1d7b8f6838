import type { DocType, Field } from "./doctype.ts";
import { holdsValue, isNumeric } from "./doctype.ts";
import { type Json, numberOf, textOf } from "./json.ts";
import { type Told, raised, thrown } from "./raised.ts";
import { type SiteState, doctypeOf } from "./site.ts";

/** Values as a document holds them: what is not given has its default, numbers are numbers, and what is no field is left out. */
export function withDefaults(site: SiteState, { fields }: DocType, given: Json): Json {
  const values: Json = {};
  for (const field of fields.filter(holdsValue)) {
    const value = given[field.fieldname];
    values[field.fieldname] = value === undefined || value === "" ? defaultOf(site, field) : stored(field, value);
  }
  return values;
}

/** A value as a field holds it. */
export function stored(field: Field, value: unknown): unknown {
  if (value === null || value === "") return isNumeric(field) ? 0 : null;
  if (isNumeric(field)) return field.fieldtype === "Int" ? Math.trunc(numberOf(value)) : numberOf(value);
  if (field.fieldtype === "Password") return "*".repeat(textOf(value).length);
  return typeof value === "object" ? JSON.stringify(value) : textOf(value);
}

function defaultOf(site: SiteState, field: Field): unknown {
  if (field.default === "Today") return site.now().slice(0, 10);
  if (field.default === "user") return null;
  if (field.default !== undefined) return stored(field, field.default);
  if (isNumeric(field)) return 0;
  // The first choice, also where that is empty.
  return (field.fieldtype === "Select" ? field.options?.split("\n")[0] : undefined) ?? null;
}

/** Refuses values that a document or row may not hold. */
export function validate(type: DocType, doc: Json): void {
  for (const field of type.fields) {
    const value = doc[field.fieldname];
    if (value === null || value === undefined) continue;
    if (field.fieldtype === "Select") checkChoice(field, textOf(value));
    if (field.fieldtype === "Date" || field.fieldtype === "Datetime") checkDate(type, field, textOf(value));
  }
}

/** What is required and not there, of a document and its rows: what the user is told, and the fields. */
export function missingIn(
  site: SiteState,
  type: DocType,
  doc: Json,
): { readonly told: Told[]; readonly names: string[] } {
  const told: Told[] = [];
  const names: string[] = [];
  const look = (of: DocType, values: Json, row: number | undefined): void => {
    for (const { fieldname, label, fieldtype, reqd } of of.fields) {
      const value = values[fieldname];
      const isMissing =
        reqd === true &&
        (fieldtype === "Table" ? rowsOf(value).length === 0 : value === null || value === undefined || value === "");
      if (!isMissing) continue;
      const where =
        row === undefined
          ? `Value missing for ${of.name}: ${label}`
          : `<strong>${of.name}</strong> Row #${row}: Value missing for: ${label}`;
      told.push({ message: `Error: ${where}`, title: "Message" });
      names.push(fieldname);
    }
  };
  look(type, doc, undefined);
  for (const { fieldname, options = "" } of tablesOf(type)) {
    for (const [index, row] of rowsOf(doc[fieldname]).entries()) look(doctypeOf(site, options), row, index + 1);
  }
  return { told, names };
}

/** Refuses links to what is not there, of a document and its rows. */
export function checkLinks(site: SiteState, type: DocType, doc: Json): void {
  const wrong: string[] = [];
  const look = (of: DocType, values: Json): void => {
    for (const { fieldname, label, fieldtype, options = "" } of of.fields) {
      if (fieldtype !== "Link" && fieldtype !== "Dynamic Link") continue;
      const target = fieldtype === "Link" ? options : textOf(values[options]);
      const name = textOf(values[fieldname]);
      if (name !== "" && target !== "" && site.doctypes.has(target) && site.store.get(target, name) === undefined) {
        wrong.push(`${label}: ${name}`);
      }
    }
  };
  look(type, doc);
  for (const { fieldname, options = "" } of tablesOf(type)) {
    for (const row of rowsOf(doc[fieldname])) look(doctypeOf(site, options), row);
  }
  if (wrong.length > 0) throw thrown("LinkValidationError", `Could not find ${wrong.join(", ")}`);
}

/** The fields of a DocType that are tables. */
export function tablesOf({ fields }: DocType): readonly Field[] {
  return fields.filter(({ fieldtype }) => fieldtype === "Table");
}

/** The rows in a value of a table. */
export function rowsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((row): row is Json => typeof row === "object" && row !== null) : [];
}

function checkChoice({ label, options = "" }: Field, value: string): void {
  const choices = options.split("\n");
  if (value === "" || options === "" || choices.includes(value)) return;
  const named = choices.filter((choice) => choice !== "").map((choice) => `"${choice}"`);
  throw thrown("ValidationError", ` ${label} cannot be "${value}". It should be one of ${named.join(", ")}`);
}

function checkDate({ name }: DocType, { fieldname, fieldtype }: Field, value: string): void {
  const isDate = /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)));
  if (isDate) return;
  const kind = fieldtype === "Date" ? "date" : "datetime";
  const text = `(1292, "Incorrect ${kind} value: '${value}' for column \`site\`.\`tab${name}\`.\`${fieldname}\` at row 1")`;
  throw raised("OperationalError", text, { module: "pymysql.err" });
}
