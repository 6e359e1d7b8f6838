import { type MemberSpan, allMembers, memberSpans } from "./member-text.ts";

/*
 * Changes of a result in its text: whatever is not changed keeps every byte, so that a number that JavaScript cannot hold, a member that nobody
 * knows and the way a string was escaped arrive as they were sent. Each costs a look at the text up to what is changed, and one copy.
 */

const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** The text without these members: the same buffer where it has none of them, undefined where it is not that of an object. */
export function withoutMembers(text: Buffer, names: readonly string[]): Buffer | undefined {
  const quoted = names.filter((name) => text.includes(`"${name}"`, 0, "latin1"));
  if (quoted.length === 0) return text;
  const spans = allMembers(text);
  if (spans === undefined) return undefined;
  const kept = spans.filter(({ name }) => !quoted.includes(name));
  return kept.length === spans.length ? text : joined(text, "", kept);
}

/** The text with other members before its own, given as text: `"a":1,"b":2`. */
export function withFirst(text: Buffer, members: string): Buffer {
  const rest = text.subarray(text.indexOf(openingBrace) + 1);
  return Buffer.concat([Buffer.from(`{${members}${isEmptyRest(rest) ? "" : ","}`), rest]);
}

/**
 * The text with a member more in its `_meta`, given as text: `"a":1`. It stands first there, so that one of that name which follows is the one
 * that counts. A `_meta` that is no object stays as it is.
 */
export function withInMeta(text: Buffer, member: string): Buffer {
  const meta = metaIn(text);
  if (meta === undefined) return withFirst(text, `"_meta":{${member}}`);
  if (text[meta.valueStart] !== openingBrace) return text;
  const rest = text.subarray(meta.valueStart + 1);
  return Buffer.concat([
    text.subarray(0, meta.valueStart + 1),
    Buffer.from(isEmptyRest(rest) ? member : `${member},`),
    rest,
  ]);
}

/** Where the result's `_meta` is; looks no further than that. */
export function metaIn(text: Buffer): MemberSpan | undefined {
  if (!text.includes('"_meta"', 0, "latin1")) return undefined;
  for (const span of memberSpans(text)) if (span.name === "_meta") return span;
  return undefined;
}

/** An object of these members: first some as text, then others of `text`. */
export function joined(text: Buffer, first: string, spans: readonly MemberSpan[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`{${first}`)];
  for (const { start, end } of spans) {
    if (parts.length > 1 || first !== "") parts.push(separator);
    parts.push(text.subarray(start, end));
  }
  parts.push(end);
  return Buffer.concat(parts);
}

const separator = Buffer.from(",");
const end = Buffer.from("}");

/** Whether nothing but white space stands before the closing brace. */
function isEmptyRest(rest: Buffer): boolean {
  for (const byte of rest) {
    if (byte === closingBrace) return true;
    if (byte > 0x20) return false;
  }
  return true;
}
