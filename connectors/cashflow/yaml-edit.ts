import { isDeepStrictEqual } from "node:util";
import { Document, Lexer, type YAMLMap, isNode, parseAllDocuments } from "yaml";

/*
 * Changes of one map in a YAML text that leave the rest as it was written, to the letter. The library can only write whole documents, in a style
 * of its own; so a part of that is put into the text, and taken where the outcome says the same as the whole document would. Where it does not,
 * as with aliases, the whole document is what is written: comments and order stay, its layout may not.
 */

/** A text with a map in it as it is now, given what the whole documents would be written as. */
export function withMap(text: string, map: YAMLMap, whole: string): string {
  const [start, end] = map.range ?? [0, 0];
  const from = lineStart(text, start);
  const written = writtenAlone(map, text.slice(start, end));
  if (written === undefined || end === 0) return whole;
  const indented = written.replaceAll(/\n(?!\n|$)/g, `\n${" ".repeat(start - from)}`);
  return preferred(text.slice(0, start) + indented + text.slice(end), whole);
}

/** A text without the item of a list that a map is, and the comments right above it, given what the whole documents would be written as. */
export function withoutItem(text: string, map: YAMLMap, index: number, whole: string): string {
  const [start, end] = map.range ?? [0, 0];
  const line = lineStart(text, start);
  // What stands above the first item may be about all of them.
  const from = index === 0 ? line : commentStart(text, line);
  const lineEnd = text.indexOf("\n", end);
  const to = text[end - 1] === "\n" ? end : lineEnd < 0 ? text.length : lineEnd + 1;
  return preferred(text.slice(0, from) + text.slice(to), whole);
}

/** Where the comments that end at the beginning of a line begin. */
function commentStart(text: string, line: number): number {
  const above = line === 0 ? 0 : lineStart(text, line - 1);
  return above < line && /^\s*#/.test(text.slice(above, line)) ? commentStart(text, above) : line;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Width at which a map in braces is broken into lines. */
const braceWidth = 120;

function writtenAlone(map: YAMLMap, before: string): string | undefined {
  // What stands above it is not a part of it.
  delete map.commentBefore;
  map.spaceBefore = false;
  const first = map.items[0]?.key;
  if (isNode(first)) {
    delete first.commentBefore;
    first.spaceBefore = false;
  }
  const isInBraces = map.flow === true;
  if (isInBraces) delete map.comment;
  const document = new Document(map);
  try {
    const written = document.toString({
      lineWidth: isInBraces ? braceWidth : 0,
      flowCollectionPadding: /[{[] /.test(before),
    });
    return before.endsWith("\n") ? written : written.trimEnd();
  } catch {
    // An alias of something that stands elsewhere.
    return undefined;
  }
}

function preferred(edited: string, whole: string): string {
  const isSame =
    isDeepStrictEqual(said(edited), said(whole)) && isDeepStrictEqual(commentsIn(edited), commentsIn(whole));
  return isSame ? edited : whole;
}

function said(text: string): unknown {
  return parseAllDocuments(text)
    .filter((document) => document instanceof Document)
    .map((document) => (document.errors.length > 0 ? Symbol("broken") : document.toJS({ maxAliasCount: 100 })));
}

function commentsIn(text: string): string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith("#")).toSorted();
}
