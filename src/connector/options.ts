import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";

/**
 * A connector's configuration as it is written on a command line: `--dir ./entities --max-items 5 --verbose --tag a --tag b`. Which type each
 * has, the schema says; a name with dots reaches into objects.
 *
 * @throws {GatewayError} `usage` — something is no option of the schema, or has no value, or not one of its type.
 */
export function configFromArguments(args: readonly string[], schema: JsonObject): JsonObject {
  const config: Record<string, unknown> = {};
  for (let at = 0; at < args.length; at += 1) {
    const [, flag = "", joined] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(args[at] ?? "") ?? [];
    if (flag === "") throw new GatewayError("usage", `Expected an option such as --name, got ${quoted(args[at])}`);
    const path = flag.split(".").map(camelCase);
    const type = typeAt(schema, path, flag);
    let text = joined;
    if (text === undefined && type !== "boolean") {
      at += 1;
      text = args[at];
    }
    if (text === undefined && type !== "boolean") throw new GatewayError("usage", `--${flag} needs a value`);
    put(config, path, valueOf(text ?? "true", type, flag), type);
  }
  return config;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function typeAt(schema: JsonObject, path: readonly string[], flag: string): string {
  let found: JsonObject | undefined = schema;
  for (const name of path) {
    const properties: JsonObject = objectAt(found, "properties") ?? {};
    found = objectAt(properties, name);
    if (found === undefined) {
      const known = Object.keys(properties).map((key) => `--${kebabCase(key)}`);
      const list = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
      throw new GatewayError("usage", `There is no option --${flag}; ${list}`);
    }
  }
  return stringAt(found, "type") ?? "string";
}

function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function valueOf(text: string, type: string, flag: string): unknown {
  switch (type) {
    case "number":
    case "integer": {
      const number = Number(text);
      if (text.trim() !== "" && Number.isFinite(number)) return number;
      throw new GatewayError("usage", `--${flag} must be a number, got ${quoted(text)}`);
    }
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw new GatewayError("usage", `--${flag} must be true or false, got ${quoted(text)}`);
    case "object":
      return parsed(text, flag);
    default:
      return text;
  }
}

function parsed(text: string, flag: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below, as anything else that is no object.
  }
  throw new GatewayError("usage", `--${flag} must be a JSON object, got ${quoted(text)}`);
}

function put(config: Record<string, unknown>, path: readonly string[], value: unknown, type: string): void {
  let place = config;
  for (const name of path.slice(0, -1)) {
    const inner = (isJsonObject(place[name]) ? place[name] : {}) as Record<string, unknown>;
    place[name] = inner;
    place = inner;
  }
  const last = path.at(-1) ?? "";
  const before = place[last];
  place[last] = type === "array" ? [...(Array.isArray(before) ? before : []), value] : value;
}

function quoted(text: string | undefined): string {
  return JSON.stringify((text ?? "").slice(0, 100));
}
