import type { Json, JsonObject } from "../answers.ts";
import type { DocTypeAnswer, FieldAnswer } from "./answers.ts";

/** How far a document is: what a site says by `docstatus`. */
export type State = "draft" | "submitted" | "cancelled";

/** A document's state. */
export function stateOf(doc: JsonObject): State {
  const status = Number(doc["docstatus"] ?? 0);
  return status === 1 ? "submitted" : status === 2 ? "cancelled" : "draft";
}

const numeric = new Set(["Int", "Float", "Currency", "Percent", "Check", "Duration", "Rating"]);
const long = new Set([
  "Small Text",
  "Text",
  "Long Text",
  "Text Editor",
  "Markdown Editor",
  "HTML Editor",
  "Code",
  "JSON",
]);
/** Held by the site, or made by forms of its own. */
const notTyped = new Set([
  "Read Only",
  "Password",
  "Signature",
  "Attach",
  "Attach Image",
  "Geolocation",
  "Barcode",
  "Icon",
]);

/** Whether values of this type are numbers. */
export function isNumeric(type: string): boolean {
  return numeric.has(type);
}

/** Whether texts of this type have lines. */
export function isLong(type: string): boolean {
  return long.has(type);
}

/** Whether a field holds rows. */
export function isTable(type: string): boolean {
  return type === "Table" || type === "Table MultiSelect";
}

/** Whether a field can be changed by a person in this state of the document. */
export function isChangeable(field: FieldAnswer, state: State): boolean {
  if (field.hidden === true || field.read_only === true || field.masked === true || notTyped.has(field.type))
    return false;
  if (field.name === "amended_from") return false;
  return state === "draft" || (state === "submitted" && field.changes_after_submit === true);
}

/** A value as people read it. */
export function shownValue(type: string, value: Json | undefined): string {
  if (value === undefined || value === null || value === "") return "";
  if (type === "Check") return Number(value) === 1 ? "Yes" : "No";
  if (typeof value === "number" && (type === "Currency" || type === "Float" || type === "Percent")) {
    const decimals = type === "Currency" ? 2 : 0;
    return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: 6 });
  }
  if (type === "Text Editor" && typeof value === "string") return plainText(value);
  if (type === "Datetime" && typeof value === "string") return value.replace(/\.\d+$/, "");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The text of what was written with an editor, its lines kept. */
function plainText(html: string): string {
  const parsed = new DOMParser().parseFromString(html.replaceAll(/<\/(?:p|div|li)>|<br\s*\/?>/g, "$&\n"), "text/html");
  return parsed.body.textContent.trim();
}

/** Whether there is something to show of a field. */
export function isFilled(type: string, value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (isTable(type)) return Array.isArray(value) && value.length > 0;
  return !isNumeric(type) || Number(value) !== 0;
}

/** Fields that follow each other under one heading. */
export interface Section {
  readonly title: string;
  readonly fields: readonly FieldAnswer[];
}

/** Fields by the parts of the form that they stand in, in the form's order. */
export function sectionsOf(fields: readonly FieldAnswer[]): readonly Section[] {
  const sections: { title: string; fields: FieldAnswer[] }[] = [];
  for (const field of fields) {
    const title = field.section ?? "";
    const last = sections.at(-1);
    if (last?.title === title) last.fields.push(field);
    else sections.push({ title, fields: [field] });
  }
  return sections;
}

/** What is known of a column of a list, also of those that every document has. */
export function columnOf({ fields }: Pick<DocTypeAnswer, "fields">, name: string): FieldAnswer {
  return fields.find((field) => field.name === name) ?? common[name] ?? { name, label: name, type: "Data" };
}

/** Fields that every document has, and no DocType names. */
const common: Readonly<Record<string, FieldAnswer>> = {
  name: { name: "name", label: "Name", type: "Data" },
  docstatus: {
    name: "docstatus",
    label: "State",
    type: "Select",
    options: ["0", "1", "2"],
  },
  owner: { name: "owner", label: "Made by", type: "Data" },
  creation: { name: "creation", label: "Made", type: "Datetime" },
  modified: { name: "modified", label: "Changed", type: "Datetime" },
  modified_by: { name: "modified_by", label: "Changed by", type: "Data" },
};

/** What a list can show, filter and order by: fields with one value that are not masked, and those that every document has. */
export function askable({ fields, submittable }: DocTypeAnswer): readonly FieldAnswer[] {
  const own = fields.filter(
    ({ type, hidden, masked }) => !isTable(type) && type !== "Password" && hidden !== true && masked !== true,
  );
  const every = Object.values(common).filter(({ name }) => submittable || name !== "docstatus");
  return [...every, ...own];
}
