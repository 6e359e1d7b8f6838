import { isJsonObject } from "../core/json.ts";

/** What a compiled schema says of data that does not fit it. */
export interface SchemaError {
  /** A JSON pointer to the place in the data. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  /** The part of the schema whose keyword it is. */
  readonly parentSchema?: unknown;
  readonly data?: unknown;
}

/** Longest that is told of anything that a schema says, in characters. */
const maxShown = 200;

/**
 * One sentence for a model, without full stop: where, what was expected, and what kind of thing came. It holds nothing of the data but
 * names of members, as a value may be a secret.
 */
export function complaint(error: SchemaError | undefined): string {
  if (error === undefined) return "do not fit the tool's inputSchema";
  const place = placeOf(error.instancePath);
  const { keyword, params, data } = error;
  switch (keyword) {
    case "required":
      return `${place} must have ${missingOf(error).map(quoted).join(", ")}`;
    case "additionalProperties":
    case "unevaluatedProperties":
      return `${place} must not have ${quoted(params["additionalProperty"] ?? params["unevaluatedProperty"])}${known(error)}`;
    case "enum":
      return `${place} must be one of ${shown(params["allowedValues"])}, got ${kindOf(data)}`;
    case "const":
      return `${place} must be ${shown(params["allowedValue"])}, got ${kindOf(data)}`;
    case "format":
      return `${place} must be text of the format ${quoted(params["format"])}, got ${kindOf(data)}`;
    case "anyOf":
    case "oneOf":
      return `${place} must fit ${keyword === "anyOf" ? "one" : "exactly one"} of the forms in the tool's inputSchema, got ${kindOf(data)}`;
    default:
      return `${place} ${(error.message ?? "does not fit").slice(0, maxShown)}, got ${kindOf(data)}`;
  }
}

/** `/items/0/name` as `arguments.items[0].name`. */
function placeOf(pointer: string): string {
  const parts = pointer.split("/").slice(1);
  const path = parts.map((part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (/^\d+$/.test(name)) return `[${name}]`;
    return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${quoted(name)}]`;
  });
  return `arguments${path.join("")}`.slice(0, maxShown);
}

/** All that is missing at that place, not only the first. */
function missingOf({ params, parentSchema, data }: SchemaError): readonly unknown[] {
  const required = isJsonObject(parentSchema) ? parentSchema["required"] : undefined;
  if (!Array.isArray(required) || !isJsonObject(data)) return [params["missingProperty"]];
  return required.filter((name) => typeof name === "string" && !Object.hasOwn(data, name)).slice(0, 10);
}

function known({ parentSchema }: SchemaError): string {
  const properties = isJsonObject(parentSchema) ? parentSchema["properties"] : undefined;
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return names.length === 0 ? "" : `; there are ${names.slice(0, 20).map(quoted).join(", ").slice(0, maxShown)}`;
}

function kindOf(data: unknown): string {
  if (typeof data === "string") return `text of ${data.length} characters`;
  if (Array.isArray(data)) return `a list of ${data.length}`;
  if (isJsonObject(data)) return "an object";
  return data === null ? "null" : data === undefined ? "nothing" : `a ${typeof data}`;
}

function quoted(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 100));
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.map((each) => JSON.stringify(each)).join(", ") : JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}
