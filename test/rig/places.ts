import { type Path, isRecord } from "../../src/config/content.ts";

/** Every place in a value, those of lists and objects themselves included. */
export function pathsIn(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [[path], inner].flat();
}

/** The same content with another value at one place. */
export function withValue(content: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(content)) return content.map((item, at) => (at === key ? withValue(item, rest, value) : item));
  return isRecord(content) ? { ...content, [key]: withValue(content[key], rest, value) } : value;
}
