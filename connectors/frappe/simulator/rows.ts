import { type DocType, type Field, holdsValue, isNumeric } from "./doctype.ts";
import type { Json } from "./json.ts";
import type { Request } from "./request.ts";
import { type SiteState, doctypeOf, randomName } from "./site.ts";
import type { StoredDoc } from "./store.ts";
import { rowsOf, tablesOf, withDefaults } from "./values.ts";

/** Where a row stands, and what it has of its document. */
export interface RowPlace {
  readonly type: DocType;
  readonly field: Field;
  readonly standard: Json;
  readonly index: number;
}

/** A new row of a document that came with it: what is not given has its default. */
export function givenRow(site: SiteState, { type, field, standard, index }: RowPlace, row: Json): Json {
  const { fieldname, options = "" } = field;
  const values = withDefaults(site, doctypeOf(site, options), row);
  const place = { parentfield: fieldname, parenttype: type.name, doctype: options };
  return { name: randomName(site), ...standard, idx: index + 1, ...values, ...place };
}

/** A document that a site makes by itself: what is not said is empty, whatever its default, and it has a time of its own. */
export function madeBySite({ site, user }: Request, doctype: string, values: Json): StoredDoc {
  const time = site.now();
  const empty = doctypeOf(site, doctype)
    .fields.filter(holdsValue)
    .map((field) => [field.fieldname, isNumeric(field) ? 0 : null] as const);
  const standard = { owner: user, creation: time, modified: time, modified_by: user, docstatus: 0, idx: 0 };
  return { name: randomName(site), ...standard, ...Object.fromEntries(empty), ...values, doctype };
}

/** Adds a row that a site makes by itself to a table of a document. */
export function addRow(request: Request, doc: Json, fieldname: string, values: Json): void {
  const parenttype = String(doc["doctype"]);
  const table = tablesOf(doctypeOf(request.site, parenttype)).find((field) => field.fieldname === fieldname);
  const rows = rowsOf(doc[fieldname]);
  const place = { idx: rows.length + 1, parent: doc["name"], parentfield: fieldname, parenttype };
  doc[fieldname] = [...rows, madeBySite(request, table?.options ?? "", { ...values, ...place })];
}

/** Whether a row came with its document, as it was made with it. */
export function isGiven(row: Json, doc: Json): boolean {
  return row["creation"] === doc["creation"];
}
