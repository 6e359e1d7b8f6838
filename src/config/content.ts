/** Where something stands in a config file: keys and list positions from the top, `["mcpServers", "github", "args", 0]`. */
export type Path = readonly (string | number)[];

/** Deepest nesting of lists and objects that a config file may have; the format itself needs six. */
export const maxDepth = 64;

/** Whether parsed data is an object with keys: neither a list nor null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at `path`; `undefined` where nothing does. Sees own keys only. */
export function valueAt(content: unknown, path: Path): unknown {
  let value = content;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Every string in `value`, at any depth, with its path. */
export function stringsIn(value: unknown, path: Path): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    stringsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Whether `value` nests deeper than {@link maxDepth}. A value that contains itself (YAML aliases can do that) does. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth >= maxDepth || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}
