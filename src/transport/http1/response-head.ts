import { GatewayError } from "../../core/errors.ts";

/** Headers of an answer, by lower-case name; those that came several times are joined by commas. Has no prototype. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** How long a body is. */
export type BodyLength =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until_close" };

/** What stands before the body of an answer. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: BodyLength;
  /** How long the connection may be idle afterwards and be used again, in ms; 0: not at all. */
  readonly reusableMs: number;
}

/** Longest a connection is kept idle, in ms. */
const longestIdleMs = 30_000;
/** By how much sooner than the server we give an idle connection up, in ms: it may close it while a request is on its way. */
const aheadMs = 1000;

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** What no head may have inside of a line: a peer that reads it as an end of line would see another message. */
const control = /[\0\r\n]/;

/**
 * The head of an answer, from its text without the empty line at its end.
 *
 * @throws {GatewayError} `upstream_protocol_error` — it is none, or it leaves open where the body ends.
 * @see RFC 9112, 4 (status line), 5 (fields), 6.3 (length of a body), 9.3 (persistence).
 */
export function readHead(text: string): ResponseHead {
  let end = lineEnd(text, 0);
  const [, minor, digits = ""] = statusLine.exec(text.slice(0, end)) ?? noHttp("its first line is no status line");
  const headers: Record<string, string> = Object.setPrototypeOf({}, null);
  while (end < text.length) {
    const start = end + 2;
    end = lineEnd(text, start);
    addField(headers, text, start, end);
  }
  const status = Number(digits);
  const body = lengthOf(status, headers, minor === "1");
  return { status, headers, body, reusableMs: reusableMs(headers, minor === "1", body) };
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\r\n", start);
  return end === -1 ? text.length : end;
}

function addField(headers: Record<string, string>, text: string, start: number, end: number): void {
  const colon = text.indexOf(":", start);
  const name = colon === -1 || colon > end ? "" : text.slice(start, colon);
  // A line that begins with a space would go on with the one before: nobody may send that any more (RFC 9112, 5.2).
  if (!fieldName.test(name)) noHttp("it has a header without a proper name");
  const value = text.slice(colon + 1, end).trim();
  if (control.test(value)) noHttp(`its header ${name} has a control character`);
  const key = name.toLowerCase();
  const before = headers[key];
  headers[key] = before === undefined ? value : `${before}, ${value}`;
}

const none: BodyLength = { kind: "bytes", bytes: 0 };
const chunked: BodyLength = { kind: "chunked" };
const untilClose: BodyLength = { kind: "until_close" };

function lengthOf(status: number, headers: ResponseHeaders, isCurrent: boolean): BodyLength {
  if (status < 200 || status === 204 || status === 304) return none;
  const coding = headers["transfer-encoding"];
  const length = headers["content-length"];
  if (coding !== undefined) {
    // Two lengths, or one that HTTP/1.0 does not know: peers would disagree on where this answer ends.
    if (length !== undefined) noHttp("it has both content-length and transfer-encoding");
    if (!isCurrent || coding.toLowerCase() !== "chunked") noHttp(`its transfer-encoding is ${JSON.stringify(coding)}`);
    return chunked;
  }
  if (length === undefined) return untilClose;
  if (!/^\d{1,15}$/.test(length)) noHttp(`its content-length is ${JSON.stringify(length)}`);
  return { kind: "bytes", bytes: Number(length) };
}

function reusableMs({ connection, "keep-alive": hint }: ResponseHeaders, isCurrent: boolean, body: BodyLength): number {
  if (body.kind === "until_close") return 0;
  const wishes = connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  if (wishes.includes("close") || !(isCurrent || wishes.includes("keep-alive"))) return 0;
  const seconds = hint === undefined ? undefined : /(?:^|[,\s])timeout=(\d{1,9})/i.exec(hint)?.[1];
  return seconds === undefined ? longestIdleMs : Math.min(longestIdleMs, Math.max(0, Number(seconds) * 1000 - aheadMs));
}

/** Ends the reading of something that is not HTTP as it should be. */
export function noHttp(why: string): never {
  throw new GatewayError("upstream_protocol_error", `The upstream's answer is no proper HTTP/1.1: ${why}`, {
    data: { stage: "exchange" },
  });
}
