import type { DocType } from "./doctype.ts";
import { type Json, textOf } from "./json.ts";
import { thrown } from "./raised.ts";
import { type SiteState, randomName } from "./site.ts";

/** The name of a new document, as its DocType names them: an amended one is the one it amends with a number. */
export function nameFor(site: SiteState, type: DocType, doc: Json): string {
  const amended = textOf(doc["amended_from"]);
  if (amended !== "") {
    const [, base = amended, number = "0"] =
      /^(.*)-(\d{1,2})$/.exec(textOf(site.store.get(type.name, amended)?.["amended_from"]) === "" ? "" : amended) ?? [];
    return `${base}-${Number(number) + 1}`;
  }
  const { autoname } = type;
  if (autoname.startsWith("field:")) return required(textOf(doc[autoname.slice("field:".length)]), type);
  if (autoname === "prompt") return required(textOf(doc["name"]), type);
  if (autoname === "naming_series:") return fromSeries(site, textOf(doc["naming_series"]));
  return autoname.includes("#") ? fromSeries(site, autoname) : randomName(site);
}

function required(name: string, { name: type }: DocType): string {
  if (name !== "") return name;
  throw thrown("ValidationError", `Name of ${type} is required`);
}

/** `INV-.YYYY.-.#####` and its like; five digits where none are said. */
function fromSeries(site: SiteState, pattern: string): string {
  const parts = pattern.split(".").filter((part) => part !== "");
  const withDigits = parts.some((part) => part.startsWith("#")) ? parts : [...parts, "#####"];
  const prefix = withDigits
    .filter((part) => !part.startsWith("#"))
    .map((part) => (part === "YYYY" ? site.now().slice(0, 4) : part))
    .join("");
  const digits = withDigits.find((part) => part.startsWith("#"))?.length ?? 5;
  return `${prefix}${String(site.store.next(prefix)).padStart(digits, "0")}`;
}
