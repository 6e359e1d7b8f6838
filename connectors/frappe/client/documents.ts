import { type Asking, jsonBody, maxQueryLength, unexpected } from "./asking.ts";
import type { Client, Doc, Written } from "./client.ts";
import { type JsonObject, isJsonObject } from "./json.ts";
import { listParameters } from "./list-query.ts";
import { serverMessages } from "./server-messages.ts";

type Documents = Omit<Client, "call" | "upload" | "download" | "user">;

/** What a user does with documents. */
export function documentsBy({ ask, call }: Asking): Documents {
  const change = async (
    method: "POST" | "PUT",
    [doctype, name]: readonly [string, string?],
    values: JsonObject,
    signal: AbortSignal,
  ): Promise<Written> => {
    const about = `${method} ${doctype}${name === undefined ? "" : ` ${name}`}`;
    const request = { method, path: resource(doctype, name), ...jsonBody(values), isReading: false, about };
    const body = await ask(request, signal);
    return { doc: docIn(body["data"], about), messages: serverMessages(body) };
  };

  return {
    list: listBy({ ask, call }),
    count: countBy(call),
    read: async (doctype, name, signal) => {
      const about = `GET ${doctype} ${name}`;
      const body = await ask({ method: "GET", path: resource(doctype, name), isReading: true, about }, signal);
      return docIn(body["data"], about);
    },
    create: async (doctype, values, signal) => change("POST", [doctype], values, signal),
    update: async (doctype, name, changes, signal) => change("PUT", [doctype, name], changes, signal),
    remove: async (doctype, name, signal) => {
      const about = `DELETE ${doctype} ${name}`;
      await ask({ method: "DELETE", path: resource(doctype, name), isReading: false, about }, signal);
    },
    submit: async (doctype, name, modified, signal) =>
      change("PUT", [doctype, name], { docstatus: 1, ...(modified !== undefined && { modified }) }, signal),
    cancel: async (doctype, name, signal) => {
      const { value, messages } = await call("frappe.client.cancel", { doctype, name }, {}, signal);
      return { doc: docIn(value, `cancel ${doctype} ${name}`), messages };
    },
    insertMany: async (docs, signal) => {
      const { value } = await call("frappe.client.insert_many", { docs }, {}, signal);
      if (Array.isArray(value)) return value.map(String);
      throw unexpected(`insert of ${docs.length} documents`);
    },
  };
}

function listBy({ ask, call }: Pick<Asking, "ask" | "call">): Client["list"] {
  return async (doctype, query, signal) => {
    const parameters = listParameters(doctype, query);
    const encoded = new URLSearchParams(parameters).toString();
    const about = `GET list of ${doctype}`;
    if (encoded.length > maxQueryLength) {
      const args = { doctype, ...parameters };
      const { value } = await call("frappe.client.get_list", args, { isReading: true }, signal);
      return docsIn(value, about);
    }
    const path = `${resource(doctype)}?${encoded}`;
    const body = await ask({ method: "GET", path, isReading: true, about }, signal);
    return docsIn(body["data"], about);
  };
}

/** The method that other clients count by knows no `or_filters`; the one of the desk does. */
function countBy(call: Asking["call"]): Client["count"] {
  return async (doctype, { filters, orFilters }, signal) => {
    const [method, args] =
      orFilters === undefined
        ? ["frappe.client.get_count", { doctype, filters: filters ?? {} }]
        : [
            "frappe.desk.reportview.get_count",
            { doctype, filters: filters ?? [], or_filters: orFilters, fields: [], distinct: "false" },
          ];
    const { value } = await call(method, args, { verb: "GET" }, signal);
    if (typeof value === "number") return value;
    throw unexpected(`GET count of ${doctype}`);
  };
}

function resource(doctype: string, name?: string): string {
  const path = `/api/resource/${encodeURIComponent(doctype)}`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

function docIn(value: unknown, about: string): Doc {
  if (isJsonObject(value)) return value;
  throw unexpected(about);
}

function docsIn(value: unknown, about: string): readonly Doc[] {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  throw unexpected(about);
}
