import type { Json, JsonObject } from "../answers.ts";
import type { DocTypeAnswer, FieldAnswer } from "./answers.ts";
import { type State, isChangeable, isNumeric, isTable } from "./fields.ts";
import { rowsOf, textAt } from "./json.ts";

/** A row as it is edited. */
export interface EditedRow {
  /** Tells rows apart while they are edited: the row's name, or one of ours for a new one. */
  readonly key: string;
  readonly isNew: boolean;
  readonly isGone: boolean;
  readonly values: Readonly<Record<string, string>>;
}

/** A document as it is edited: every value as a text. */
export interface Edited {
  readonly values: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, readonly EditedRow[]>>;
}

/** A value as it is typed in. */
function typedText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function typedValues(fields: readonly FieldAnswer[], from: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map(({ name }) => [name, typedText(from[name])]));
}

/** The fields of the rows of a table. */
export function rowFields({ child_tables: tables }: DocTypeAnswer, table: string): readonly FieldAnswer[] {
  return tables.find(({ field }) => field === table)?.fields ?? [];
}

/** What an editor of a document begins with. */
export function editedFrom(docType: DocTypeAnswer, doc: JsonObject, state: State): Edited {
  const fields = docType.fields.filter((field) => isChangeable(field, state));
  const tables = fields
    .filter(({ type }) => isTable(type))
    .map(({ name }) => {
      const columns = rowFields(docType, name).filter((field) => isChangeable(field, state));
      const rows = rowsOf(doc[name]).map((row) => ({
        key: textAt(row, "name"),
        isNew: false,
        isGone: false,
        values: typedValues(columns, row),
      }));
      return [name, rows] as const;
    });
  const plain = fields.filter(({ type }) => !isTable(type));
  return { values: typedValues(plain, doc), tables: Object.fromEntries(tables) };
}

/** What was changed, and what of it cannot be sent. */
export interface Changes {
  /** Fields and rows that differ from the document, as `update_document` takes them. */
  readonly data: JsonObject;
  /** What is wrong, by the place: `due_date`, or `items row-name qty`. */
  readonly wrong: Readonly<Record<string, string>>;
}

/** What was typed against what the document says: only that is sent, so that everything else stays. */
export function changesOf(docType: DocTypeAnswer, doc: JsonObject, edited: Edited): Changes {
  const wrong: Record<string, string> = {};
  const data: Record<string, Json | undefined> = { ...changedValues(docType.fields, edited.values, doc, "", wrong) };
  for (const [table, rows] of Object.entries(edited.tables)) {
    const before = new Map(rowsOf(doc[table]).map((row) => [textAt(row, "name"), row]));
    const fields = rowFields(docType, table);
    const changed = rows.flatMap((row): JsonObject[] => {
      if (row.isGone) return [{ name: row.key, _delete: true }];
      const values = changedValues(fields, row.values, before.get(row.key) ?? {}, `${table} ${row.key} `, wrong);
      if (Object.keys(values).length === 0) return [];
      return [row.isNew ? values : { name: row.key, ...values }];
    });
    if (changed.length > 0) data[table] = changed;
  }
  return { data, wrong };
}

function changedValues(
  fields: readonly FieldAnswer[],
  typed: Readonly<Record<string, string>>,
  before: JsonObject,
  place: string,
  wrong: Record<string, string>,
): JsonObject {
  const changed: Record<string, Json> = {};
  for (const field of fields) {
    const text = typed[field.name];
    if (text === undefined || text === typedText(before[field.name])) continue;
    const value = sentValue(field, text);
    if (value === undefined) wrong[`${place}${field.name}`] = "This must be a number";
    else changed[field.name] = value;
  }
  return changed;
}

/** A text as the value that a site takes; undefined where it is none. */
function sentValue({ type }: FieldAnswer, text: string): Json | undefined {
  if (isNumeric(type)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined;
  }
  return text === "" ? null : text;
}

/** A field that two people have changed, or that one has, since it was read. */
export interface Version {
  readonly field: FieldAnswer;
  readonly before: Json | undefined;
  readonly theirs: Json | undefined;
  /** What is sent of mine. */
  readonly mine: Json;
}

/** Both versions of what was changed here, once somebody else has saved another version. */
export function versionsOf(
  docType: DocTypeAnswer,
  before: JsonObject,
  theirs: JsonObject,
  mine: JsonObject,
): readonly Version[] {
  return Object.entries(mine).flatMap(([name, value]) => {
    const field = docType.fields.find((each) => each.name === name);
    if (field === undefined || value === undefined) return [];
    return [{ field, before: before[name], theirs: theirs[name], mine: value }];
  });
}

/** The labels of what somebody else changed and this editor did not. */
export function changedByOthers(
  docType: DocTypeAnswer,
  before: JsonObject,
  theirs: JsonObject,
  mine: JsonObject,
): readonly string[] {
  return docType.fields
    .filter(({ name, hidden }) => hidden !== true && !(name in mine))
    .filter(({ name, type }) => contentOf(type, before[name]) !== contentOf(type, theirs[name]))
    .map(({ label }) => label);
}

/** What a value says, without the marks that each saving leaves on rows. */
export function contentOf(type: string, value: Json | undefined): string {
  if (!isTable(type)) return typedText(value);
  const marks = new Set(["modified", "modified_by", "creation", "owner", "idx"]);
  return JSON.stringify(rowsOf(value).map((row) => Object.entries(row).filter(([name]) => !marks.has(name))));
}
