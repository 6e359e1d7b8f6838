import type { Client } from "../client/client.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type DocType, docTypeIn } from "./doctype.ts";

/** DocTypes that are known at once, of all users together. */
const most = 500;
/** How long one is known, in ms: forms are changed by hand, seldom. */
const ttlMs = 300_000;

interface Known {
  readonly docType: Promise<DocType>;
  readonly until: number;
}

/**
 * What DocTypes are like. An answer of a site is large (a Sales Invoice half a megabyte), and every tool needs it: so it is kept for five minutes, for
 * each user by itself, as fields can be hidden from some.
 */
export class DocTypes {
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What this one is like for this user. @throws {FrappeError} `doctype_unknown`, and what asking throws. */
  async of(user: string, client: Client, name: string, signal: AbortSignal): Promise<DocType> {
    const key = `${user}\n${name}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#now()) return known.docType;
    const docType = fetched(client, name, signal);
    this.#known.delete(key);
    this.#known.set(key, { docType, until: this.#now() + ttlMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
    try {
      return await docType;
    } catch (thrown) {
      this.#known.delete(key);
      throw thrown;
    }
  }

  /** Forgets what is known of a DocType, for everybody. */
  forget(name: string): void {
    for (const key of this.#known.keys()) if (key.endsWith(`\n${name}`)) this.#known.delete(key);
  }
}

async function fetched(client: Client, name: string, signal: AbortSignal): Promise<DocType> {
  const how = { verb: "GET" } as const;
  const args = { doctype: name, with_parent: "1" };
  try {
    const { body } = await client.call("frappe.desk.form.load.getdoctype", args, how, signal);
    const docType = docTypeIn(body);
    if (docType !== undefined) return docType;
  } catch (thrown) {
    if (!(thrown instanceof FrappeError) || thrown.code !== "not_found") throw thrown;
  }
  throw new FrappeError({ code: "doctype_unknown", what: `There is no DocType ${JSON.stringify(name.slice(0, 140))}` });
}
