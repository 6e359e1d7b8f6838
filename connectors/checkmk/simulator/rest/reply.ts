import { createHash } from "node:crypto";

/** What the simulated API answers. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that travels as an exception to where it is answered. */
export class Refused extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(String(reply.status));
    this.reply = reply;
  }
}

/** A problem document. */
export function problem(
  status: number,
  title: string,
  detail: string,
  more: { readonly fields?: object; readonly ext?: object } = {},
): Reply {
  return { status, body: { title, status, detail, ...more }, headers: { "content-type": "application/problem+json" } };
}

/** What is wrong with fields of a body or query. */
export function badFields(fields: Readonly<Record<string, readonly string[] | object>>): Refused {
  const detail = `These fields have problems: ${Object.keys(fields).join(", ")}`;
  return new Refused(problem(400, "Bad Request", detail, { fields }));
}

/** There is no such object. */
export function notFound(what: string): Refused {
  return new Refused(problem(404, "Not Found", `${what} could not be found`));
}

/** An object as the API shows it. */
export function domainObject(
  domainType: string,
  id: string,
  title: string,
  extensions: object,
  links: readonly object[] = [],
): object {
  const self = link("self", "GET", `/objects/${domainType}/${quotedTwice(id)}`);
  return { domainType, id, title, links: [self, ...links], members: {}, extensions };
}

/** A collection as the API shows it. */
export function collection(domainType: string, value: readonly object[]): object {
  const links = [link("self", "GET", `/domain-types/${domainType}/collections/all`)];
  return { domainType, id: domainType, links, value, extensions: {} };
}

/** A link to somewhere in the API. */
export function link(rel: string, method: string, path: string): object {
  return { domainType: "link", rel, href: `/check_mk/api/1.0${path}`, method, type: "application/json" };
}

/** Ids in links are quoted twice, since the web server takes one quoting off. */
export function quotedTwice(id: string): string {
  return encodeURIComponent(encodeURIComponent(id));
}

/** The ETag of what it is made from. */
export function etagOf(value: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 40)}"`;
}

/** A moment in s since 1970 as the API writes it. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
