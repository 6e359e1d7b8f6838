import type { IncomingMessage, ServerResponse } from "node:http";
import { checkMay } from "../access/actions.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { approve, quarantineOf } from "../gateway/approval.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { decoded } from "./address.ts";
import { parsedBody, readBody } from "./body.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

const addresses = /^\/api\/upstreams\/([^/]+)\/(quarantine|approve)$/;

/**
 * Serves what a person decides definitions by: `GET /api/upstreams/NAME/quarantine` lists what is held back and how it differs,
 * `POST /api/upstreams/NAME/approve` with `{"definitions": [{"kind", "name", "hash"}]}` approves what still has that hash.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `forbidden`, `route_not_found`, `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`.
 */
export function answerDefinitions(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  gateway: Gateway,
  visitor: Visitor,
): boolean {
  const [, encoded, action] = addresses.exec(path) ?? [];
  if (encoded === undefined) return false;
  checkMay(visitor.principal, "approve_definitions");
  const name = decoded(encoded);
  if (request.method !== (action === "approve" ? "POST" : "GET")) {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  if (action === "approve") takeApproval(request, response, name, gateway, visitor);
  else answerJson(response, { quarantined: quarantineOf(gateway.upstream(name)) });
  return true;
}

function takeApproval(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  gateway: Gateway,
  visitor: Visitor,
): void {
  checkOperator(request, visitor);
  readBody(request, (body) => {
    if (body instanceof GatewayError) refuse(response, body);
    else
      void approveIn(body, name, gateway).then(
        (approved) => {
          const about = approved.map((ref) => `${ref.kind} ${ref.name}`);
          tellOperation(gateway, visitor, { upstream: name, operation: "approve", about });
          answerJson(response, { approved });
        },
        (thrown: unknown) => {
          refuse(response, toGatewayError(thrown));
        },
      );
  });
}

async function approveIn(body: Buffer, name: string, gateway: Gateway): ReturnType<typeof approve> {
  return approve(gateway, name, parsedBody(body));
}
