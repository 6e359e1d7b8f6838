import { GatewayError } from "../core/errors.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { answerJson } from "./reply.ts";

/** Answers with everybody who is connected, sessions of MCP over HTTP as a number. */
export function answerConnections({ response, deps: { connections, sessions } }: Exchange<ApiDeps>): void {
  answerJson(response, { connections: connections.list(), sessions: sessions.size });
}

/**
 * Ends a connection: its client is told that it is no longer let in, and may come back where its key still is valid.
 *
 * @throws {GatewayError} `forbidden_origin`, `unsupported_media_type`; `route_not_found` — there is none of this id.
 */
export function endConnection({ request, response, path, deps, visitor }: Exchange<ApiDeps>): void {
  checkOperator(request, visitor);
  const id = decoded(path.slice(path.lastIndexOf("/") + 1));
  if (!deps.connections.end(id)) {
    throw new GatewayError("route_not_found", `There is no connection ${JSON.stringify(id.slice(0, 100))}`);
  }
  tellOperation(deps.gateway, visitor, { operation: "end_connection", about: [`connection ${id}`] });
  answerJson(response, { ended: id });
}
