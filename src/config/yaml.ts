import { isDeepStrictEqual } from "node:util";
import {
  Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Pair,
} from "yaml";
import { type ConfigDocument, type ConfigFormat, indexPlaces, type Place, type SyntaxFault } from "./document.ts";
import { closeEmpty, cutBlock, fillEmpty, insertBelow } from "./yaml-splice.ts";

/** The library's own messages quote the text, which may hold secrets. */
const faultMessages: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "has an alias with an anchor or a tag, which cannot be",
  BAD_ALIAS: "has an alias that names no anchor before it",
  BAD_COLLECTION_TYPE: "has a tag that does not fit its list or object",
  BAD_DIRECTIVE: "has a % directive that is not YAML 1.2",
  BAD_DQ_ESCAPE: "has an unknown \\ escape in a double-quoted string",
  BAD_INDENT: "is indented wrongly here",
  BAD_PROP_ORDER: "has an anchor or a tag in the wrong place",
  BAD_SCALAR_START: "has a value that starts with a reserved character and needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "has a key over several lines, or a second colon in one line",
  BLOCK_IN_FLOW: "lacks a comma inside [ ] or { }, or has an indented block there",
  DUPLICATE_KEY: "has a key twice",
  IMPOSSIBLE: "is not YAML",
  KEY_OVER_1024_CHARS: "has a key of more than 1024 characters",
  MISSING_CHAR: "lacks a character here: a closing quote or bracket, a comma, a colon or a space",
  MULTILINE_IMPLICIT_KEY: "has a key over several lines",
  MULTIPLE_ANCHORS: "has a value with two anchors",
  MULTIPLE_DOCS: "has a second document; a configuration is one",
  MULTIPLE_TAGS: "has a value with two tags",
  NON_STRING_KEY: "has a key that is not a string",
  RESOURCE_EXHAUSTION: "is nested too deeply, or repeats itself too often",
  TAB_AS_INDENT: "is indented with a tab; YAML takes spaces",
  TAG_RESOLVE_FAILED: "has a tag (!…) that has no meaning here",
  UNEXPECTED_TOKEN: "has something here that YAML does not expect",
};

const parseOptions = { prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: "error" } as const;

/** YAML 1.2, one document. */
export const yamlFormat = {
  read(text): ConfigDocument {
    const document = parseDocument(text, parseOptions);
    const faults = faultsOf(document);
    const { content, fault } = faults.length > 0 ? { content: undefined, fault: undefined } : contentOf(document);
    return {
      content,
      syntaxFaults: fault === undefined ? faults : [fault],
      ...placesOf(document),
    };
  },

  withMember(text, path, value): string {
    const document = parseDocument(text, parseOptions);
    const spliced = insertInto(document, text, path, value);
    const parent = document.getIn(path.slice(0, -1), true);
    if (isCollection(parent) && parent.items.length === 0) parent.flow = false;
    document.setIn(path, document.createNode(value));
    return sameData(spliced, document) ?? write(document, text);
  },

  withValue(text, path, value): string {
    const document = parseDocument(text, parseOptions);
    const node = document.getIn(path, true);
    if (node === undefined) return yamlFormat.withMember(text, path, value);
    const isInLine = isScalar(node) || (isCollection(node) && node.flow === true);
    const [start, end] = (isInLine ? node.range : undefined) ?? [];
    // JSON is YAML, in one line.
    const spliced = end === undefined ? undefined : text.slice(0, start) + JSON.stringify(value) + text.slice(end);
    document.setIn(path, document.createNode(value));
    return sameData(spliced, document) ?? write(document, text);
  },

  withoutMember(text, path): string {
    const document = parseDocument(text, parseOptions);
    const cut = cutBlock(text, placesOf(document).offsetOf(path));
    document.deleteIn(path);
    const parent = path.slice(0, -1);
    const rest = document.getIn(parent);
    const isEmptied = isMap(rest) && rest.items.length === 0;
    const spliced = isEmptied && cut !== undefined ? closeEmpty(cut, placesOf(document).offsetOf(parent)) : cut;
    return sameData(spliced, document) ?? write(document, text);
  },
} as const satisfies ConfigFormat;

