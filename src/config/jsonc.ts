import { type Node, parseTree, type ParseError, printParseErrorCode } from "jsonc-parser";
import { type ConfigDocument, type ConfigFormat, indexPlaces, type Place } from "./document.ts";
import { cutMember, insertMember, lineBreakOf, replaceValue, type Span } from "./jsonc-splice.ts";

type FaultName = ReturnType<typeof printParseErrorCode>;

const faultMessages: Readonly<Record<FaultName, string>> = {
  InvalidSymbol: "is not JSON: a word that is not true, false or null needs double quotes",
  InvalidNumberFormat: "has a number that is not valid JSON",
  PropertyNameExpected: "needs a key in double quotes here",
  ValueExpected: "needs a value here",
  ColonExpected: "needs a colon after the key",
  CommaExpected: "needs a comma before this",
  CloseBraceExpected: "needs a closing }",
  CloseBracketExpected: "needs a closing ]",
  EndOfFileExpected: "goes on after its end",
  InvalidCommentToken: "has a comment that is not // or /* */",
  UnexpectedEndOfComment: "has a comment without its end",
  UnexpectedEndOfString: "has a string without its closing quote",
  UnexpectedEndOfNumber: "has a number without its end",
  InvalidUnicode: "has a \\u escape without four hex digits",
  InvalidEscapeCharacter: "has an unknown \\ escape in a string",
  InvalidCharacter: "has a line break, a tab or another control character inside a string",
  "<unknown ParseErrorCode>": "is not JSON",
};

const parseOptions = { allowTrailingComma: true, allowEmptyContent: true };

/**
 * JSON with comments and trailing commas.
 *
 * The library's `modify` is left aside: it hands comments to the wrong member and formats the neighbours anew.
 */
export const jsoncFormat = {
  read(text): ConfigDocument {
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, parseOptions);
    return {
      content: root === undefined ? undefined : contentOf(root),
      syntaxFaults: errors.map(({ error, offset }) => ({
        offset,
        message: faultMessages[printParseErrorCode(error)],
      })),
      ...indexPlaces(root === undefined ? [] : placesIn(root, { path: [], offset: root.offset, isRepeated: false })),
    };
  },

  withMember(text, path, value): string {
    const body = withObject(text);
    const root = parseTree(body, [], parseOptions);
    if (root === undefined) return text;
    let parent: Node = root;
    let depth = 0;
    for (; depth < path.length - 1; depth += 1) {
      const inner = memberNamed(parent, path[depth] ?? "")?.value;
      if (inner === undefined) break;
      parent = inner;
    }
    const nested = path.slice(depth + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
    return insert(body, parent, path[depth] ?? "", nested);
  },

  withValue(text, path, value): string {
    let node = parseTree(text, [], parseOptions);
    for (const key of path) node = node && memberNamed(node, key)?.value;
    if (node === undefined) return jsoncFormat.withMember(text, path, value);
    return replaceValue(text, spanOf(node), value);
  },

  withoutMember(text, path): string {
    let node = parseTree(text, [], parseOptions);
    for (const key of path.slice(0, -1)) node = node && memberNamed(node, key)?.value;
    if (node === undefined) return text;
    const index = membersOf(node).findIndex(({ key }) => key === path.at(-1));
    return cutMember(text, spanOf(node), membersOf(node).map(spanOfMember), index);
  },
} as const satisfies ConfigFormat;

/** The text, with an empty object below its comments if it has no data. */
function withObject(text: string): string {
  if (parseTree(text, [], parseOptions) !== undefined) return text;
  const lineBreak = lineBreakOf(text);
  return text.trim() === "" ? `{}${lineBreak}` : `${text.trimEnd()}${lineBreak}{}${lineBreak}`;
}

function insert(text: string, object: Node, key: string, value: unknown): string {
  return insertMember(text, spanOf(object), membersOf(object).map(spanOfMember), key, value);
}

interface NamedMember {
  readonly key: string;
  readonly property: Node;
  readonly value: Node;
}

function membersOf(node: Node): readonly NamedMember[] {
  if (node.type !== "object") return [];
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), property, value }];
  });
}

/** The member that counts: of several with one key, the last. */
function memberNamed(node: Node, key: string): NamedMember | undefined {
  return membersOf(node).findLast((member) => member.key === key);
}

/** Unlike the library's own conversion, keeps a key `__proto__` as a key, so that it is seen and refused. */
function contentOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(contentOf);
  if (node.type === "object")
    return Object.fromEntries(membersOf(node).map(({ key, value }) => [key, contentOf(value)]));
  const value: unknown = node.value;
  return value;
}

function* placesIn(node: Node, place: Place): Generator<Place> {
  yield place;
  for (const [at, item] of (node.type === "array" ? (node.children ?? []) : []).entries()) {
    yield* placesIn(item, { path: [...place.path, at], offset: item.offset, isRepeated: false });
  }
  const seen = new Set<string>();
  for (const { key, property, value } of membersOf(node)) {
    yield* placesIn(value, { path: [...place.path, key], offset: property.offset, isRepeated: seen.has(key) });
    seen.add(key);
  }
}

function spanOf(node: Node): Span {
  return { start: node.offset, end: node.offset + node.length };
}

function spanOfMember({ property }: NamedMember): Span {
  return spanOf(property);
}
