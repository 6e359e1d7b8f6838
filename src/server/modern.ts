import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import { headerText, namedBy } from "../protocol/headers.ts";
import { type ParamHeader, paramHeaderProblem } from "../protocol/param-headers.ts";
import { readRequestMeta } from "../protocol/rev-2026-07-28/codec.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { type Revision, eraOf, isRevision, modernRevisions } from "../protocol/revision.ts";

/** Whether a request is one of a modern revision: it says so in its body or in its header. */
export function isModernRequest(params: JsonObject | undefined, versionHeader: string | undefined): boolean {
  const meta = params?.["_meta"];
  if (isJsonObject(meta) && meta[metaKeys.protocolVersion] !== undefined) return true;
  return versionHeader !== undefined && !(isRevision(versionHeader) && eraOf(versionHeader) === "legacy");
}

/**
 * Checks what a modern request must carry and that its headers say the same as its body.
 *
 * @throws {GatewayError} `header_mismatch`, `invalid_params`, `unsupported_protocol_version`.
 * @see MCP 2026-07-28, basic/transports/streamable-http, Server Validation.
 */
export function checkModernRequest(method: string, params: JsonObject | undefined, headers: IncomingHttpHeaders): void {
  const version = singleHeader(headers, "mcp-protocol-version");
  if (version === undefined) throw mismatch("the MCP-Protocol-Version header is missing");
  const isSpoken = isRevision(version) && eraOf(version) === "modern";
  // Where the body does not say which revision it is of, there is nothing that the header could differ from.
  if (!isSpoken && !isModernRequest(params, undefined)) throw unsupportedVersion(version, modernRevisions);
  const { protocolVersion } = readRequestMeta(params);
  if (version !== protocolVersion) {
    throw mismatch(
      `MCP-Protocol-Version is ${quoted(version)} in the header and ${quoted(protocolVersion)} in the body`,
    );
  }
  if (!isSpoken) throw unsupportedVersion(version, modernRevisions);
  checkMirrored("Mcp-Method", singleHeader(headers, "mcp-method"), method);
  const member = namedBy.get(method);
  if (member !== undefined) checkName(singleHeader(headers, "mcp-name"), stringAt(params ?? {}, member), member);
}

/**
 * Checks that the headers of a tool call repeat the arguments that the tool wants repeated.
 *
 * @throws {GatewayError} `header_mismatch`.
 * @see MCP 2026-07-28, basic/transports/streamable-http, Server Behavior for Custom Headers.
 */
export function checkRepeated(
  repeated: readonly ParamHeader[],
  params: JsonObject,
  headers: IncomingHttpHeaders,
): void {
  const problem = paramHeaderProblem(repeated, params, headers);
  if (problem !== undefined) throw mismatch(problem);
}

/** `unsupported_protocol_version`, with what is supported where it was asked for: in a session other ones than without. */
export function unsupportedVersion(requested: string, supported: readonly Revision[]): GatewayError {
  return new GatewayError("unsupported_protocol_version", `Unsupported protocol version ${quoted(requested)}`, {
    data: { supported, requested },
  });
}

function checkName(header: string | undefined, inBody: string | undefined, member: string): void {
  if (inBody === undefined) {
    throw new GatewayError("invalid_params", `params.${member} must be a string`);
  }
  const decoded = header === undefined ? undefined : headerText(header);
  if (header !== undefined && decoded === undefined) throw mismatch("Mcp-Name is not properly encoded");
  checkMirrored("Mcp-Name", decoded, inBody);
}

function checkMirrored(name: string, header: string | undefined, inBody: string): void {
  if (header === undefined) throw mismatch(`the ${name} header is missing`);
  if (header !== inBody) throw mismatch(`${name} is ${quoted(header)} in the header and ${quoted(inBody)} in the body`);
}

function singleHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function mismatch(what: string): GatewayError {
  return new GatewayError("header_mismatch", `Header mismatch: ${what}`);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
