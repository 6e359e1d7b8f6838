import { type DocType, holdsValue } from "./doctype.ts";
import type { Request } from "./request.ts";
import { randomName } from "./site.ts";
import type { StoredDoc } from "./store.ts";

/** Keeps what was changed, for DocTypes that track that. */
export function recordVersion(
  { site, user }: Request,
  { name, fields }: DocType,
  before: StoredDoc,
  after: StoredDoc,
): void {
  const columns = ["docstatus", ...fields.filter(holdsValue).map(({ fieldname }) => fieldname)];
  const changed = columns
    .filter((column) => before[column] !== after[column])
    .map((column) => [column, before[column], after[column]]);
  if (changed.length === 0) return;
  const time = site.now();
  const data = { added: [], changed, data_import: null, removed: [], row_changed: [], updater_reference: null };
  site.store.put("Version", {
    name: randomName(site),
    owner: user,
    creation: time,
    modified: time,
    modified_by: user,
    docstatus: 0,
    idx: 0,
    ref_doctype: name,
    docname: after.name,
    data: JSON.stringify(data),
    doctype: "Version",
  });
}
