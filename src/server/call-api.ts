import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import type { CallRecord } from "../gateway/call-record.ts";
import { type Outcome, dispatch } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Inbound } from "../gateway/inbound.ts";
import type { Route } from "../gateway/route.ts";
import type { Notification } from "../protocol/call.ts";
import { newest } from "../protocol/revision.ts";
import { parsedBody, readBody } from "./body.ts";
import { openStream } from "./event-stream.ts";
import { checkOperator } from "./operator-request.ts";
import type { Visitor } from "./visitor.ts";
import { acceptsOf, answerJson, maxUnreadBytes, refuse } from "./reply.ts";

/** Where tools are called without MCP. */
export const callPath = "/api/call";

const members = ["tool", "arguments", "profile"] as const;

/** A tool call that comes without MCP. */
export interface RestCall {
  readonly route: Route;
  readonly params: JsonObject;
  /** Size of the request, in bytes. */
  readonly bytes: number;
}

/**
 * Serves `POST /api/call`: calls a tool for a program that does not speak MCP.
 *
 * The body is `{"tool": "upstream__tool", "arguments": {…}, "profile"?}`. The answer is the tool's result as it is: its failure
 * (`isError`) too is HTTP 200. What failed on the way is an error with the HTTP status of its code. With `Accept: text/event-stream` the answer is a stream
 * of `progress` events, one `call` with its id and what the cache did, and one `result` or `error`. Hanging up cancels the call.
 *
 * @throws {GatewayError} `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`.
 */
export function answerRestCall(
  request: IncomingMessage,
  response: ServerResponse,
  gateway: Gateway,
  visitor: Visitor,
): void {
  if (request.method !== "POST") {
    throw new GatewayError("method_not_allowed", `${callPath} is not for ${String(request.method)}`);
  }
  checkOperator(request, visitor);
  readBody(request, (body) => {
    try {
      if (body instanceof GatewayError) throw body;
      const wanted = { ...readCall(body, gateway, visitor.principal), bytes: body.length };
      makeCall(wanted, request, response, gateway, visitor);
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  });
}

/** Makes a call and answers with what came of it. */
export function makeCall(
  { route, params, bytes }: RestCall,
  request: IncomingMessage,
  response: ServerResponse,
  gateway: Gateway,
  { principal, address }: Visitor,
): void {
  const controller = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) controller.abort(new GatewayError("cancelled", "The caller hung up"));
  });
  const answer = acceptsOf(request).json ? plainAnswer(response) : streamAnswer(response);
  const inbound: Inbound = {
    route,
    codec: gateway.deps.codecs[newest.legacy],
    method: "tools/call",
    params,
    session: undefined,
    caller: { info: undefined, capabilities: {} },
    controller,
    notify: answer.notify,
    principal,
    origin: { entrance: "rest", address },
    bytes,
    ask: undefined,
  };
  const stay = principal.tenure.during((reason) => {
    controller.abort(reason);
  });
  void dispatch(gateway, inbound, 0).then((outcome) => {
    stay();
    answer.end(outcome, inbound.record);
  });
}

/** How an answer goes out. */
interface RestAnswer {
  readonly notify: (notification: Notification) => void;
  readonly end: (outcome: Outcome, record: CallRecord | undefined) => void;
}

function plainAnswer(response: ServerResponse): RestAnswer {
  return {
    notify: () => undefined,
    end(outcome, record) {
      const result = resultOf(outcome);
      if (response.destroyed) return;
      if (record !== undefined) {
        response.setHeader("switchyard-call", record.id);
        response.setHeader("switchyard-cache", record.cache);
      }
      if (result instanceof GatewayError) refuse(response, result);
      else answerJson(response, result);
    },
  };
}

function streamAnswer(response: ServerResponse): RestAnswer {
  openStream(response);
  const send = (type: string, value: unknown): void => {
    if (response.destroyed || response.writableLength > maxUnreadBytes) return;
    response.write(`event: ${type}\ndata: ${JSON.stringify(value)}\n\n`);
  };
  return {
    notify({ method, params }) {
      if (method !== "notifications/progress" || response.writableLength > maxUnreadBytes) return;
      const { progressToken: _, ...progress } = params;
      send("progress", progress);
    },
    end(outcome, record) {
      const result = resultOf(outcome);
      if (record !== undefined) send("call", { id: record.id, cache: record.cache });
      if (result instanceof GatewayError) send("error", rpcErrorOf(result));
      else send("result", result);
      response.end();
    },
  };
}

/** What a tool answered; or why it did not, ours or its upstream's. */
function resultOf({ answer, failure }: Outcome): JsonObject | GatewayError {
  if (failure !== undefined) return failure;
  if (answer.kind === "result") return answer.result.value;
  const { code, message, data } = answer.error;
  return new GatewayError("upstream_error", `The upstream answered with an error: ${message}`, {
    data: { upstreamError: { code, message, data } },
  });
}

/** @throws {GatewayError} `parse_error`, `invalid_params`, `route_not_found`. */
function readCall(body: Buffer, gateway: Gateway, { rights }: Principal): Omit<RestCall, "bytes"> {
  const value = parsedBody(body);
  if (!isJsonObject(value)) throw new GatewayError("invalid_params", "The body must be a JSON object");
  for (const key of Object.keys(value)) {
    if (!members.some((member) => member === key)) {
      const message = `There is no member ${JSON.stringify(key.slice(0, 100))}; there are ${members.join(", ")}`;
      throw new GatewayError("invalid_params", message);
    }
  }
  const { arguments: given = {} } = value;
  const tool = textIn(value, "tool");
  if (tool === undefined) throw new GatewayError("invalid_params", "tool must be the name of a tool, upstream__tool");
  if (!isJsonObject(given)) throw new GatewayError("invalid_params", "arguments must be an object");
  const profile = textIn(value, "profile");
  const route: Route = profile === undefined ? { kind: "all" } : { kind: "profile", name: profile };
  if (!gateway.hasRoute(route, rights)) {
    throw new GatewayError("route_not_found", `There is no profile ${JSON.stringify(profile?.slice(0, 100))}`);
  }
  return { route, params: { name: tool, arguments: given, _meta: { progressToken: 0 } } };
}

function textIn(value: JsonObject, key: string): string | undefined {
  if (value[key] === undefined) return undefined;
  const text = stringAt(value, key);
  if (text !== undefined && text !== "") return text;
  throw new GatewayError("invalid_params", `${key} must be a string that is not empty`);
}
