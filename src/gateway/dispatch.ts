import { GatewayError, toGatewayError } from "../core/errors.ts";
import { stringAt } from "../core/json.ts";
import { isCallMethod, isLogLevel } from "../protocol/call.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { readRequestMeta } from "../protocol/rev-2026-07-28/codec.ts";
import { answerCall } from "./call.ts";
import { answerOfFailure } from "./failure.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { listen } from "./listen.ts";
import { endRecord } from "./observe.ts";
import { discoverResult } from "./self.ts";
import { answerTaskList } from "./tasks/answer-legacy.ts";
import { watchResource } from "./watch.ts";
import type { ListKind } from "./presentation.ts";
import { listKinds, listShapes } from "./view.ts";

/** How a request ended: its answer, and the failure behind it where it was ours. */
export interface Outcome {
  readonly answer: Answer;
  readonly failure: GatewayError | undefined;
}

/**
 * Answers one request of a downstream, whichever way it came in and whichever revision it speaks. Never throws; what fails is an
 * answer too. `initialize` is not among them: it makes the session that the others have.
 */
export async function dispatch(gateway: Gateway, inbound: Inbound, id: RequestId): Promise<Outcome> {
  let outcome: Outcome;
  try {
    outcome = { answer: await answer(gateway, inbound, id), failure: undefined };
  } catch (thrown) {
    outcome = failed(inbound, toGatewayError(thrown));
  }
  endRecord(gateway, inbound, outcome.answer, outcome.failure);
  return outcome;
}

function failed({ codec, method, record }: Inbound, failure: GatewayError): Outcome {
  const shown = answerOfFailure(method, failure, record?.id);
  if (shown.kind === "error") {
    return { answer: { kind: "error", error: codec.encodeError(shown.error, method) }, failure };
  }
  const encoded = codec.encodeResult(method, shown.result, { ttlMs: 0, cacheScope: "private" });
  return { answer: { kind: "result", result: encoded }, failure };
}

const listOf: ReadonlyMap<string, ListKind> = new Map(listKinds.map((kind) => [listShapes[kind].method, kind]));

function answer(gateway: Gateway, inbound: Inbound, id: RequestId): Promise<Answer> | Answer {
  const { method, codec } = inbound;
  if (!codec.requests.has(method))
    throw new GatewayError("method_not_found", `Method not found: ${method.slice(0, 200)}`);
  if (isCallMethod(method)) return answerCall(gateway, inbound, method);
  if (codec.era === "modern") readRequestMeta(inbound.params);
  const list = listOf.get(method);
  if (list !== undefined) return answerList(gateway, inbound, list);
  switch (method) {
    case "server/discover":
      // At once, also while upstreams are being connected: over stdio, clients take a second of silence for a legacy server.
      return answerDiscover(gateway, inbound);
    case "subscriptions/listen":
      return listen(gateway, inbound, id);
    case "logging/setLevel":
      return setLevel(gateway, inbound);
    case "resources/subscribe":
    case "resources/unsubscribe":
      return setWatch(gateway, inbound, method === "resources/subscribe");
    case "tasks/list":
      return answerTaskList(gateway, inbound);
    case "ping":
      return result({});
    default:
      throw new GatewayError("method_not_found", `Method not found: ${method}`);
  }
}

async function answerDiscover(gateway: Gateway, { route, principal }: Inbound): Promise<Answer> {
  await gateway.known();
  return result(discoverResult(gateway.view(route, principal.rights), gateway.deps.identity));
}

async function answerList(
  gateway: Gateway,
  { params, route, codec, principal }: Inbound,
  kind: ListKind,
): Promise<Answer> {
  const cursor = params?.["cursor"];
  if (cursor !== undefined && typeof cursor !== "string") {
    throw new GatewayError("invalid_params", "params.cursor must be a string");
  }
  await gateway.listable;
  return { kind: "result", result: gateway.view(route, principal.rights).page(kind, cursor, codec) };
}

/**
 * Sets which log messages the session wants, and asks the upstreams of its route for as much.
 *
 * @see MCP 2025-11-25, server/utilities/logging.
 */
function setLevel(gateway: Gateway, { params, session, route, principal }: Inbound): Answer {
  const level = stringAt(params ?? {}, "level");
  if (!isLogLevel(level)) {
    throw new GatewayError("invalid_params", "params.level must be a log level from debug to emergency");
  }
  session?.wantLogs(level);
  for (const upstream of gateway.view(route, principal.rights).upstreams) upstream.interests.wantLogs(level);
  return result({});
}

/**
 * Begins or ends telling the session of changes of one resource.
 *
 * @see MCP 2025-11-25, server/resources, Subscriptions.
 */
async function setWatch(gateway: Gateway, inbound: Inbound, isWanted: boolean): Promise<Answer> {
  const { params, session, controller } = inbound;
  const uri = stringAt(params ?? {}, "uri");
  if (uri === undefined) throw new GatewayError("invalid_params", "params.uri must be a string");
  if (isWanted) session?.watch(uri, await watchResource(gateway, inbound, uri, controller.signal));
  else session?.unwatch(uri);
  return result({});
}

function result(value: Readonly<Record<string, unknown>>): Answer {
  return { kind: "result", result: Payload.of(value) };
}
