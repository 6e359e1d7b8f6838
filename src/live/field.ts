import type { JsonObject } from "../core/json.ts";

/** One member of a message: its JSON Schema, and in `T` its type. */
export interface Field<T> {
  readonly schema: JsonObject;
  readonly isOptional: boolean;
  /** Never there; carries the type. */
  readonly type?: T;
}

/** A member that may be absent. */
export interface OptionalField<T> extends Field<T> {
  readonly isOptional: true;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly isOptional: true } ? K : never;
}[keyof F];
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The data of a message with these members. */
export type DataOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: ValueOf<F[K]> };

/** A member that is always there. */
export interface RequiredField<T> extends Field<T> {
  readonly isOptional: false;
}

function field<T>(schema: JsonObject): RequiredField<T> {
  return { schema, isOptional: false };
}

/** A text. */
export function text(description: string): RequiredField<string> {
  return field({ type: "string", description });
}

/** A whole number from 0. */
export function count(description: string): RequiredField<number> {
  return field({ type: "integer", minimum: 0, description });
}

/** Any number. */
export function number(description: string): RequiredField<number> {
  return field({ type: "number", description });
}

/** True or false. */
export function flag(description: string): RequiredField<boolean> {
  return field({ type: "boolean", description });
}

/** A list of texts. */
export function texts(description: string): RequiredField<readonly string[]> {
  return field({ type: "array", items: { type: "string" }, description });
}

/** One of these texts. */
export function oneOf<const T extends string>(choices: readonly T[], description: string): RequiredField<T> {
  return field({ type: "string", enum: choices, description });
}

/** A list of objects with these members. */
export function list<F extends Fields>(members: F, description: string): RequiredField<readonly DataOf<F>[]> {
  return field({ type: "array", items: objectSchema(members), description });
}

/** The same, which may be absent. */
export function optional<T>({ schema }: Field<T>): OptionalField<T> {
  return { schema, isOptional: true };
}

/** The JSON Schema of an object with these members and no others. */
export function objectSchema(members: Fields): JsonObject {
  const entries = Object.entries(members);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    required: entries.filter(([, { isOptional }]) => !isOptional).map(([name]) => name),
    additionalProperties: false,
  };
}
