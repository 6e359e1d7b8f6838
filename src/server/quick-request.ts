import type { IncomingHttpHeaders } from "node:http";

/** A request that was read whole. Its body has less than 100,000 bytes. */
export interface QuickRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Longest head that is looked at, in bytes. */
const maxHeadBytes = 8192;

const requestLine = /^POST (\/mcp[\x21-\x7e]*) HTTP\/1\.1$/;
const fieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e]*$/;
const endOfHead = Buffer.from("\r\n\r\n");

/** With one of these, a request wants more than to be answered, or ends elsewhere than its content-length says. */
const unusual: ReadonlySet<string> = new Set(["transfer-encoding", "upgrade", "expect", "trailer", "te", "__proto__"]);

/**
 * The request that these bytes are: an ordinary POST to `/mcp` or below, whole, and nothing else. `unfinished` where some of its body is still to come;
 * `unusual` where there is anything else about it. Such is for Node to read, which knows all of HTTP. What is read here, Node would read the same way.
 *
 * @see RFC 9112, 2 to 6.
 */
export function quickRequestIn(bytes: Buffer): QuickRequest | "unfinished" | "unusual" {
  const end = bytes.indexOf(endOfHead);
  if (end === -1 || end > maxHeadBytes) return "unusual";
  const text = bytes.toString("latin1", 0, end);
  let at = text.indexOf("\r\n");
  const url = requestLine.exec(text.slice(0, at))?.[1];
  if (url === undefined || at === -1) return "unusual";
  const headers: IncomingHttpHeaders = {};
  while (at < end) {
    const start = at + 2;
    const next = text.indexOf("\r\n", start);
    at = next === -1 ? end : next;
    if (!addField(headers, text, start, at)) return "unusual";
  }
  const { connection, host, "content-length": length } = headers;
  if (host === undefined || length === undefined || !/^\d{1,5}$/.test(length)) return "unusual";
  if (connection !== undefined && connection.toLowerCase() !== "keep-alive") return "unusual";
  const bodyStart = end + endOfHead.length;
  const missing = Number(length) - (bytes.length - bodyStart);
  if (missing > 0) return "unfinished";
  return missing === 0 ? { method: "POST", url, headers, body: bytes.subarray(bodyStart) } : "unusual";
}

/** False where the line is none that is read here. */
function addField(headers: IncomingHttpHeaders, text: string, start: number, end: number): boolean {
  const colon = text.indexOf(":", start);
  if (colon === -1 || colon > end) return false;
  const name = text.slice(start, colon);
  const value = text.slice(colon + 1, end).trim();
  if (!fieldName.test(name) || !fieldValue.test(value)) return false;
  const key = name.toLowerCase();
  if (unusual.has(key) || Object.hasOwn(headers, key)) return false;
  headers[key] = value;
  return true;
}
