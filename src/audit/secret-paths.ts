import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";

/** Places in a JSON value, as a tree of names; `*` is any name. Arrays do not count: what goes for one element goes for all. */
export interface PathTree {
  readonly isSecret: boolean;
  readonly children: ReadonlyMap<string, PathTree>;
}

/** One place: names from the outside inwards. */
export type SecretPath = readonly string[];

/** The tree of these places; undefined where there are none. */
export function pathTree(paths: readonly SecretPath[]): PathTree | undefined {
  if (paths.length === 0) return undefined;
  const names = [...new Set(paths.flatMap(([first]) => (first === undefined ? [] : [first])))];
  const children = names.map((name): [string, PathTree] => {
    const inner = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    return [name, pathTree(inner) ?? { isSecret: true, children: new Map() }];
  });
  return { isSecret: paths.some((path) => path.length === 0), children: new Map(children) };
}

/** Where the member of this name stands. */
export function childOf(tree: PathTree | undefined, name: string): PathTree | undefined {
  return tree && (tree.children.get(name) ?? tree.children.get("*"));
}

/** How deep a schema is followed: it may refer to itself. */
const maxDepth = 24;

/**
 * The places that a JSON Schema says hold secrets: `"format": "password"` or `"writeOnly": true`.
 *
 * @see JSON Schema 2020-12, Validation, section 9.4; OpenAPI 3.1, Data Type Format.
 */
export function secretsOfSchema(schema: unknown): SecretPath[] {
  if (!isJsonObject(schema)) return [];
  const found: SecretPath[] = [];
  collect(schema, schema, [], found, maxDepth);
  return found;
}

function collect(schema: unknown, root: JsonObject, path: SecretPath, found: SecretPath[], depth: number): void {
  if (!isJsonObject(schema) || depth === 0 || found.length > 1000) return;
  if (schema["format"] === "password" || schema["writeOnly"] === true) {
    found.push(path);
    return;
  }
  const visit = (inner: unknown, at: SecretPath): void => {
    collect(inner, root, at, found, depth - 1);
  };
  const reference = stringAt(schema, "$ref");
  if (reference !== undefined) visit(referred(root, reference), path);
  for (const [name, inner] of Object.entries(objectAt(schema, "properties") ?? {})) visit(inner, [...path, name]);
  for (const inner of Object.values(objectAt(schema, "patternProperties") ?? {})) visit(inner, [...path, "*"]);
  visit(schema["additionalProperties"], [...path, "*"]);
  for (const key of ["items", "then", "else", "not"]) visit(schema[key], path);
  for (const key of ["allOf", "anyOf", "oneOf", "prefixItems"]) {
    const list = schema[key];
    if (Array.isArray(list)) for (const inner of list) visit(inner, path);
  }
}

/** What a reference within the schema names: `#/$defs/key`. */
function referred(root: JsonObject, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((at, part) => (isJsonObject(at) ? at[part] : undefined), root);
}
