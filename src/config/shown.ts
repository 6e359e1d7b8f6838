import type { Path } from "./content.ts";
import { isServersKey } from "./schema.ts";

const shownServerKeys: ReadonlySet<unknown> = new Set([
  "type",
  "disabled",
  "timeoutMs",
  "maxTimeoutMs",
  "validate",
  "startTimeoutMs",
  "definitions",
  "lazy",
  "idleMs",
  "restart",
]);

/** Objects in a server's entry that hold no secrets, but for what stands in for a tool. */
const shownObjects: ReadonlySet<unknown> = new Set([
  "limits",
  "health",
  "breaker",
  "rateLimit",
  "retry",
  "concurrency",
  "tools",
]);

/** Longest part of a value or a key, in characters, that an error shows. */
const maxShown = 60;

/** Whether a value at `path` may be a secret or hold one. Such a value is told by its type alone. */
export function maySecretBeAt(path: Path): boolean {
  // A parameter's value, written a level too high, may be a key.
  if (path[0] === "profiles" && path[7] === "parameters") return true;
  if (isServersKey(path[0])) {
    if (path.length > 3 && path.includes("fallback")) return true;
    return !(path.length === 3 && shownServerKeys.has(path[2])) && !shownObjects.has(path[2]);
  }
  return path[0] === "inputs" || path[0] === "store" || path[0] === "$schema";
}

/** A string in quotes, shortened, with control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}

function typeOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value === "") return "an empty string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A wrong value for an error message: the value itself where that is safe, else its type. */
export function describeValue(value: unknown, path: Path): string {
  if (maySecretBeAt(path)) return typeOf(value);
  if (typeof value === "string") return quoted(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : typeOf(value);
}

/**
 * A path as people write it: `mcpServers.github.args[0]`, `mcpServers["My Server"]`; for the top, `the file`.
 *
 * The name of a header or variable that is no plain name is left out, since a secret may have been put there.
 */
export function pathText(path: Path): string {
  if (path.length === 0) return "the file";
  return path.map((key, depth) => keyText(key, path, depth)).join("");
}

function keyText(key: string | number, path: Path, depth: number): string {
  if (typeof key === "number") return `[${key}]`;
  if (/^[\w$-]{1,64}$/.test(key)) return depth === 0 ? key : `.${key}`;
  const isHidden = depth === 3 && isServersKey(path[0]) && (path[2] === "env" || path[2] === "headers");
  return isHidden ? '["…"]' : `[${quoted(key)}]`;
}
