/** A stretch of the text: an object with its braces, or a member from its key to the end of its value. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text between two members, or between a member and a brace: white space, comments and at most one comma. */
interface Gap {
  /** Offset of the comma. */
  readonly comma: number | undefined;
  /** Where what belongs to the member before ends: after the comma and the comments on its line. */
  readonly tail: number;
}

const gapTokens = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|\r?\n|,|[^\S\r\n]+/g;

function gapBetween(text: string, start: number, end: number): Gap {
  let comma: number | undefined;
  let lineBreak: number | undefined;
  for (const { 0: token, index } of text.slice(start, end).matchAll(gapTokens)) {
    if (token === ",") {
      comma = start + index;
      lineBreak = undefined;
    } else if (token.endsWith("\n")) {
      lineBreak ??= start + index;
    }
  }
  return { comma, tail: lineBreak ?? (comma === undefined ? start : comma + 1) };
}

/** The line break that a text uses. */
export function lineBreakOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** One step of the indentation that a text uses; two spaces if it shows none. */
export function indentOf(text: string): string {
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
}

/** The white space before an offset, if nothing else stands before it on its line. */
function indentBefore(text: string, offset: number): string | undefined {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return line.trim() === "" && offset > line.length ? line : undefined;
}

/**
 * The text with one more member at the end of an object, written like the last of its members: on lines of its own
 * or in the same line, with a trailing comma or without. Nothing else changes.
 */
export function insertMember(
  text: string,
  object: Span,
  members: readonly Span[],
  key: string,
  value: unknown,
): string {
  const last = members.at(-1);
  if (last === undefined) return fillObject(text, object, key, value);
  const gap = gapBetween(text, last.end, object.end - 1);
  const indent = indentBefore(text, last.start);
  const afterComma = gap.comma === undefined ? last.end : gap.comma + 1;
  const at = indent === undefined ? afterComma : gap.tail;
  const member =
    indent === undefined ? ` ${JSON.stringify(key)}: ${JSON.stringify(value)}` : memberLines(text, indent, key, value);
  if (gap.comma !== undefined) return `${text.slice(0, at)}${member},${text.slice(at)}`;
  return `${text.slice(0, last.end)},${text.slice(last.end, at)}${member}${text.slice(at)}`;
}

/** The first member of an object goes below whatever comments the object holds. */
function fillObject(text: string, object: Span, key: string, value: unknown): string {
  const comments = text.slice(object.start + 1, object.end - 1).trimEnd();
  const brace = comments.includes("\n") ? object.end - 1 : object.start;
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", brace) + 1))?.[0] ?? "";
  const lines = memberLines(text, indent + indentOf(text), key, value);
  const closing = `${lineBreakOf(text)}${indent}`;
  return `${text.slice(0, object.start + 1)}${comments}${lines}${closing}${text.slice(object.end - 1)}`;
}

function memberLines(text: string, indent: string, key: string, value: unknown): string {
  const lead = `${lineBreakOf(text)}${indent}`;
  const json = JSON.stringify(value, undefined, indentOf(text)).replaceAll("\n", lead);
  return `${lead}${JSON.stringify(key)}: ${json}`;
}

/** The text with another value in place of one, indented like the line that it begins in. */
export function replaceValue(text: string, old: Span, value: unknown): string {
  const line = text.slice(text.lastIndexOf("\n", old.start - 1) + 1, old.start);
  const lead = `${lineBreakOf(text)}${/^[ \t]*/.exec(line)?.[0] ?? ""}`;
  const json = JSON.stringify(value, undefined, indentOf(text)).replaceAll("\n", lead);
  return text.slice(0, old.start) + json + text.slice(old.end);
}

/**
 * The text without one member of an object.
 *
 * Its comments go with it: those on its last line, and those above it up to a blank line or the member before.
 */
export function cutMember(text: string, object: Span, members: readonly Span[], index: number): string {
  const member = members[index];
  if (member === undefined) return text;
  const isLast = index === members.length - 1;
  const before = gapBetween(text, members[index - 1]?.end ?? object.start + 1, member.start);
  const after = gapBetween(text, member.end, members[index + 1]?.start ?? object.end - 1);
  const start = startOfCut(text, before.tail, member.start, after.tail);
  const orphan = isLast && after.comma === undefined ? before.comma : undefined;
  const kept = orphan === undefined ? text.slice(0, start) : text.slice(0, orphan) + text.slice(orphan + 1, start);
  const inside = kept.slice(object.start + 1) + text.slice(after.tail, object.end - 1);
  return members.length === 1 && inside.trim() === ""
    ? kept.slice(0, object.start + 1) + text.slice(object.end - 1)
    : kept + text.slice(after.tail);
}

/** A member's own comments begin after the last blank line above it. */
function startOfCut(text: string, tail: number, member: number, end: number): number {
  const above = text.slice(tail, member);
  const blankLine = [...above.matchAll(/\n[^\S\r\n]*(?=\r?\n)/g)].at(-1);
  const start = blankLine === undefined ? tail : tail + blankLine.index + blankLine[0].length;
  // What follows in the member's last line needs the line break before it: that may end a comment.
  const isLineEnd = /^[^\S\r\n]*\r?\n/.test(text.slice(end));
  return isLineEnd ? start : start + (/^\r?\n\s*/.exec(text.slice(start))?.[0].length ?? 0);
}
