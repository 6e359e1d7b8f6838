import { type JsonObject, isJsonObject } from "../core/json.ts";

/** Largest schema that is checked, in characters of its text; the deepest; the most parts when every reference is written out. */
const maxText = 256 * 1024;
const maxDepth = 100;
const maxParts = 100_000;

/**
 * Why a schema is too much to be made into a check; undefined where it is not. References count as what they stand for, each time: a few
 * lines that refer to each other twice each, ten times over, are a thousand looks at the same data. One that refers to itself has no bound
 * but the data's, and with a choice in it takes time that doubles with each level; such schemas are too much.
 */
export function tooMuch(schema: JsonObject): string | undefined {
  if (isDeeper(schema, maxDepth)) return `it is nested more than ${maxDepth} deep`;
  if (JSON.stringify(schema).length > maxText) return `it has more than ${maxText} characters`;
  try {
    const parts = partsOf(schema, { schema, counted: new Map() });
    return parts > maxParts ? `it has more than ${maxParts} parts when its references are written out` : undefined;
  } catch (thrown) {
    if (thrown instanceof Endless || thrown instanceof RangeError) return "it refers to itself";
    throw thrown;
  }
}

class Endless extends Error {}

interface Counting {
  readonly schema: JsonObject;
  /** How many parts each object has; undefined while it is being counted. */
  readonly counted: Map<object, number | undefined>;
}

/** @throws {Endless} where it contains itself. */
function partsOf(value: unknown, counting: Counting): number {
  if (typeof value !== "object" || value === null) return 1;
  const { counted } = counting;
  const known = counted.get(value);
  if (known !== undefined) return known;
  if (counted.has(value)) throw new Endless();
  counted.set(value, undefined);
  let parts = 1;
  for (const [key, member] of Object.entries(value)) {
    // What is only there to be referred to counts where it is.
    if (key === "$defs" || key === "definitions") continue;
    if (key === "$dynamicRef" || key === "$recursiveRef") throw new Endless();
    parts += partsOf(key === "$ref" ? referred(member, counting.schema) : member, counting);
  }
  counted.set(value, parts);
  return parts;
}

/** What a reference within the schema stands for. Others are the compiler's to refuse. */
function referred(reference: unknown, schema: JsonObject): unknown {
  if (typeof reference !== "string" || !/^#(?:\/|$)/.test(reference)) return reference;
  let found: unknown = schema;
  for (const part of reference.split("/").slice(1)) {
    const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (!isJsonObject(value) && !Array.isArray(value)) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
