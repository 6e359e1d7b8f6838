import type { ChainedRow } from "../audit/audit-row.ts";
import { lossOf, notOnRecord } from "../audit/shown-row.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import { parsedBody, readBody } from "./body.ts";
import { makeCall } from "./call-api.ts";
import type { Exchange } from "./endpoint.ts";
import { checkOperator } from "./operator-request.ts";
import { refuse } from "./reply.ts";

/**
 * Makes a tool call that is on record once more: with the same arguments, as whoever asks, on the way of every call; answers as
 * `POST /api/call` does.
 *
 * @throws {GatewayError} `forbidden_origin`, `unsupported_media_type`; answers with `route_not_found`, `store_unavailable`, `invalid_params` — it is no
 *   tool call, or not all of its arguments are on record; `unknown_tool`; `confirmation_required` — the tool may change something.
 */
export function replayCall({ request, response, path, deps, visitor }: Exchange<ApiDeps>): void {
  checkOperator(request, visitor);
  const id = decoded(path.slice("/api/calls/".length, -"/replay".length));
  readBody(request, (body) => {
    try {
      if (body instanceof GatewayError) throw body;
      const wish = body.length === 0 ? {} : parsedBody(body);
      const isConfirmed = isJsonObject(wish) && wish["confirmed"] === true;
      const params = callIn(id, deps, visitor, isConfirmed);
      makeCall({ route: { kind: "all" }, params, bytes: body.length }, request, response, deps.gateway, visitor);
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  });
}

function callIn(
  id: string,
  { trail, gateway }: ApiDeps,
  { principal }: Exchange<ApiDeps>["visitor"],
  isConfirmed: boolean,
): JsonObject {
  if (trail === undefined) throw new GatewayError("store_unavailable", "Calls are not on record");
  const row = trail.get(id);
  if (row === undefined) throw notOnRecord(id);
  const given = argumentsOf(row);
  const entry = gateway
    .view({ kind: "all" }, principal.rights)
    .entries("tools")
    .find(({ upstream, name }) => upstream.name === row.upstream && name === row.tool);
  if (entry === undefined)
    throw new GatewayError(
      "unknown_tool",
      `There is no tool ${JSON.stringify(`${row.upstream}/${row.tool}`)} any more`,
    );
  if (!entry.isReading && !isConfirmed) {
    throw new GatewayError("confirmation_required", `${entry.exposed} may change something, and would do so once more`);
  }
  return { name: entry.exposed, arguments: given, _meta: { progressToken: 0 } };
}

function argumentsOf(row: ChainedRow): JsonObject {
  if (row.kind !== "call" || row.method !== "tools/call")
    throw new GatewayError("invalid_params", `What is on record under ${row.id} is no call of a tool`);
  const { redacted, isCut } = lossOf(row, "arguments");
  if (redacted > 0 || isCut || row.arguments === undefined) {
    const why = row.arguments === undefined ? "were not kept" : redacted > 0 ? "were redacted" : "were cut off";
    throw new GatewayError("invalid_params", `The arguments of ${row.id} ${why}, so that it cannot be made again`, {
      data: { suggestion: "Call the tool anew, with arguments of your own." },
    });
  }
  const value: unknown = JSON.parse(row.arguments);
  if (isJsonObject(value)) return value;
  throw new GatewayError("invalid_params", `The arguments of ${row.id} are no object`);
}
