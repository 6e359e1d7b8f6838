import type { Json, JsonObject, Schema } from "../answers.ts";
import { type Typed, argumentsOf } from "../parts/typed.ts";
import type { ValidityAnswer } from "./answers.ts";

/** The fields of a type that can be typed in: all but those that are the entity's identity. */
export function editableOf({ properties = {}, required = [], ...schema }: Schema): Schema {
  const { type: _type, name: _name, ...rest } = properties;
  return { ...schema, properties: rest, required: required.filter((field) => field in rest) };
}

/** What was changed in a form: only that is saved, so that everything else stays as it was written. */
export interface Changes {
  /** By field; null takes one out. */
  readonly fields: JsonObject;
  /** What cannot be sent, by field. */
  readonly wrong: Readonly<Record<string, string>>;
}

/** What was typed against what the entity says. */
export function changesOf(schema: Schema, typed: Typed, data: JsonObject): Changes {
  const { args, wrong } = argumentsOf(schema, typed);
  const fields: Record<string, Json> = {};
  for (const name of Object.keys(schema.properties ?? {})) {
    const [before, now] = [data[name], args[name]];
    // A switch that is off says the same as no field, or as `false`.
    if (typed[name] === false && (before === undefined || before === false)) continue;
    if (name in wrong || JSON.stringify(before) === JSON.stringify(now)) continue;
    fields[name] = now ?? null;
  }
  return { fields, wrong };
}

/** What the connector finds wrong, by the field at which it is shown; the rest under no field. */
export function findingsByField(
  { findings }: ValidityAnswer,
  schema: Schema,
): { readonly at: Readonly<Record<string, string>>; readonly rest: readonly string[] } {
  const at: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field = "", message, suggestion, severity } of findings) {
    const [name = ""] = field.split(/[.[]/);
    const text = `${message} ${suggestion}`;
    if (severity === "error" && schema.properties?.[name] !== undefined) at[name] ??= text;
    else rest.push(text);
  }
  return { at, rest };
}
