import { createHmac } from "node:crypto";
import { type Clock, sleep } from "switchyard/connector";
import { type Json, isJson, objectsIn, textOf } from "./json.ts";
import { thrown } from "./raised.ts";
import type { SiteState } from "./site.ts";
import type { StoredDoc } from "./store.ts";

/** What becomes of a document that webhooks can be sent of. A change of what is final is told by `on_change` alone. */
export type DocEvent = "after_insert" | "on_update" | "on_change" | "on_submit" | "on_cancel" | "on_trash";

/** How often one is sent until it is taken, and how long the site waits for an answer, in ms. */
const attempts = 3;
const timeoutMs = 5000;

interface Due {
  readonly webhook: StoredDoc;
  readonly doc: StoredDoc;
}

/**
 * The webhooks of a site: noted while a request is worked on, sent once it went well. One is sent once a request of each document, with what that was
 * at last.
 */
export class Webhooks {
  /** By the name of the webhook. */
  readonly secrets = new Map<string, string>();
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #due = new Map<string, Due>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of what became of a document. */
  note({ store }: SiteState, doctype: string, doc: StoredDoc, happened: readonly DocEvent[]): void {
    for (const webhook of store.all("Webhook")) {
      const event = happened.find((each) => each === webhook["webhook_docevent"]);
      const isMeant = Number(webhook["enabled"]) === 1 && webhook["webhook_doctype"] === doctype;
      if (isMeant && event !== undefined) this.#due.set(JSON.stringify([webhook.name, doc.name]), { webhook, doc });
    }
  }

  /** Forgets what was noted: the request was refused. */
  drop(): void {
    this.#due.clear();
  }

  /** Sends what was noted, in the background. */
  flush(): void {
    const due = [...this.#due.values()];
    this.#due.clear();
    for (const each of due) {
      const sending = this.#send(each).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
  }

  /** Resolves when nothing is sent any more. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  async #send({ webhook, doc }: Due): Promise<void> {
    const { signal } = this.#closing;
    const body = Buffer.from(dumps(dataOf(webhook, doc)));
    const secret = Number(webhook["enable_security"]) === 1 ? (this.secrets.get(webhook.name) ?? "") : undefined;
    const headers = {
      ...(secret !== undefined && {
        "X-Frappe-Webhook-Signature": createHmac("sha256", secret).update(body).digest("base64"),
      }),
      ...Object.fromEntries(
        objectsIn(webhook["webhook_headers"]).map(({ key, value }) => [textOf(key), textOf(value)]),
      ),
    };
    for (let attempt = 0; attempt < attempts && !signal.aborted; attempt += 1) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const { ok } = await fetch(textOf(webhook["request_url"]), { method: "POST", body, headers, signal: limit });
        if (ok) return;
      } catch {
        // A receiver that is away is tried again as one that refuses.
      }
      await sleep(this.#clock, (3 * attempt + 1) * 1000, signal);
    }
  }
}

/** What a webhook sends: its list of fields, or its text with the document's values in it. */
function dataOf(webhook: StoredDoc, doc: StoredDoc): Json {
  const rows = objectsIn(webhook["webhook_data"]);
  if (rows.length > 0) return Object.fromEntries(rows.map(({ key, fieldname }) => [key, doc[textOf(fieldname)]]));
  const data: unknown = JSON.parse(rendered(textOf(webhook["webhook_json"]), doc));
  return isJson(data) ? data : {};
}

/** Of Jinja what is needed: a field of the document, as it is or as JSON. */
function rendered(template: string, doc: StoredDoc): string {
  return template.replaceAll(/\{\{\s*doc\.(\w+)\s*(\|\s*tojson)?\s*\}\}/g, (_whole, field: string, asJson?: string) =>
    asJson === undefined ? textOf(doc[field]) : JSON.stringify(doc[field] ?? null),
  );
}

/** JSON as Python writes it: blanks after commas and colons, and nothing but ASCII. */
function dumps(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(dumps).join(", ")}]`;
  if (isJson(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${dumps(key)}: ${dumps(each)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value ?? null).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Refuses a webhook that a site would not have. @throws {Raised} `ValidationError`. */
export function checkWebhook(doc: Json, { doctypes }: SiteState): void {
  const type = doctypes.get(textOf(doc["webhook_doctype"]));
  const isOfFinal = ["on_submit", "on_cancel", "on_update_after_submit"].includes(textOf(doc["webhook_docevent"]));
  if (isOfFinal && type?.is_submittable !== true)
    throw thrown("ValidationError", "DocType must be Submittable for the selected Doc Event");
  if (!URL.canParse(textOf(doc["request_url"]))) throw thrown("ValidationError", "Check Request URL");
  if (Number(doc["enable_security"]) === 1 && textOf(doc["webhook_secret"]) === "")
    throw thrown("ValidationError", "Invalid Webhook Secret");
}
