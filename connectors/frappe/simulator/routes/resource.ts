import { insert, loaded, remove, save } from "../documents.ts";
import { argument } from "../filters.ts";
import { type Json, isJson, objectsIn, textOf } from "../json.ts";
import { listed } from "../list.ts";
import { methodOfDocument, notOpen } from "../methods/all.ts";
import { questionIn } from "../methods/client.ts";
import { comment } from "../methods/desk.ts";
import { mustMay } from "../permissions.ts";
import { raised } from "../raised.ts";
import { type Answer, type Request, answered } from "../request.ts";
import { shownDoc } from "../shown.ts";
import { doctypeOf } from "../site.ts";

/** `/api/resource/…`: lists and documents. */
export function resource(request: Request, doctype: string, name: string | undefined): Answer {
  const { method, args } = request;
  if (name === undefined) return collection(request, doctype);
  switch (method) {
    case "GET":
      return args["run_method"] === undefined
        ? answered({ data: read(request, doctype, name) })
        : runMethod(request, doctype, name);
    case "POST":
      return runMethod(request, doctype, name);
    case "PUT":
      return answered({ data: updated(request, doctype, name) });
    case "DELETE":
      remove(request, doctype, name);
      return answered(request.site.version === 15 ? { data: "ok" } : { message: "ok" }, 202);
    default:
      if (request.site.version === 14) return answered({});
      throw raised("DoesNotExistError");
  }
}

function collection(request: Request, doctype: string): Answer {
  const { method, args, site } = request;
  if (method === "GET") {
    const rows = listed(request, doctype, questionIn(args));
    const isList = ["False", "false", "0"].includes(textOf(args["as_dict"]));
    return answered({ data: isList ? rows.map((row) => Object.values(row)) : rows });
  }
  if (method !== "POST") throw raised("DoesNotExistError");
  return answered({ data: created(request, doctype, site.version === 14) });
}

/** Makes a document of what came, and shows it. */
export function created(request: Request, doctype: string, nulls: boolean): Json {
  const made = insert(request, doctype, valuesIn(request.args));
  return shownDoc(request, doctypeOf(request.site, doctype), made, { nulls, areRowsNew: true });
}

/** A document, as `/api/resource` shows it. */
export function read(request: Request, doctype: string, name: string): Json {
  const { type, doc } = loaded(request, doctype, name);
  mustMay(request.site, request.user, type, "read", doc);
  const shown = shownDoc(request, type, doc, { nulls: false });
  return request.args["expand_links"] === undefined ? shown : { ...shown, ...linked(request, doctype, shown) };
}

/** The documents that links name, in the place of the names. */
function linked(request: Request, doctype: string, shown: Json): Json {
  const { site } = request;
  const links = doctypeOf(site, doctype).fields.filter(({ fieldtype }) => fieldtype === "Link");
  const found = links.flatMap(({ fieldname, options = "" }) => {
    const type = site.doctypes.get(options);
    const doc = type && site.store.get(options, textOf(shown[fieldname]));
    return type === undefined || doc === undefined
      ? []
      : [[fieldname, shownDoc(request, type, doc, { nulls: false })] as const];
  });
  return Object.fromEntries(found);
}

/** Changes a document by what came, and shows it. */
export function updated(request: Request, doctype: string, name: string): Json {
  const after = save(request, doctype, name, valuesIn(request.args));
  return shownDoc(request, doctypeOf(request.site, doctype), after, { nulls: false });
}

/** Runs a method of a document that is open to callers from outside: of those known here, only `add_comment`, from version 15 on. */
function runMethod(request: Request, doctype: string, name: string): Answer {
  const { type, doc } = loaded(request, doctype, name);
  mustMay(request.site, request.user, type, "read", doc);
  const { run_method, comment_type = "Comment", text } = request.args;
  if (run_method !== "add_comment" || request.site.version === 14) throw notOpen(methodOfDocument(run_method));
  const values = {
    comment_type,
    comment_email: request.user,
    content: text,
    reference_doctype: doctype,
    reference_name: name,
  };
  return answered({ data: comment(request, values) });
}

/** The values of a body: as they are, or in `data` of a form. */
function valuesIn(args: Json): Json {
  if (args["data"] === undefined) return args;
  const data = argument(args["data"]);
  return isJson(data) ? data : (objectsIn(data)[0] ?? {});
}
