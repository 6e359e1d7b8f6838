import type { Json, JsonObject, Schema } from "./answers.ts";

/** What a file of operations is. */
export type FileKind = "csv" | "jsonl" | "json";

/** What a text is, by how it begins. */
export function kindOfText(text: string): FileKind {
  const start = text.trimStart();
  if (start.startsWith("[")) return "json";
  if (!start.startsWith("{")) return "csv";
  const [first = ""] = start.split("\n");
  // One object may be what a job is made of, rather than one operation.
  return isJson(first) && !/^\{\s*"(each|operations|template)"/.test(first) ? "jsonl" : "json";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The first rows of CSV, to be looked at; the gateway reads the whole with its own reader (RFC 4180). */
export function csvRows(text: string, max: number): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], "", false];
  for (let at = 0; at < text.length && rows.length < max; at += 1) {
    const character = text[at] ?? "";
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') [cell, at] = [`${cell}"`, at + 1];
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ",") [row, cell] = [[...row, cell], ""];
    else if (character === "\n") {
      rows.push([...row, cell.replace(/\r$/, "")]);
      [row, cell] = [[], ""];
    } else cell += character;
  }
  if (rows.length < max && (cell !== "" || row.length > 0)) rows.push([...row, cell]);
  return rows;
}

/** An operation for a tool in which columns of the same name fill its arguments, each as its schema has it. */
export function templateFor(tool: string, columns: readonly string[], { properties = {} }: Schema): JsonObject {
  const args: Record<string, Json> = {};
  for (const column of columns) {
    const member = properties[column];
    if (member !== undefined) args[column] = `{{${column}${suffixOf(member)}}}`;
  }
  return { type: "tool_call", parameters: { tool_name: tool, arguments: args } };
}

function suffixOf({ type }: Schema): string {
  if (type === "string" || type === undefined) return "";
  if (type === "number" || type === "integer") return ":number";
  return type === "boolean" ? ":boolean" : ":json";
}

/** Where a result has rows, and from where its next page goes on, as JSON Pointers. */
export interface FoundRows {
  readonly rows: string;
  readonly next: string | undefined;
  /** The first of them. */
  readonly first: readonly JsonObject[];
}

/** The first list of objects in what a tool answered, looked for from the outside in; undefined where there is none. */
export function rowsFoundIn(result: JsonObject): FoundRows | undefined {
  const waiting: { readonly value: Json | undefined; readonly pointer: string }[] = [
    { value: result["structuredContent"], pointer: "/structuredContent" },
  ];
  let next: string | undefined;
  for (const { value, pointer } of waiting) {
    if (!isObject(value)) continue;
    for (const [key, member] of Object.entries(value)) {
      const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (/^next/i.test(key)) next ??= at;
      if (Array.isArray(member) && member.length > 0 && member.every(isObject)) {
        const others = Object.keys(value).find((each) => /^next/i.test(each));
        return { rows: at, next: next ?? (others && `${pointer}/${others}`), first: member };
      }
      waiting.push({ value: member, pointer: at });
    }
  }
  return undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How the gateway is told what a text is. */
export const contentTypes = {
  csv: "text/csv",
  jsonl: "application/x-ndjson",
  json: "application/json",
} as const satisfies Record<FileKind, string>;

/** How many operations a text has, about: lines are counted, not read. */
export function countOf(text: string, kind: FileKind): number | undefined {
  if (kind === "json") return undefined;
  const lines = text.split("\n").filter((line) => line.trim() !== "").length;
  return kind === "csv" ? Math.max(0, lines - 1) : lines;
}
