import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { operations } from "../gateway/operations.ts";
import { decoded } from "./address.ts";
import { readBody } from "./body.ts";
import { checkOperator } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";

const addresses = /^\/api\/upstreams\/([^/]+)\/([a-z]+)$/;

/**
 * Serves `POST /api/upstreams/NAME/OPERATION`: `try`, `restart`, `isolate`, `release`, `disable`, `enable`. Answers with the state that the
 * upstream is in right after, `{"name", "state"}`; what follows from it shows in the status.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `route_not_found` — there is no such upstream; `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`.
 */
export function answerOperation(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  gateway: Gateway,
): boolean {
  const [, encoded, wanted] = addresses.exec(path) ?? [];
  const operate = wanted === undefined ? undefined : operations.get(wanted);
  if (encoded === undefined || operate === undefined) return false;
  if (request.method !== "POST") {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  checkOperator(request);
  const upstream = gateway.upstream(decoded(encoded));
  readBody(request, (body) => {
    if (body instanceof GatewayError) {
      refuse(response, body);
      return;
    }
    operate(upstream);
    answerJson(response, { name: upstream.name, state: upstream.state });
  });
  return true;
}
