import type { IncomingMessage } from "node:http";
import type { Json } from "./json.ts";
import { isJson } from "./json.ts";
import { notJson, raised } from "./raised.ts";

/** What came with a request. */
export interface Form {
  readonly args: Json;
  readonly file: { readonly name: string; readonly content: Buffer } | undefined;
}

/** A body whole, up to a size. @throws {Raised} `RequestEntityTooLarge`. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    // What is too much is still read, so that whoever sends it hears the answer, but not kept.
    if (length <= maxBytes) chunks.push(chunk);
  }
  if (length > maxBytes) throw raised("RequestEntityTooLarge", `${length} bytes`);
  return Buffer.concat(chunks);
}

/** The arguments in an address and a body of JSON, of a form, or of a form with a file. @throws {Raised} `JSONDecodeError`. */
export function formOf(query: URLSearchParams, contentType: string, body: Buffer): Form {
  const fromAddress = Object.fromEntries(query);
  if (body.length === 0) return { args: fromAddress, file: undefined };
  if (contentType.startsWith("multipart/form-data")) return multipart(contentType, body, fromAddress);
  const text = body.toString();
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return { args: { ...fromAddress, ...Object.fromEntries(new URLSearchParams(text)) }, file: undefined };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw notJson(text.trimEnd().length + 1);
  }
  return { args: { ...fromAddress, ...(isJson(parsed) && parsed) }, file: undefined };
}

function multipart(contentType: string, body: Buffer, fromAddress: Json): Form {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? "";
  const args: Json = { ...fromAddress };
  let file: Form["file"];
  for (const part of body.toString("latin1").split(`--${boundary}`)) {
    const split = part.indexOf("\r\n\r\n");
    if (split < 0) continue;
    const head = Buffer.from(part.slice(0, split), "latin1").toString();
    const content = Buffer.from(part.slice(split + 4).replace(/\r\n$/, ""), "latin1");
    const name = /\bname="([^"]*)"/.exec(head)?.[1] ?? "";
    const fileName = /\bfilename="([^"]*)"/.exec(head)?.[1];
    if (fileName === undefined) args[name] = content.toString();
    else file = { name: fileName, content };
  }
  return { args, file };
}
