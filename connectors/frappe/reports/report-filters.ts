import { type JsonObject, stringAt } from "../client/json.ts";

/** A question that a report wants answered. */
export interface ReportFilter {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly options: string | undefined;
  readonly isRequired: boolean;
  /** As the report's form has it; a text of code where it is computed there. */
  readonly default: string | undefined;
}

/** The filters that are stored with a report. */
export function storedFilters(rows: readonly JsonObject[]): readonly ReportFilter[] {
  return rows.map((row) => {
    const name = stringAt(row, "fieldname") ?? "";
    return {
      name,
      label: stringAt(row, "label") ?? name,
      type: stringAt(row, "fieldtype") ?? "Data",
      options: stringAt(row, "options"),
      isRequired: Number(row["mandatory"] ?? row["reqd"] ?? 0) === 1,
      default: stringAt(row, "default"),
    };
  });
}

/**
 * The filters that the code of a report's form lists. The code is read, not run: it is a stranger's. So a filter that is put together by code, in place of
 * being written there, is not found.
 */
export function scriptFilters(script: string): readonly ReportFilter[] {
  const list = bracketed(script, script.search(/\bfilters["']?\s*[:=]\s*\[/));
  return objectsIn(list).flatMap((text) => {
    const own = withoutInner(text);
    const name = textOf(own, "fieldname");
    if (name === undefined) return [];
    return [
      {
        name,
        label: textOf(own, "label") ?? name,
        type: textOf(own, "fieldtype") ?? "Data",
        options: textOf(own, "options") ?? listOf(text),
        isRequired: /\breqd["']?\s*:\s*(?:1|true)\b/.test(own),
        default: textOf(own, "default") ?? /\bdefault["']?\s*:\s*([^,}\n]+)/.exec(own)?.[1]?.trim(),
      },
    ];
  });
}

/** A text that is given for a key: plain, or in `__()`, which translates it. */
function textOf(object: string, key: string): string | undefined {
  const found = new RegExp(String.raw`\b${key}["']?\s*:\s*(?:__\(\s*)?(?:"([^"]*)"|'([^']*)'|\x60([^\x60]*)\x60)`).exec(
    object,
  );
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

/** Choices that are given as a list of texts. */
function listOf(object: string): string | undefined {
  const from = object.search(/\boptions["']?\s*:\s*\[/);
  if (from < 0) return undefined;
  const texts = [...bracketed(object, from).matchAll(/"([^"]*)"|'([^']*)'/g)].map((each) => each[1] ?? each[2] ?? "");
  return texts.length === 0 ? undefined : texts.join("\n");
}

/** From the first bracket after a place to the one that closes it. */
function bracketed(text: string, from: number): string {
  const start = from < 0 ? -1 : text.indexOf("[", from);
  if (start < 0) return "";
  const end = closing(text, start);
  return text.slice(start + 1, end);
}

/** The objects that stand in a list, as text. */
function objectsIn(list: string): readonly string[] {
  const found: string[] = [];
  for (let at = list.indexOf("{"); at >= 0; at = list.indexOf("{", at)) {
    const end = closing(list, at);
    found.push(list.slice(at, end + 1));
    at = end + 1;
  }
  return found;
}

/** An object without what stands in brackets within it: functions and lists have members of the same names. */
function withoutInner(object: string): string {
  let text = object.slice(1, -1);
  for (let at = text.search(/[[{]/); at >= 0; at = text.search(/[[{]/))
    text = text.slice(0, at) + text.slice(closing(text, at) + 1);
  return text;
}

const pairs: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")" };

/** Where the bracket that opens here is closed; the end where it is not. Brackets in texts do not count. */
function closing(text: string, open: number): number {
  const awaited: string[] = [];
  let quote: string | undefined;
  for (let at = open; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (quote !== undefined) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = undefined;
    } else if (/["'`]/.test(sign)) quote = sign;
    else if (pairs[sign] !== undefined) awaited.push(pairs[sign]);
    else if (sign === awaited.at(-1)) {
      awaited.pop();
      if (awaited.length === 0) return at;
    }
  }
  return text.length;
}
