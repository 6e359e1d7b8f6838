import { TomlError, parse, stringify } from "smol-toml";
import { isRecord } from "../config/content.ts";

/** A TOML text, read, or where it stops being TOML. */
export type TomlText =
  | { readonly kind: "read"; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: "broken"; readonly line: number; readonly column: number };

/** Reads TOML 1.1. The parser's own message is not passed on: it quotes the text. */
export function readToml(text: string): TomlText {
  try {
    return { kind: "read", content: parse(text) };
  } catch (thrown) {
    if (thrown instanceof TomlError) return { kind: "broken", line: thrown.line, column: thrown.column };
    throw thrown;
  }
}

/**
 * The text with one more table `[parent.name]` at its end.
 *
 * Whether it says what it should is for the caller to check: a text can hold `parent` in forms that no table can follow.
 */
export function withTable(
  text: string,
  parent: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): string {
  const lineBreak = lineBreakOf(text);
  const table = `${tableText(parent, name, entry)}\n`.replaceAll("\n", lineBreak);
  const end = text === "" || text.endsWith("\n") ? "" : lineBreak;
  return `${text}${end}${text === "" ? "" : lineBreak}${table}`;
}

/** A table `[parent.name]` alone. */
export function tableText(parent: string, name: string, entry: Readonly<Record<string, unknown>>): string {
  return stringify({ [parent]: { [name]: entry } }).trimEnd();
}

/** The text without the table `[parent.name]`, the tables inside it, and one blank line above it. Comments around it stay. */
export function withoutTable(text: string, parent: string, name: string): string {
  let lines = text.split(/(?<=\n)/);
  for (;;) {
    const start = lines.findIndex((line) => isHeaderOf(line, parent, name) === true);
    if (start === -1) return lines.join("");
    const next = lines.findIndex((line, at) => at > start && isHeaderOf(line, parent, name) !== undefined);
    let end = next === -1 ? lines.length : next;
    while (end > start + 1 && /^(?:#.*)?$/.test(lines[end - 1]?.trim() ?? "")) end -= 1;
    const isSpaced = lines[start - 1]?.trim() === "";
    lines = lines.toSpliced(isSpaced ? start - 1 : start, end - start + (isSpaced ? 1 : 0));
  }
}

/** Whether a line begins that table or one inside it; undefined where it begins none at all. */
function isHeaderOf(line: string, parent: string, name: string): boolean | undefined {
  if (!/^\s*\[/.test(line)) return undefined;
  const read = readToml(line);
  if (read.kind === "broken") return undefined;
  const inner = read.content[parent];
  return isRecord(inner) && Object.hasOwn(inner, name);
}

function lineBreakOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
