import { type SiteState, doctypeOf } from "./site.ts";
import { rowsOf, tablesOf } from "./values.ts";

/** Something that refers to a document and is not cancelled, in its fields or rows; undefined where nothing does. */
export function linkTo(
  site: SiteState,
  target: string,
  name: string,
): { readonly doctype: string; readonly name: string } | undefined {
  for (const type of site.doctypes.values()) {
    const fields = type.fields.filter((field) => field.fieldtype === "Link" && field.options === target);
    const tables = tablesOf(type).map(({ fieldname, options = "" }) => ({
      fieldname,
      links: doctypeOf(site, options).fields.filter((field) => field.fieldtype === "Link" && field.options === target),
    }));
    if (fields.length === 0 && tables.every(({ links }) => links.length === 0)) continue;
    for (const doc of site.store.all(type.name)) {
      if (doc["docstatus"] === 2 || (type.name === target && doc.name === name)) continue;
      const isLinked =
        fields.some(({ fieldname }) => doc[fieldname] === name) ||
        tables.some(({ fieldname, links }) =>
          rowsOf(doc[fieldname]).some((row) => links.some((link) => row[link.fieldname] === name)),
        );
      if (isLinked) return { doctype: type.name, name: doc.name };
    }
  }
  return undefined;
}
