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
  readonly #signal: AbortSignal;

  /** `signal`: fires when nobody will ask any more. */
  constructor(now: () => number, signal: AbortSignal) {
    this.#now = now;
    this.#signal = signal;
  }

  /** What this one is like for this user. @throws {FrappeError} `doctype_unknown`, and what asking throws. */
  of(user: string, client: Client, name: string, signal: AbortSignal): Promise<DocType> {
    const key = `${user}\n${name}`;
    const found = this.#known.get(key);
    const isKnown = found !== undefined && found.until > this.#now();
    return awaited(isKnown ? found.docType : this.#asked(key, client, name), signal);
  }

  /** Asked for all who wait, so that it goes on where one of them leaves. */
  #asked(key: string, client: Client, name: string): Promise<DocType> {
    const docType = fetched(client, name, this.#signal);
    const known = { docType, until: this.#now() + ttlMs };
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
    docType.catch(() => {
      if (this.#known.get(key) === known) this.#known.delete(key);
    });
    return docType;
  }

  /** Forgets what is known, for everybody. */
  clear(): void {
    this.#known.clear();
  }
}

/** What a promise brings, for as long as who waits stays. */
function awaited<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's own reason is what leaving is called
      reject(signal.reason);
    };
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", leave);
    });
  });
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
