import { type JsonObject, isJsonObject } from "../client/json.ts";
import type { DocType, Field } from "./doctype.ts";
import type { Masks } from "./masks.ts";

/**
 * What a site said along with a good answer, as far as it may be told. A message that names a field that is not shown, or holds the value of one, as it was
 * given, as it was before or as it is now, is not told; that there is one is. `docs` are the versions of the document that are known.
 *
 * What a message says of such a value in other words (a difference, a part) cannot be seen here.
 */
export function sayable(
  masks: Masks,
  docType: DocType,
  messages: readonly string[],
  ...docs: readonly JsonObject[]
): readonly string[] {
  const names = hiddenNames(masks, docType);
  if (names.length === 0 || messages.length === 0) return messages;
  const values = docs.flatMap((doc) => hiddenValues(masks, docType, doc));
  const told = messages.filter((message) => !holdsOne(message, names, values));
  const left = messages.length - told.length;
  if (left === 0) return told;
  return [
    ...told,
    `${left === 1 ? "A message" : `${left} messages`} of the site may hold what is masked, and is not told`,
  ];
}

/** The names and labels of fields that are not shown, of a DocType and its tables, in lower case. */
function hiddenNames(masks: Masks, docType: DocType): readonly string[] {
  const own = docType.fields.filter(({ name }) => masks.has(docType.name, name));
  const inRows = [...docType.tables.values()].flatMap((child) =>
    child.fields.filter(({ name }) => masks.has(child.name, name, docType.name)),
  );
  return [...own, ...inRows].flatMap(({ name, label }: Field) => [name.toLowerCase(), label.toLowerCase()]);
}

function hiddenValues(masks: Masks, docType: DocType, doc: JsonObject): readonly string[] {
  return Object.entries(doc).flatMap(([field, value]) => {
    if (masks.has(docType.name, field)) return textsOf(value);
    const child = docType.tables.get(field)?.name;
    if (child === undefined || !Array.isArray(value)) return [];
    return value
      .filter(isJsonObject)
      .flatMap((row) =>
        Object.entries(row).flatMap(([name, cell]) => (masks.has(child, name, docType.name) ? textsOf(cell) : [])),
      );
  });
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "number") return [String(value)];
  return typeof value === "string" && value.trim() !== "" ? [value.trim().toLowerCase()] : [];
}

function holdsOne(message: string, names: readonly string[], values: readonly string[]): boolean {
  const text = message.toLowerCase();
  if (names.some((name) => name !== "" && text.includes(name))) return true;
  const numbers = numbersIn(text);
  return values.some((value) => (Number.isFinite(Number(value)) ? numbers.has(Number(value)) : text.includes(value)));
}

/** The numbers in a text, with either sign for what stands after them: `1,500.00` and `1.500,00` are both 1500. */
function numbersIn(text: string): ReadonlySet<number> {
  const written = text.match(/\d[\d.,]*/g) ?? [];
  return new Set(
    written.flatMap((each) => [
      Number(each.replaceAll(",", "").replace(/\.+$/, "")),
      Number(each.replaceAll(".", "").replace(",", ".").replace(/\.+$/, "")),
    ]),
  );
}
