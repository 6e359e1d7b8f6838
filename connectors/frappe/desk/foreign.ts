import type { EntityChange } from "switchyard/connector";
import { type Desk, pageOf, tellChanged } from "./desk.ts";

/** What somebody else did to a document on the site. */
export interface ForeignChange {
  readonly name: string;
  readonly change: EntityChange["change"];
  /** That as the end of a sentence: `was submitted`. */
  readonly says: string;
}

/** Changes that are told to who watches at once; of more is told that there are. */
const toldAtOnce = 100;

/**
 * Says what others did to documents of a DocType: what is kept of them is dropped, and who watches is told. Where callers are different users of the
 * site, it is told of the DocType alone: a document's name is not for those who may not read it.
 */
export function tellForeign(desk: Desk, doctype: string, changes: readonly ForeignChange[]): void {
  tellChanged(desk, doctype, ...changes.map(({ name }) => name));
  const [first] = changes;
  if (first === undefined) return;
  if (!desk.isShared) {
    const what = changes.every(({ says }) => says === first.says) ? first.says : "was changed";
    const uri = `doctype://${encodeURIComponent(doctype)}`;
    desk.changed([], [], [{ uri, change: "modified", says: `Some ${doctype} ${what}` }]);
    return;
  }
  for (let from = 0; from < changes.length; from += toldAtOnce) {
    const some = changes.slice(from, from + toldAtOnce);
    const entities = some.map(({ name, change, says }) => ({
      uri: pageOf(desk, doctype, name),
      change,
      says: `${doctype} ${name} ${says}`,
    }));
    desk.changed([], [], entities);
  }
}
