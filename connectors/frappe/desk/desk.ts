import type { EntityChange } from "switchyard/connector";
import type { Apart } from "../apart/apart.ts";
import type { Client } from "../client/client.ts";
import { FrappeError } from "../client/frappe-error.ts";
import type { JsonObject } from "../client/json.ts";
import type { Python } from "../python/python.ts";
import type { DocType } from "./doctype.ts";
import type { DocTypes } from "./doctypes.ts";
import type { Masks } from "./masks.ts";
import { docUse, doctypeUse } from "./uses.ts";

/** What the tools work with. */
export interface Desk {
  /** The site's address, for links that people follow. */
  readonly url: string;
  /** The site's, where it is known: what it writes is in it and does not say so. */
  readonly timeZone: string | undefined;
  readonly docTypes: DocTypes;
  readonly masks: Masks;
  readonly apart: Apart;
  readonly python: Python;
  /** The site as whoever asks sees it. @throws {ToolFailure} who asks is nobody on this site. */
  readonly visitor: (caller: string | undefined) => Visitor;
  /** Whether all callers are one user of the site, so that what one may know all may. */
  readonly isShared: boolean;
  /** Says that documents have changed, so that no answer that is kept shows them as they were; and to who watches, what became of which things. */
  readonly changed: (uses: readonly string[], problems?: readonly string[], entities?: readonly EntityChange[]) => void;
}

/** Who asks, on the site. */
export interface Visitor {
  readonly client: Client;
  /** The same for everybody who has the same credential, and for nobody else. */
  readonly key: string;
  /** Whether others have other credentials, so that an answer is nobody else's. */
  readonly isOne: boolean;
}

/** What a DocType is like for whoever asks. */
export function docTypeFor(desk: Desk, { key, client }: Visitor, name: string, signal: AbortSignal): Promise<DocType> {
  return desk.docTypes.of(key, client, name, signal);
}

/** An answer that is made from these, and its user's alone where users differ. */
export function answer<Structured>({ isOne }: Visitor, structured: Structured, uses: readonly string[]) {
  // Whatever it shows, it shows as forms and rights are.
  const all = uses.length === 0 ? uses : [...new Set([...uses, formsUse])];
  // More than an answer may name: any change of the connector drops it then.
  return { structured, isPrivate: isOne, ...(all.length <= 100 && { uses: all }) };
}

/** Documents that are told to have changed at once: with their DocType not more than may be. */
const namesAtOnce = 90;

/** DocTypes whose documents say what others are like, and who sees what of them. They change seldom, and then everything that is kept goes. */
const forms: ReadonlySet<string> = new Set([
  "DocType",
  "Custom Field",
  "Property Setter",
  "Custom DocPerm",
  "User Permission",
  "DocShare",
  "Role",
  "Role Profile",
  "User",
]);
const formsUse = doctypeUse("DocType");

/** Says that a document, or without a name some of a DocType, is not what it was. */
export function tellChanged(desk: Desk, doctype: string, ...names: readonly string[]): void {
  const isForm = forms.has(doctype);
  // The fields of one are in the forms of every DocType that has rows of it.
  if (isForm) desk.docTypes.clear();
  for (let from = 0; from === 0 || from < names.length; from += namesAtOnce) {
    const some = names.slice(from, from + namesAtOnce).map((name) => docUse(doctype, name));
    desk.changed([doctypeUse(doctype), "doctype:*", ...(isForm && doctype !== "DocType" ? [formsUse] : []), ...some]);
  }
}

/**
 * A failure in writing these values as it may be told: where a field that is not shown is among them, without the site's own words, which may hold
 * the value that was there.
 */
export function tellable({ masks }: Desk, doctype: string, values: JsonObject, thrown: unknown): unknown {
  if (!(thrown instanceof FrappeError) || !masks.hasAny(doctype, values)) return thrown;
  const { code, status, exception, retryAfterMs, isUnseen } = thrown;
  const what = `${doctype}: ${exception ?? code}. What the site says about it is not told, as masked fields are among those sent`;
  return new FrappeError({
    code,
    what,
    isUnseen,
    ...(status !== undefined && { status }),
    ...(exception !== undefined && { exception }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The page of a document on the site. */
export function pageOf({ url }: Desk, doctype: string, name: string): string {
  const slug = doctype.toLowerCase().replaceAll(" ", "-");
  return `${url}/app/${encodeURIComponent(slug)}/${encodeURIComponent(name)}`;
}

/** The names nearest to one that is none, for a message. */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  const wanted = plain(name);
  return known.filter((each) => plain(each).includes(wanted) || wanted.includes(plain(each))).slice(0, 5);
}

/** A name without what people write this way or that: capitals, spaces and signs. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
