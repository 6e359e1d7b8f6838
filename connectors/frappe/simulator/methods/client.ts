import { insert, loaded, remove, save } from "../documents.ts";
import { type Action, actions } from "../doctype.ts";
import { argument, conditionsIn, fits } from "../filters.ts";
import { type Json, isJson, numberOf, objectsIn, textOf } from "../json.ts";
import { counted, listed } from "../list.ts";
import { may, mustMay } from "../permissions.ts";
import { Raised, missing, thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { shownDoc } from "../shown.ts";
import { doctypeOf } from "../site.ts";
import { attach } from "./files.ts";
import type { Methods } from "./method.ts";

/** Rows that `insert_many` takes at once. */
const maxInserted = 200;

/** The methods of `frappe.client`. */
export const clientMethods: Methods = {
  "frappe.client.get_list": {
    needs: ["doctype"],
    run: (args, request) => ({ message: listed(request, textOf(args["doctype"]), questionIn(args)) }),
  },
  "frappe.client.get_count": {
    needs: ["doctype"],
    run: (args, request) => ({ message: counted(request, textOf(args["doctype"]), { filters: args["filters"] }) }),
  },
  "frappe.client.get": {
    needs: ["doctype"],
    run: (args, request) => {
      const doctype = textOf(args["doctype"]);
      const filters = args["filters"];
      const [first] =
        filters === undefined || args["name"] !== undefined ? [] : listed(request, doctype, { filters, limit: 1 });
      const { type, doc } = loaded(request, doctype, textOf(args["name"] ?? first?.["name"]));
      mustMay(request.site, request.user, type, "read", doc);
      return { message: shownDoc(request, type, doc, { nulls: true }) };
    },
  },
  "frappe.client.get_value": {
    needs: ["doctype", "fieldname"],
    run: (args, request) => {
      const fields = namesIn(args["fieldname"]);
      const filters = valueFilters(args["filters"]);
      const [row] = listed(request, textOf(args["doctype"]), { fields, filters, limit: 1 });
      return { message: row ?? {} };
    },
  },
  "frappe.client.get_single_value": {
    needs: ["doctype", "field"],
    run: (args, { site, user }) => {
      const type = doctypeOf(site, textOf(args["doctype"]));
      mustMay(site, user, type, "read");
      return { message: site.store.get(type.name, type.name)?.[textOf(args["field"])] ?? "" };
    },
  },
  "frappe.client.insert": {
    needs: ["doc"],
    isWriting: true,
    run: (args, request) => ({ message: inserted(request, docIn(args["doc"])) }),
  },
  "frappe.client.insert_many": {
    needs: ["docs"],
    isWriting: true,
    run: (args, request) => {
      const docs = objectsIn(argument(args["docs"]));
      if (docs.length > maxInserted)
        throw thrown("ValidationError", `Only ${maxInserted} inserts allowed in one request`);
      return { message: docs.map((doc) => insert(request, textOf(doc["doctype"]), doc).name) };
    },
  },
  "frappe.client.set_value": {
    needs: ["doctype", "name", "fieldname"],
    isWriting: true,
    run: (args, request) => {
      const named = argument(args["fieldname"] === undefined ? {} : maybeJson(args["fieldname"]));
      const changes = isJson(named) ? named : { [textOf(args["fieldname"])]: args["value"] };
      return { message: saved(request, { ...changes, doctype: args["doctype"], name: args["name"] }) };
    },
  },
  "frappe.client.save": {
    needs: ["doc"],
    isWriting: true,
    run: (args, request) => ({ message: saved(request, docIn(args["doc"])) }),
  },
  "frappe.client.submit": {
    needs: ["doc"],
    isWriting: true,
    run: (args, request) => ({ message: saved(request, { ...docIn(args["doc"]), docstatus: 1 }) }),
  },
  "frappe.client.cancel": {
    needs: ["doctype", "name"],
    isWriting: true,
    run: (args, request) => ({
      message: saved(request, { doctype: args["doctype"], name: args["name"], docstatus: 2 }),
    }),
  },
  "frappe.client.delete": {
    needs: ["doctype", "name"],
    isWriting: true,
    run: (args, request) => {
      remove(request, textOf(args["doctype"]), textOf(args["name"]));
      return { body: {} };
    },
  },
  "frappe.client.rename_doc": { needs: ["doctype", "old_name", "new_name"], isWriting: true, run: rename },
  "frappe.client.bulk_update": { needs: ["docs"], isWriting: true, run: bulkUpdate },
  "frappe.client.has_permission": {
    needs: ["doctype", "docname"],
    run: (args, request) => {
      const { type, doc } = loaded(request, textOf(args["doctype"]), textOf(args["docname"]));
      const wanted = textOf(args["perm_type"]) || "read";
      const action = actions.find((one): one is Action => one === wanted) ?? "read";
      return { message: { has_permission: may(request.site, request.user, type, action, doc) } };
    },
  },
  "frappe.client.validate_link": {
    needs: ["doctype", "docname"],
    run: (args, request) => {
      const fields = ["name", ...namesIn(args["fields"] ?? "[]")];
      const [row] = listed(request, textOf(args["doctype"]), { fields, filters: { name: args["docname"] }, limit: 1 });
      return { message: row ?? {} };
    },
  },
  "frappe.client.attach_file": {
    needs: ["filename", "filedata"],
    isWriting: true,
    run: (args, request) => {
      const content = Buffer.from(
        textOf(args["filedata"]),
        args["decode_base64"] === true || args["decode_base64"] === "1" ? "base64" : "utf8",
      );
      const place = {
        doctype: args["doctype"],
        name: args["docname"],
        isPrivate: numberOf(args["is_private"]) === 1,
        folder: "Home/Attachments",
      };
      return { message: attach(request, textOf(args["filename"]), content, place) };
    },
  },
};

/** What is asked of a list, as `get_list` and the address of a resource have it. */
export function questionIn(args: Json, defaultLimit = 20) {
  const limit = args["limit_page_length"] ?? args["page_length"] ?? args["limit"];
  const { order_by, group_by, parent } = args;
  return {
    fields: args["fields"],
    filters: args["filters"],
    orFilters: args["or_filters"],
    ...(typeof order_by === "string" && { orderBy: order_by }),
    ...(typeof group_by === "string" && group_by !== "" && { groupBy: group_by }),
    ...(typeof parent === "string" && { parent }),
    start: numberOf(args["limit_start"] ?? args["start"]),
    limit: limit === undefined ? defaultLimit : numberOf(limit),
  };
}

function inserted(request: Request, doc: Json): Json {
  const doctype = textOf(doc["doctype"]);
  const made = insert(request, doctype, doc);
  return shownDoc(request, doctypeOf(request.site, doctype), made, { nulls: true, areRowsNew: true });
}

function saved(request: Request, doc: Json): Json {
  const doctype = textOf(doc["doctype"]);
  const after = save(request, doctype, textOf(doc["name"]), doc);
  return shownDoc(request, doctypeOf(request.site, doctype), after, { nulls: true });
}

function docIn(value: unknown): Json {
  const doc = argument(value);
  return isJson(doc) ? doc : {};
}

function namesIn(value: unknown): readonly string[] {
  const parsed = argument(maybeJson(value));
  return Array.isArray(parsed) ? parsed.map(textOf) : [textOf(parsed)];
}

/** A text that begins as JSON does; every other stands for itself. */
function maybeJson(value: unknown): unknown {
  return typeof value === "string" && !/^\s*[[{]/.test(value) ? JSON.stringify(value) : value;
}

/** `get_value` takes a name for filters. */
function valueFilters(value: unknown): unknown {
  const parsed = argument(maybeJson(value));
  return typeof parsed === "string" ? { name: parsed } : parsed;
}

function rename(args: Json, request: Request) {
  const { site, user } = request;
  const [doctype, old, wanted] = [textOf(args["doctype"]), textOf(args["old_name"]), textOf(args["new_name"])];
  const type = doctypeOf(site, doctype);
  const doc = site.store.get(doctype, old);
  if (doc === undefined) throw missing(doctype, old);
  mustMay(site, user, type, "write", doc);
  site.store.remove(doctype, old);
  site.store.put(doctype, { ...doc, name: wanted, modified: site.now() });
  return { message: wanted };
}

function bulkUpdate(args: Json, request: Request) {
  const failed: Json[] = [];
  for (const entry of objectsIn(argument(args["docs"]))) {
    const { docname, ...changes } = entry;
    try {
      save(request, textOf(entry["doctype"]), textOf(docname), changes);
    } catch (thrownValue) {
      if (!(thrownValue instanceof Raised)) throw thrownValue;
      const { kind, text = "", told = [] } = thrownValue.exception;
      request.told.push(...told);
      failed.push({
        doc: entry,
        exc: JSON.stringify([`Traceback (most recent call last):\nfrappe.exceptions.${kind}: ${text}\n`]),
      });
    }
  }
  return { message: { failed_docs: failed } };
}

/** Whether a document fits filters, for those who look at one. */
export function fitsAll(doc: Json, filters: unknown, now: string): boolean {
  return conditionsIn(filters).every((condition) => fits(doc[condition.field], condition, now));
}
