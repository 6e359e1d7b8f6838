import { type JsonObject, isJsonObject, objectAt } from "../core/json.ts";
import { headerText, headerValue } from "./headers.ts";

/** One argument of a tool that travels in a header as well. */
export interface ParamHeader {
  /** `Mcp-Param-…`, in lower case. */
  readonly header: string;
  /** Where the argument stands: the keys that lead to it. */
  readonly path: readonly string[];
}

/** A tool's arguments that travel in headers, or why its schema is not one that may be used over HTTP. */
export type ParamHeaders =
  | { readonly kind: "valid"; readonly headers: readonly ParamHeader[] }
  | { readonly kind: "invalid"; readonly reason: string };

const annotation = "x-mcp-header";
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const primitives: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"]);
/** Keywords whose values are data, not schemas. */
const plainData: ReadonlySet<string> = new Set(["default", "enum", "const", "examples"]);
const none: ParamHeaders = { kind: "valid", headers: [] };

/**
 * Reads the `x-mcp-header` annotations of an input schema.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Custom Headers from Tool Parameters.
 */
export function paramHeadersOf(inputSchema: unknown): ParamHeaders {
  if (!isJsonObject(inputSchema) || !JSON.stringify(inputSchema).includes(`"${annotation}"`)) return none;
  const headers: ParamHeader[] = [];
  const problem = collect(inputSchema, [], headers);
  if (problem !== undefined) return { kind: "invalid", reason: problem };
  const seen = new Set<string>();
  for (const { header } of headers) {
    if (seen.has(header)) return { kind: "invalid", reason: `${annotation} names ${header} twice` };
    seen.add(header);
  }
  return { kind: "valid", headers };
}

/** Walks what can be reached through `properties` alone; an annotation anywhere else is one too many. */
function collect(schema: JsonObject, path: readonly string[], found: ParamHeader[]): string | undefined {
  for (const [key, value] of Object.entries(schema)) {
    if (key === annotation) {
      const problem = take(schema, value, path, found);
      if (problem !== undefined) return problem;
    } else if (key === "properties" && isJsonObject(value)) {
      for (const [name, property] of Object.entries(value)) {
        const problem = isJsonObject(property) ? collect(property, [...path, name], found) : undefined;
        if (problem !== undefined) return problem;
      }
    } else if (!plainData.has(key) && isAnnotatedInside(value)) {
      return `${annotation} stands inside "${key}", where no argument can be told`;
    }
  }
  return undefined;
}

/** Whether some schema below carries the annotation; the word as a plain value, in `default` or `enum`, does not count. */
function isAnnotatedInside(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isAnnotatedInside);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(
    ([key, member]) => key === annotation || (!plainData.has(key) && isAnnotatedInside(member)),
  );
}

function take(schema: JsonObject, name: unknown, path: readonly string[], found: ParamHeader[]): string | undefined {
  if (typeof name !== "string" || !token.test(name)) return `${annotation} is no header name`;
  if (path.length === 0) return `${annotation} stands at the root, not at a property`;
  if (!primitives.has(schema["type"]))
    return `${annotation} ${JSON.stringify(name)} is not at a string, integer or boolean`;
  found.push({ header: `mcp-param-${name.toLowerCase()}`, path });
  return undefined;
}

/** An input schema without its `x-mcp-header` annotations, for whoever is not to repeat arguments in headers. */
export function withoutParamHeaders(inputSchema: unknown): unknown {
  const found = paramHeadersOf(inputSchema);
  const paths = found.kind === "valid" ? found.headers.map(({ path }) => path) : [];
  return paths.reduce(withoutAnnotation, inputSchema);
}

function withoutAnnotation(schema: unknown, [name, ...rest]: readonly string[]): unknown {
  if (!isJsonObject(schema)) return schema;
  const { [annotation]: _header, ...plain } = schema;
  if (name === undefined) return plain;
  const properties = objectAt(schema, "properties") ?? {};
  return { ...schema, properties: { ...properties, [name]: withoutAnnotation(properties[name], rest) } };
}

/** The headers that a call of the tool must carry. */
export function paramHeaderValues(headers: readonly ParamHeader[], params: JsonObject): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { header, path } of headers) {
    const value = argumentAt(params, path);
    if (value !== undefined) values[header] = headerValue(value);
  }
  return values;
}

/**
 * What is wrong with the headers of a call; undefined where they say what its arguments say.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Server Behavior for Custom Headers.
 */
export function paramHeaderProblem(
  headers: readonly ParamHeader[],
  params: JsonObject,
  received: Readonly<Record<string, string | string[] | undefined>>,
): string | undefined {
  for (const { header, path } of headers) {
    const inBody = argumentAt(params, path);
    const sent = received[header];
    if (inBody === undefined && sent === undefined) continue;
    if (sent === undefined) return `the ${header} header is missing`;
    if (inBody === undefined) return `the ${header} header has no argument in the body`;
    const decoded = typeof sent === "string" ? headerText(sent) : undefined;
    if (decoded === undefined) return `${header} is not properly encoded`;
    if (decoded !== inBody && !isSameNumber(decoded, inBody)) return `${header} does not say what the body says`;
  }
  return undefined;
}

/** Integers are compared as numbers: `42.0` and `42` are one. */
function isSameNumber(a: string, b: string): boolean {
  const number = /^-?\d+(?:\.0+)?$/;
  return number.test(a) && number.test(b) && Number(a) === Number(b);
}

function argumentAt(params: JsonObject, path: readonly string[]): string | undefined {
  let value: unknown = objectAt(params, "arguments");
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}
