import type { JsonObject } from "./json.ts";
import type { Filters, ListQuery } from "./list-query.ts";
import type { Upload } from "./multipart.ts";

/** A document, or a row of a list, as the site gives it: dates and times as texts in the site's time zone, checks as 0 and 1. */
export type Doc = JsonObject;

/** A document as it is after a change, and what the site told its user along with that, such as warnings. */
export interface Written {
  readonly doc: Doc;
  readonly messages: readonly string[];
}

/** What a method answered. */
export interface MethodAnswer {
  /** What it returned; undefined where that was nothing. */
  readonly value: unknown;
  /** The whole answer: some methods put theirs beside. */
  readonly body: JsonObject;
  readonly messages: readonly string[];
}

/** How a method is called. */
export interface MethodCall {
  /** GET where it only reads: such a call is made again where it may help. Default POST. */
  readonly verb?: "GET" | "POST";
  /** That it only reads though it is called by POST. */
  readonly isReading?: boolean;
}

/** A file as it came. */
export interface Download {
  readonly bytes: Buffer;
  readonly mimeType: string;
}

/**
 * A site as one of its users sees it: every right is checked by the site itself.
 *
 * What only reads is tried again where that may help, what writes only where the site certainly did not begin with it. Every method throws
 * a `FrappeError`, or the signal's reason.
 */
export interface Client {
  readonly list: (doctype: string, query: ListQuery, signal: AbortSignal) => Promise<readonly Doc[]>;
  /** How many there are that the user may see. */
  readonly count: (
    doctype: string,
    conditions: { readonly filters?: Filters; readonly orFilters?: Filters },
    signal: AbortSignal,
  ) => Promise<number>;
  readonly read: (doctype: string, name: string, signal: AbortSignal) => Promise<Doc>;
  /** Fields that the DocType does not have are ignored by the site, in silence. */
  readonly create: (doctype: string, values: JsonObject, signal: AbortSignal) => Promise<Written>;
  /**
   * Changes what is given; a table that is given replaces the one that is there. With `modified` among the changes, the document's as it was read,
   * the site refuses with `modified_meanwhile` where it is another by now.
   */
  readonly update: (doctype: string, name: string, changes: JsonObject, signal: AbortSignal) => Promise<Written>;
  readonly remove: (doctype: string, name: string, signal: AbortSignal) => Promise<void>;
  /** Makes a draft final. `modified` as in `update`. */
  readonly submit: (
    doctype: string,
    name: string,
    modified: string | undefined,
    signal: AbortSignal,
  ) => Promise<Written>;
  /** Takes back what was submitted. */
  readonly cancel: (doctype: string, name: string, signal: AbortSignal) => Promise<Written>;
  /** Creates up to 200 documents, of which each has its `doctype`, or none of them; gives their names. */
  readonly insertMany: (docs: readonly JsonObject[], signal: AbortSignal) => Promise<readonly string[]>;
  /** Calls a method that is open to callers from outside. */
  readonly call: (method: string, args: JsonObject, how: MethodCall, signal: AbortSignal) => Promise<MethodAnswer>;
  /** Stores a file; the document that stands for it, with its `file_url`. */
  readonly upload: (upload: Upload, signal: AbortSignal) => Promise<Doc>;
  /** Reads a file by its `file_url`, such as `/private/files/offer.pdf`. */
  readonly download: (fileUrl: string, signal: AbortSignal) => Promise<Download>;
  /** Who the credential is of. */
  readonly user: (signal: AbortSignal) => Promise<string>;
}
