import { loaded, remove } from "../documents.ts";
import { textOf } from "../json.ts";
import { counted, listed } from "../list.ts";
import { called, methodOfDocument, notOpen } from "../methods/all.ts";
import { questionIn } from "../methods/client.ts";
import { metaOf } from "../meta.ts";
import { mustMay } from "../permissions.ts";
import { raised } from "../raised.ts";
import { type Answer, type Request, answered } from "../request.ts";
import { doctypeOf } from "../site.ts";
import { created, read, updated } from "./resource.ts";

/** `/api/v2/…`, which sites have from version 15 on. `parts` is what follows. */
export function version2(request: Request, parts: readonly string[]): Answer {
  const [kind = "", doctype = "", ...rest] = parts;
  switch (kind) {
    case "method":
      return method(request, parts.slice(1).join("/"));
    case "document":
      return doctype === "" ? unknown() : document(request, doctype, rest);
    case "doctype":
      return aboutDoctype(request, doctype, rest[0] ?? "");
    default:
      return unknown();
  }
}

function unknown(): never {
  throw raised("DoesNotExistError");
}

function method(request: Request, name: string): Answer {
  // A login that fails was answered so by version 15.
  if (name === "login") return answered({});
  const returned = called(request, name, request.args);
  if ("answer" in returned) return returned.answer;
  return answered("body" in returned ? returned.body : { data: returned.message });
}

function document(request: Request, doctype: string, rest: readonly string[]): Answer {
  if (rest.length === 0) {
    if (request.method === "POST") return answered({ data: created(request, doctype, false) });
    return answered({ data: listed(request, doctype, questionIn(request.args)) });
  }
  const at = rest.indexOf("method");
  if (at > 0) {
    const { type, doc } = loaded(request, doctype, rest.slice(0, at).join("/"));
    mustMay(request.site, request.user, type, "read", doc);
    throw notOpen(methodOfDocument(rest[at + 1]));
  }
  const name = rest.join("/");
  switch (request.method) {
    case "GET":
      return answered({ data: read(request, doctype, name) });
    case "PUT":
    case "PATCH":
      return answered({ data: updated(request, doctype, name) });
    case "DELETE":
      remove(request, doctype, name);
      return answered({ data: "ok" }, 202);
    default:
      return unknown();
  }
}

function aboutDoctype(request: Request, doctype: string, what: string): Answer {
  if (what === "meta") return answered({ data: metaOf(request.site, doctypeOf(request.site, doctype)) });
  if (what === "count") return answered({ data: counted(request, doctype, { filters: request.args["filters"] }) });
  throw raised("DoesNotExistError", textOf(what));
}
