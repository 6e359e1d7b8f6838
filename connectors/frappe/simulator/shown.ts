import { type DocType, holdsValue } from "./doctype.ts";
import type { Json } from "./json.ts";
import { mayField } from "./permissions.ts";
import type { Request } from "./request.ts";
import { doctypeOf } from "./site.ts";
import type { StoredDoc } from "./store.ts";
import { isGiven } from "./rows.ts";
import { rowsOf, tablesOf } from "./values.ts";

/** How a document is shown: whether what is empty is there as null, and whether those of its rows that came with it were just made. */
export interface Showing {
  readonly nulls: boolean;
  readonly areRowsNew?: boolean;
}

/** A document as its user sees it: fields of a higher level, where there is no right to it, are empty. */
export function shownDoc(
  { site, user }: Request,
  type: DocType,
  doc: StoredDoc,
  { nulls, areRowsNew = false }: Showing,
): Json {
  const shown: Json = {};
  const hidden = new Set(
    type.fields.filter((field) => !mayField(site, user, type, field, "read")).map(({ fieldname }) => fieldname),
  );
  for (const [key, value] of Object.entries(doc)) {
    if (Array.isArray(value)) continue;
    const seen = hidden.has(key) ? null : value;
    if (seen !== null || nulls) shown[key] = seen;
  }
  for (const { fieldname, options = "" } of tablesOf(type)) {
    const own = doctypeOf(site, options).fields.filter(holdsValue);
    const fields = new Set(own.map((field) => field.fieldname));
    shown[fieldname] = rowsOf(doc[fieldname]).map((row) => {
      const kept = Object.entries(row).filter(([key, value]) => nulls || value !== null || !fields.has(key));
      return Object.fromEntries(areRowsNew && isGiven(row, doc) ? [...kept, ["__unsaved", 1]] : kept);
    });
  }
  return shown;
}
