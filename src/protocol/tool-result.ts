import type { Payload } from "./payload.ts";

const member = '"isError"';
const failed = /^"isError"[ \t\r\n]*:[ \t\r\n]*t/;

/**
 * Whether a tool's result says that the tool failed. A result that is held as text is parsed only where its text gives reason to; one that
 * is no JSON says nothing.
 *
 * @see MCP 2026-07-28, server/tools, Error Handling.
 */
export function isFailedResult(result: Payload): boolean {
  if (!result.mayMatch(member, failed)) return false;
  try {
    return result.value["isError"] === true;
  } catch {
    // Whoever the result is for finds out; what it says of itself is not worth failing for.
    return false;
  }
}
