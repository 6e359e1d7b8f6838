import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt } from "../core/json.ts";
import type { EntryOverride, ParameterOverride, ToolOverride } from "./catalog-options.ts";

/** What is put into the arguments of every call of a tool. */
export interface Preset {
  /** Callers cannot give these. */
  readonly fixed: JsonObject;
  /** For what a caller leaves out. */
  readonly defaults: JsonObject;
}

/** A definition under a profile's own words. */
export function overridden(definition: JsonObject, { title, description }: EntryOverride): JsonObject {
  return {
    ...definition,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}

/** A tool with a profile's parameters: the definition that callers see, and what is put into their calls. */
export function overriddenTool(
  definition: JsonObject,
  override: ToolOverride,
): { readonly definition: JsonObject; readonly preset: Preset | undefined } {
  const parameters = Object.entries(override.parameters ?? {});
  const shown = overridden(definition, override);
  if (parameters.length === 0) return { definition: shown, preset: undefined };
  const fixed: [string, unknown][] = [];
  const defaults: [string, unknown][] = [];
  for (const [name, parameter] of parameters) {
    if ("value" in parameter) fixed.push([name, parameter.value]);
    else if ("default" in parameter) defaults.push([name, parameter.default]);
  }
  const given = new Set(fixed.map(([name]) => name));
  const optional = new Set([...given, ...defaults.map(([name]) => name)]);
  const schema = without(objectAt(definition, "inputSchema") ?? { type: "object" }, given, optional);
  return {
    definition: { ...shown, inputSchema: { ...schema, ...describedIn(schema, parameters) } },
    preset:
      optional.size === 0 ? undefined : { fixed: Object.fromEntries(fixed), defaults: Object.fromEntries(defaults) },
  };
}

/** The schema without properties that are given, and without demanding those that need not be. */
function without(schema: JsonObject, given: ReadonlySet<string>, optional: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
      if (key === "properties" && isJsonObject(value)) return [[key, withoutKeys(value, given)]];
      if (key === "required" && Array.isArray(value)) {
        const left = value.filter((name) => !optional.has(String(name)));
        return left.length === 0 ? [] : [[key, left]];
      }
      if (!combiners.has(key) || !Array.isArray(value)) return [[key, value]];
      return [[key, value.map((part: unknown) => (isJsonObject(part) ? without(part, given, optional) : part))]];
    }),
  );
}

/** Keywords whose schemas speak of the same object. */
const combiners: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf"]);

function withoutKeys(object: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}

function describedIn(schema: JsonObject, parameters: readonly (readonly [string, ParameterOverride])[]): JsonObject {
  const properties = objectAt(schema, "properties");
  if (properties === undefined) return {};
  const described = parameters.flatMap(([name, parameter]): [string, unknown][] => {
    const property = objectAt(properties, name);
    return "value" in parameter || property === undefined ? [] : [[name, { ...property, ...parameter }]];
  });
  return { properties: { ...properties, ...Object.fromEntries(described) } };
}

/** Parameters that a profile changes and that the tool does not declare. */
export function undeclared(definition: JsonObject, { parameters = {} }: ToolOverride): string[] {
  const declared = objectAt(objectAt(definition, "inputSchema") ?? {}, "properties") ?? {};
  return Object.keys(parameters).filter((name) => !Object.hasOwn(declared, name));
}

/**
 * The params of a call with what is preset in its arguments.
 *
 * @throws {GatewayError} `invalid_arguments` — the caller gives what is fixed: it is told, as it may rely on what it gave.
 */
export function withPreset(params: JsonObject, { fixed, defaults }: Preset): JsonObject {
  const given = params["arguments"] ?? {};
  if (!isJsonObject(given)) throw new GatewayError("invalid_arguments", "The arguments must be an object");
  const refused = Object.keys(fixed).find((name) => Object.hasOwn(given, name));
  if (refused !== undefined) {
    throw new GatewayError("invalid_arguments", `There is no parameter ${JSON.stringify(refused)}; leave it out`);
  }
  return { ...params, arguments: { ...defaults, ...given, ...fixed } };
}
