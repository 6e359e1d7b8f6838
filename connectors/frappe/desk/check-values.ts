import type { Client } from "../client/client.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject } from "../client/json.ts";
import { type DocType, type Field, standardFields } from "./doctype.ts";

/** Something about values that the site will not take, or will take otherwise than it looks. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
}

/** What can be known of values before they are sent. */
export interface Checked {
  /** What the site refuses, or ignores in silence. */
  readonly problems: readonly Problem[];
  /** What it may still fill in, such as required fields that are fetched from a link. */
  readonly warnings: readonly Problem[];
  /** Links to look up: the site says whether they exist. */
  readonly links: readonly { readonly field: string; readonly doctype: string; readonly name: string }[];
}

/** Links that are looked up for one document. */
const mostLinks = 100;

/** What can be told of values without the site. `isNew`: whether what is required must be there. */
export function checkValues(docType: DocType, values: JsonObject, isNew: boolean): Checked {
  const found = { problems: [] as Problem[], warnings: [] as Problem[], links: [] as Checked["links"][number][] };
  for (const [name, value] of Object.entries(values)) {
    const field = docType.fields.find((each) => each.name === name);
    if (field !== undefined) checkValue(docType, field, value, values, isNew, found);
    else if (!standardFields.has(name) && !name.startsWith("_")) {
      found.problems.push({ field: name, problem: `${docType.name} has no such field; the site would ignore it` });
    }
  }
  if (!isNew) return found;
  for (const { name, label, isRequired, default: fallback, type } of docType.fields) {
    if (!isRequired || fallback !== undefined || type === "Check" || isThere(values[name])) continue;
    found.warnings.push({ field: name, problem: `${label} is required; unless the site fills it in, it refuses` });
  }
  return found;
}

/** Which of the links lead nowhere, as the site tells this user. Rights to see what is linked are the site's. */
export async function deadLinks(
  client: Client,
  links: Checked["links"],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { field, doctype, name } of links.slice(0, mostLinks)) {
    try {
      const args = { doctype, docname: name, fields: '["name"]' };
      const { value } = await client.call("frappe.client.validate_link", args, { verb: "GET" }, signal);
      if (isJsonObject(value) && isThere(value["name"])) continue;
      problems.push({ field, problem: `There is no ${doctype} ${JSON.stringify(name)}` });
    } catch (thrown) {
      if (!(thrown instanceof FrappeError)) throw thrown;
      if (thrown.code === "not_found")
        problems.push({ field, problem: `There is no ${doctype} ${JSON.stringify(name)}` });
      else if (thrown.code !== "permission_denied") throw thrown;
    }
  }
  return problems;
}

type Found = { readonly problems: Problem[]; readonly warnings: Problem[]; readonly links: Checked["links"][number][] };

function checkValue(
  docType: DocType,
  field: Field,
  value: unknown,
  values: JsonObject,
  isNew: boolean,
  found: Found,
): void {
  const { name, type, options } = field;
  if (!isThere(value)) return;
  if (field.isReadOnly)
    found.warnings.push({ field: name, problem: "It is read-only on the form; the site may set it itself" });
  const rows = docType.tables.get(name);
  if (rows !== undefined) {
    checkRows(name, rows, value, isNew, found);
    return;
  }
  const problem = problemOf(field, value);
  if (problem !== undefined) found.problems.push({ field: name, problem });
  const target = type === "Link" ? options : type === "Dynamic Link" ? values[options] : undefined;
  if (typeof target === "string" && target !== "" && typeof value === "string") {
    found.links.push({ field: name, doctype: target, name: value });
  }
}

function checkRows(table: string, docType: DocType, value: unknown, isNew: boolean, found: Found): void {
  if (!Array.isArray(value) || !value.every(isJsonObject)) {
    found.problems.push({ field: table, problem: "It is a table: a list of objects is needed" });
    return;
  }
  for (const [at, row] of value.entries()) {
    const { _delete: _, ...values } = row;
    const inner = checkValues(docType, values, isNew && row["name"] === undefined);
    const place = (field: string): string => `${table}[${at}].${field}`;
    found.problems.push(...inner.problems.map(({ field, problem }) => ({ field: place(field), problem })));
    found.warnings.push(...inner.warnings.map(({ field, problem }) => ({ field: place(field), problem })));
    found.links.push(...inner.links.map(({ field, doctype, name }) => ({ field: place(field), doctype, name })));
  }
}

/** What the site would refuse, or fail over. */
function problemOf({ type, options }: Field, value: unknown): string | undefined {
  const shown = JSON.stringify(value)?.slice(0, 100);
  switch (type) {
    case "Date":
      return isDate(value) ? undefined : `${shown} is no date; write YYYY-MM-DD`;
    case "Datetime":
      return isMoment(value) ? undefined : `${shown} is no time; write YYYY-MM-DD HH:MM:SS, in the site's time zone`;
    case "Int":
    case "Float":
    case "Currency":
    case "Percent":
      return Number.isFinite(typeof value === "string" ? Number(value) : value) ? undefined : `${shown} is no number`;
    case "Check":
      return [0, 1, true, false, "0", "1"].some((each) => each === value) ? undefined : `${shown} is neither 0 nor 1`;
    case "Select": {
      const choices = options.split("\n");
      if (options === "" || choices.includes(String(value))) return undefined;
      return `${shown} is none of ${choices.filter(Boolean).join(", ").slice(0, 300)}`;
    }
    default:
      return undefined;
  }
}

function isDate(value: unknown): boolean {
  const found = typeof value === "string" ? /^(\d{4}-\d\d-\d\d)/.exec(value) : null;
  return found !== null && isDay(found[1] ?? "");
}

function isMoment(value: unknown): boolean {
  const found =
    typeof value === "string" ? /^(\d{4}-\d\d-\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/.exec(value) : null;
  return found !== null && isDay(found[1] ?? "");
}

/** A day that the calendar has: of one that it lacks, the next month's is made. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}
