import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { HttpResponse } from "./http-exchange.ts";
import { answerJson } from "./reply.ts";

/** Where people and programs read what can be asked: the same for everybody, with nothing of this gateway in it. */
const pagePath = "/docs";
const descriptionPath = "/docs/openapi.json";

/** @returns what answers at these addresses; false where the path is another. */
export function docsOf(description: JsonObject): (response: HttpResponse, path: string) => boolean {
  let page: Buffer | undefined;
  return (response, path) => {
    if (path === descriptionPath) answerJson(response, description);
    else if (path === pagePath) {
      page ??= Buffer.from(pageOf(description));
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-length": page.length,
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      });
      response.end(page);
    } else return false;
    return true;
  };
}

const style = `:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 20%,transparent)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;overflow-wrap:anywhere}
code{font:14px/1.5 ui-monospace,monospace}pre{overflow:auto;border:1px solid var(--line);padding:.5rem}
b{display:inline-block;min-width:4.5rem}table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0;vertical-align:top}`;

/** A page without scripts: what it shows is in the document, so that it works wherever it can be read. */
function pageOf(description: JsonObject): string {
  const { paths } = description;
  const sections = isJsonObject(paths)
    ? Object.entries(paths).flatMap(([path, methods]) =>
        isJsonObject(methods) ? Object.entries(methods).map(([method, of]) => sectionOf(method, path, of)) : [],
      )
    : [];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Switchyard: REST</title><style>${style}</style></head><body><main><h1>Switchyard: REST</h1>
<p>What can be asked of a gateway besides MCP. For programs: <a href="${descriptionPath}">OpenAPI 3.1</a>; the live stream: <a href="/docs/events">AsyncAPI</a>.
A key goes into the header <code>Authorization: Bearer …</code>.</p>
${sections.join("\n")}</main></body></html>`;
}

function sectionOf(method: string, path: string, operation: unknown): string {
  if (!isJsonObject(operation)) return "";
  const { parameters } = operation;
  const rows = (Array.isArray(parameters) ? parameters.filter(isJsonObject) : []).map(
    (each) =>
      `<tr><td><code>${escaped(stringAt(each, "name"))}</code></td><td>${escaped(stringAt(each, "in"))}</td><td>${escaped(stringAt(each, "description"))}</td></tr>`,
  );
  const content = objectAt(objectAt(operation, "requestBody") ?? {}, "content") ?? {};
  const bodies = Object.entries(content).map(([type, of]) => {
    const schema = isJsonObject(of) ? of["schema"] : undefined;
    const shown = schema === undefined ? "" : `<pre>${escaped(JSON.stringify(schema, undefined, 2))}</pre>`;
    return `<p>Body: <code>${escaped(type)}</code></p>${shown}`;
  });
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code><br>${escaped(stringAt(operation, "summary"))}</summary>
<p>${escaped(stringAt(operation, "description"))}</p>${rows.length === 0 ? "" : `<table>${rows.join("")}</table>`}${bodies.join("")}</details>`;
}

function escaped(text = ""): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