function faultsOf(document: Document.Parsed): readonly SyntaxFault[] {
  const faults = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    offset: pos[0],
    message: faultMessages[code],
  }));
  const anchors = new Set<string>();
  visit(document, {
    Alias(_, alias) {
      if (!anchors.has(alias.source)) faults.push({ offset: startOf(alias, 0), message: faultMessages.BAD_ALIAS });
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  return faults;
}

interface Content {
  readonly content: unknown;
  readonly fault: SyntaxFault | undefined;
}

function contentOf(document: Document.Parsed): Content {
  try {
    const content: unknown = document.toJS();
    return { content: content ?? undefined, fault: undefined };
  } catch (thrown) {
    // What the library throws for aliases that multiply beyond reason.
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return { content: undefined, fault: { offset: 0, message: faultMessages.RESOURCE_EXHAUSTION } };
  }
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function startOf(node: unknown, otherwise: number): number {
  return (isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined) ?? otherwise;
}

function* placesIn(node: unknown, place: Place): Generator<Place> {
  yield place;
  for (const [at, item] of (isSeq(node) ? node.items : []).entries()) {
    yield* placesIn(item, { path: [...place.path, at], offset: startOf(item, place.offset), isRepeated: false });
  }
  const seen = new Set<string>();
  for (const pair of isMap(node) ? node.items : []) {
    const key = keyOf(pair);
    const offset = startOf(pair.key, place.offset);
    yield* placesIn(pair.value, { path: [...place.path, key], offset, isRepeated: seen.has(key) });
    seen.add(key);
  }
}

function placesOf(document: Document.Parsed): Pick<ConfigDocument, "offsetOf" | "duplicateKeys"> {
  const { contents } = document;
  return indexPlaces(placesIn(contents, { path: [], offset: startOf(contents, 0), isRepeated: false }));
}

/** Adds lines to a block map and leaves all others as they are; `undefined` where the text is not written so. */
function insertInto(
  document: Document.Parsed,
  text: string,
  path: readonly string[],
  value: unknown,
): string | undefined {
  const style = styleOf(text);
  let depth = path.length - 1;
  while (depth > 0 && document.getIn(path.slice(0, depth)) === undefined) depth -= 1;
  const object: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth));
  if (!isMap(object) || (depth < path.length - 1 && object.items.length === 0)) return undefined;
  const member = path.slice(depth).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const yaml = new Document(member).toString(style);
  const last = object.items.at(-1);
  if (last === undefined) return fillEmpty(text, placesOf(document).offsetOf(path.slice(0, depth)), yaml, style.indent);
  if (object.flow !== true) return insertBelow(text, startOf(last.key, 0), yaml);
  const end = isScalar(last.value) || isCollection(last.value) ? last.value.range?.[1] : undefined;
  const inLine = JSON.stringify(member)
    .slice(1, -1)
    .replace(/^"([\w-]+)":/, "$1: ");
  return end === undefined ? undefined : `${text.slice(0, end)}, ${inLine}${text.slice(end)}`;
}

/** The text, if it says the same as the document does. */
function sameData(text: string | undefined, document: Document.Parsed): string | undefined {
  if (text === undefined) return undefined;
  const spliced = parseDocument(text, parseOptions);
  const isSame = spliced.errors.length === 0 && isDeepStrictEqual(spliced.toJS(), document.toJS());
  return isSame ? text : undefined;
}

/** The manner in which a text is written. */
function styleOf(text: string) {
  return {
    lineWidth: 0,
    indent: /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2,
    indentSeq: !/^( *)[^\s#][^\n]*:[^\S\n]*\n\1- /m.test(text),
    flowCollectionPadding: !/[[{][^\s\]}]/.test(text),
  };
}

/** Writes the whole document anew. Comments stay; the form of other parts may change. */
function write(document: Document.Parsed, text: string): string {
  const written = document.toString(styleOf(text));
  return text.includes("\r\n") ? written.replaceAll("\n", "\r\n") : written;
}
