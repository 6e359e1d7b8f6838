import { loaded } from "../documents.ts";
import { textOf } from "../json.ts";
import { called, methodOfDocument, notOpen } from "../methods/all.ts";
import { mustMay } from "../permissions.ts";
import { raised } from "../raised.ts";
import { type Answer, type Request, answered } from "../request.ts";
import { resource } from "./resource.ts";
import { version2 } from "./v2.ts";

/** Whether an address is of version 2 of the interface, which tells refusals in its own style. */
export function isVersion2({ site, path }: Pick<Request, "site" | "path">): boolean {
  return site.version === 15 && path.startsWith("/api/v2/");
}

/** Answers a request by its address. @throws {Raised} whatever the site refuses. */
export function routed(request: Request): Answer {
  const { path } = request;
  if (isVersion2(request)) return version2(request, path.slice("/api/v2/".length).split("/"));
  const [, kind = "", rest = ""] = /^\/api\/(?:v1\/)?(method|resource)\/(.*)$/.exec(path) ?? [];
  if (kind === "method") return method(request, rest);
  if (kind !== "resource" || rest === "") throw raised("DoesNotExistError");
  const slash = rest.indexOf("/");
  return slash < 0
    ? resource(request, rest, undefined)
    : resource(request, rest.slice(0, slash), rest.slice(slash + 1));
}

function method(request: Request, name: string): Answer {
  if (name === "run_doc_method") {
    const { dt, dn, method: wanted } = request.args;
    const { type, doc } = loaded(request, textOf(dt), textOf(dn));
    mustMay(request.site, request.user, type, "read", doc);
    throw notOpen(methodOfDocument(wanted));
  }
  const returned = called(request, name, request.args);
  if ("answer" in returned) return returned.answer;
  return answered("body" in returned ? returned.body : { message: returned.message });
}
