import { type Document, LineCounter, isMap, isNode, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Finding, Position } from "./findings.ts";

/** Keys and indexes that lead to a value. */
export type Path = readonly (string | number)[];

/** One YAML document (YAML 1.2, core schema: dates stay text) and where its parts stand. */
export interface YamlDocument {
  readonly value: unknown;
  /** Where the value at `path` begins, or the nearest that contains it. With `key`, where its key does. */
  readonly at: (path: Path, part?: "key" | "value") => Position;
}

/** Most times that aliases of a document may multiply it: more is taken for an attack. */
const maxAliasCount = 100;

/**
 * The documents of a text, those of them that can be read. Bad syntax, a key said twice, an anchor that contains itself and aliases that
 * multiply without end are findings.
 */
export function readYaml(
  file: string,
  text: string,
): { readonly documents: readonly YamlDocument[]; readonly findings: readonly Finding[] } {
  const lines = new LineCounter();
  const findings: Finding[] = [];
  const documents: YamlDocument[] = [];
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = (offset: number, rule: string, message: string, suggestion: string): void => {
    findings.push({ ...place(offset), severity: "error", rule, message, suggestion });
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: "1.2", schema: "core" });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const start = document.contents?.range?.[0] ?? document.range[0];
    for (const { code, message, pos } of document.errors) {
      const rule = code === "DUPLICATE_KEY" ? "yaml_duplicate_key" : "yaml_syntax";
      broken(pos[0], rule, `${message}.`, "Check the indentation, quotes and brackets here.");
    }
    if (document.errors.length > 0) continue;
    const { value, problem } = valueOf(document);
    if (problem === undefined) documents.push({ value, at: (path, part) => place(offsetAt(document, path, part)) });
    else broken(start, "yaml_alias", problem, "Write the values out.");
  }
  return { documents, findings };
}

function valueOf(document: Document): { readonly value: unknown; readonly problem: string | undefined } {
  try {
    const value: unknown = document.toJS({ maxAliasCount });
    return { value, problem: isCyclic(value, new Set()) ? "An anchor contains an alias of itself." : undefined };
  } catch (error) {
    // The library throws a ReferenceError for aliases without an anchor and for those that multiply too much.
    return { value: undefined, problem: `${error instanceof Error ? error.message : String(error)}.` };
  }
}

function isCyclic(value: unknown, above: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((part) => isCyclic(part, above));
  above.delete(value);
  return found;
}

function offsetAt(document: Document, path: Path, part: "key" | "value" = "value"): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      const wantsKey = part === "key" && depth === path.length - 1;
      node = wantsKey || !isNode(pair.value) ? pair.key : pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
    } else {
      return offset;
    }
    if (!isNode(node)) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

/** A path as people write it: `payment_schedule[1].date`. */
export function formatPath(path: Path): string {
  return path.map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`)).join("");
}
