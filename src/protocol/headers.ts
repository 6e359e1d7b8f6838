/**
 * The member of `params` that stands in the Mcp-Name header, by method.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Standard Request Headers; SEP-2663, Routing Headers.
 */
export const namedBy: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const sentinel = /^=\?base64\?(.*)\?=$/s;

/**
 * A value as a header carries it: as it is where that is safe, else as Base64 of its UTF-8 between the markers.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Value Encoding.
 */
export function headerValue(value: string): string {
  if (plain.test(value) && !sentinel.test(value)) return value;
  return `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;
}

/** The value that a header carries; undefined where its Base64 is malformed. */
export function headerText(header: string): string | undefined {
  const encoded = sentinel.exec(header)?.[1];
  if (encoded === undefined) return header;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return undefined;
  return Buffer.from(encoded, "base64").toString("utf8");
}
