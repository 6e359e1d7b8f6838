import { type JsonObject, isJsonObject } from "../client/json.ts";
import { type Checked, type Problem, checkValues } from "./check-values.ts";
import type { Desk } from "./desk.ts";
import type { DocType } from "./doctype.ts";
import { mask } from "./masks.ts";

/**
 * What can be told of values without the site: what {@link checkValues} tells, and where the mask that stands for a value was sent back, which would be
 * written in its place. Of such a field nothing else is told: that the mask is no number says nothing.
 */
export function checked({ masks }: Desk, docType: DocType, values: JsonObject, isNew: boolean): Checked {
  const found = checkValues(docType, values, isNew);
  const places = new Set(maskedPlaces(masks, docType, values));
  if (places.size === 0) return found;
  const problem = `"${mask}" stands for a value that is masked, and is not its value: leave the field out`;
  const masked = [...places].map((field): Problem => ({ field, problem }));
  return { ...found, problems: [...masked, ...found.problems.filter(({ field }) => !places.has(field))] };
}

function maskedPlaces(masks: Desk["masks"], docType: DocType, values: JsonObject): readonly string[] {
  return Object.entries(values).flatMap(([field, value]) => {
    if (value === mask && masks.has(docType.name, field)) return [field];
    if (!Array.isArray(value)) return [];
    const child = docType.tables.get(field)?.name;
    return value.flatMap((row: unknown, at) => {
      if (!isJsonObject(row)) return [];
      const names = Object.keys(row).filter((name) => row[name] === mask && masks.has(child, name, docType.name));
      return names.map((name) => `${field}[${at}].${name}`);
    });
  });
}
