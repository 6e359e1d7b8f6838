import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "./json.ts";

/** One place at which two JSON values differ, for people. */
export interface JsonChange {
  /** `inputSchema.properties.path`, `args[0]`; empty for the whole. */
  readonly path: string;
  /** JSON texts, shortened to what differs, with what cannot be seen escaped; undefined where there is nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Longest text of one side of a change, in characters. */
const maxText = 400;
/** Characters in common that are shown before the first that differs. */
const lead = 20;

/** Where two JSON values differ, at most `max` places, in the order of the later value. */
export function jsonChanges(before: unknown, after: unknown, max: number): JsonChange[] {
  const found: JsonChange[] = [];
  collect(before, after, "", found, max);
  return found;
}

function collect(before: unknown, after: unknown, path: string, found: JsonChange[], max: number): void {
  if (found.length >= max || isDeepStrictEqual(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      collect(before[key], after[key], pathOf(path, key), found, max);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let at = 0; at < Math.max(before.length, after.length); at += 1) {
      collect(before[at], after[at], `${path}[${at}]`, found, max);
    }
  } else {
    found.push({ path, ...excerpts(textOf(before), textOf(after)) });
  }
}

function pathOf(path: string, key: string): string {
  const plain = /^[\w$-]{1,64}$/.test(key);
  if (!plain) return `${path}[${visible(JSON.stringify(key.slice(0, 64)))}]`;
  return path === "" ? key : `${path}.${key}`;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Of long texts the part from where they begin to differ: what was put at the end of one must not be what is cut off. */
function excerpts(before: string | undefined, after: string | undefined): Pick<JsonChange, "before" | "after"> {
  const isLong = (before?.length ?? 0) > maxText || (after?.length ?? 0) > maxText;
  const from = isLong ? Math.max(0, commonStart(before ?? "", after ?? "") - lead) : 0;
  return { before: excerpt(before, from), after: excerpt(after, from) };
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function excerpt(text: string | undefined, from: number): string | undefined {
  if (text === undefined) return undefined;
  const end = from + maxText;
  return `${from > 0 ? "…" : ""}${visible(text.slice(from, end))}${text.length > end ? `… (${text.length} characters)` : ""}`;
}

/** What a reader does not see, and a model does: zero-width, bidirectional, tag and unassigned characters, fillers, variation selectors. */
const unseen = /[\p{Cf}\p{Co}\p{Cn}\p{Cc}\u2028\u2029\u115F\u1160\u3164\uFFA0]|\p{Variation_Selector}/gu;

function visible(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
