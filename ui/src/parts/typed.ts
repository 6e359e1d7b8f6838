import type { Json, JsonObject, Schema } from "../answers.ts";

/** The fields of a form by name: what was typed, as it was typed. */
export type Typed = Readonly<Record<string, string | boolean>>;

/** How a member is typed in. */
export type Kind = "text" | "number" | "boolean" | "choice" | "json";

/** How a member with this schema is typed in. */
export function kindOf({ type, enum: choices }: Schema): Kind {
  if (choices !== undefined) return "choice";
  if (type === "string") return "text";
  if (type === "boolean") return "boolean";
  return type === "number" || type === "integer" ? "number" : "json";
}

/** What a form begins with: the defaults of the schema. */
export function typedFrom(schema: Schema): Typed {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, member]) => {
      const { default: value } = member;
      if (kindOf(member) === "boolean") return [name, value === true];
      if (value === undefined) return [name, ""];
      return [name, typeof value === "string" ? value : JSON.stringify(value)];
    }),
  );
}

/** The same typed in from arguments, where somebody comes back from their text. */
export function typedOf(schema: Schema, args: JsonObject): Typed {
  const withValues = Object.entries(schema.properties ?? {}).map(([name, member]): [string, Schema] => {
    const value = args[name];
    return [name, value === undefined ? { ...member, default: "" } : { ...member, default: value }];
  });
  return typedFrom({ properties: Object.fromEntries(withValues) });
}

/** Arguments from what was typed, or what is wrong with it by name. Fields that were left empty are left out. */
export function argumentsOf(
  schema: Schema,
  typed: Typed,
): { readonly args: JsonObject; readonly wrong: Readonly<Record<string, string>> } {
  const args: Record<string, Json> = {};
  const wrong: Record<string, string> = {};
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const text = typed[name] ?? "";
    const isRequired = schema.required?.includes(name) === true;
    if (text === "") {
      if (isRequired) wrong[name] = "This is needed";
    } else if (typeof text === "boolean") {
      if (text || isRequired || member.default !== undefined) args[name] = text;
    } else {
      const value = valueOf(member, text);
      if (value === undefined) wrong[name] = kindOf(member) === "number" ? "This must be a number" : "This is not JSON";
      else args[name] = value;
    }
  }
  return { args, wrong };
}

function valueOf(member: Schema, text: string): Json | undefined {
  const kind = kindOf(member);
  if (kind === "text") return text;
  if (kind === "choice" && member.enum?.every((choice) => typeof choice === "string") === true) return text;
  try {
    const value: Json = JSON.parse(text);
    return kind === "number" && typeof value !== "number" ? undefined : value;
  } catch {
    return undefined;
  }
}
