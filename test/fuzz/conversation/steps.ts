import * as fc from "fast-check";
import type { JsonObject } from "../../../src/core/json.ts";
import type { RequestId } from "../../../src/protocol/json-rpc.ts";
import { callMethods } from "../../../src/protocol/call.ts";
import { legacyRequests, modernRequests } from "../../../src/protocol/methods.ts";
import { metaKeys } from "../../../src/protocol/rev-2026-07-28/meta.ts";
import { revisions } from "../../../src/protocol/revision.ts";
import { garbage, id, json, jsonObject, spoiled } from "../arbitraries.ts";

/** One thing that a client, an upstream or time does. Plain data, so that a failing case can be made smaller and be read. */
export type Step =
  | { readonly kind: "client"; readonly message: JsonObject }
  | { readonly kind: "client-bytes"; readonly bytes: Buffer }
  /** The client answers what it was asked, or says again what it already answered. */
  | { readonly kind: "client-answers"; readonly which: number; readonly answer: JsonObject }
  /** The client makes again a request that was answered with questions, perhaps with another state. */
  | { readonly kind: "client-returns"; readonly id: RequestId; readonly which: number; readonly isAltered: boolean }
  /** The upstream answers one of the requests it has, not necessarily the oldest; some answers are none. */
  | { readonly kind: "upstream-answers"; readonly upstream: Side; readonly which: number; readonly answer: JsonObject }
  /** The upstream answers one of its requests as it should. */
  | { readonly kind: "upstream-echoes"; readonly upstream: Side; readonly which: number }
  /** The upstream tells progress under the token of one of its requests, open or answered. */
  | { readonly kind: "upstream-progress"; readonly upstream: Side; readonly which: number; readonly more: JsonObject }
  | { readonly kind: "upstream-bytes"; readonly upstream: Side; readonly bytes: Buffer }
  | { readonly kind: "upstream-leaves"; readonly upstream: Side }
  | { readonly kind: "time"; readonly ms: number }
  /** Everything that was sent is seen to before the next step; without, several arrive at once. */
  | { readonly kind: "settle" };

/** The upstreams: one of each era. */
export type Side = "old" | "fresh";

const side: fc.Arbitrary<Side> = fc.constantFrom("old", "fresh");
const which = fc.nat({ max: 5 });

const capabilities: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    {},
    { elicitation: {}, roots: {} },
    { sampling: {}, extensions: { "io.modelcontextprotocol/tasks": {} } },
  ),
  jsonObject,
);
const token = fc.option(fc.oneof(id, json), { nil: undefined });

const modernMeta: fc.Arbitrary<JsonObject> = fc
  .record({
    capabilities,
    progressToken: token,
    logLevel: fc.option(fc.constantFrom("debug", "error", "loud"), { nil: undefined }),
  })
  .map(({ capabilities: declared, progressToken, logLevel }) => {
    const meta: Record<string, unknown> = {
      [metaKeys.protocolVersion]: "2026-07-28",
      [metaKeys.clientCapabilities]: declared,
    };
    if (progressToken !== undefined) meta["progressToken"] = progressToken;
    if (logLevel !== undefined) meta[metaKeys.logLevel] = logLevel;
    return meta;
  });
const legacyMeta = token.map((progressToken) => (progressToken === undefined ? {} : { progressToken }));

const subject = fc.oneof(
  fc.constantFrom<JsonObject>(
    { name: "old__echo" },
    { name: "fresh__echo" },
    { name: "nobody__echo" },
    { uri: "x://old" },
    { uri: "x://nowhere" },
    { ref: { type: "ref/prompt", name: "old__greet" }, argument: { name: "a", value: "" } },
    { taskId: "fresh__t" },
    { notifications: { toolsListChanged: true, resourceSubscriptions: ["x://old"] } },
    { level: "debug" },
    { cursor: "x" },
  ),
  jsonObject,
);

const request: fc.Arbitrary<JsonObject> = fc
  .record({
    id,
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("tools/call", "resources/read", "prompts/get") },
      { weight: 3, arbitrary: fc.constantFrom(...callMethods, ...legacyRequests, ...modernRequests) },
      { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
    ),
    subject,
    meta: fc.oneof(modernMeta, legacyMeta),
    stamp: fc.nat(),
  })
  .map(({ id: asked, method, subject: about, meta, stamp }) => ({
    jsonrpc: "2.0",
    id: asked,
    method,
    params: { ...about, arguments: { stamp }, _meta: meta },
  }));

/** A call by the rules of 2026-07-28: without enough of these there is little that could be mixed up. */
const properCall: fc.Arbitrary<JsonObject> = fc
  .record({ id, name: fc.constantFrom("old__echo", "fresh__echo"), progressToken: id, stamp: fc.nat() })
  .map(({ id: asked, name, progressToken, stamp }) => ({
    jsonrpc: "2.0",
    id: asked,
    method: "tools/call",
    params: {
      name,
      arguments: { stamp },
      _meta: { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {}, progressToken },
    },
  }));

const initialize: fc.Arbitrary<JsonObject> = fc
  .tuple(id, fc.constantFrom(...revisions, "1"), capabilities)
  .map(([asked, protocolVersion, declared]) => ({
    jsonrpc: "2.0",
    id: asked,
    method: "initialize",
    params: { protocolVersion, capabilities: declared, clientInfo: { name: "fuzz", version: "0" } },
  }));

const clientNotification: fc.Arbitrary<JsonObject> = fc.oneof(
  {
    weight: 4,
    arbitrary: id.map((requestId) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } })),
  },
  json.map((requestId) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } })),
  fc
    .tuple(fc.constantFrom("notifications/initialized", "notifications/progress", "notifications/x"), jsonObject)
    .map(([method, params]) => ({ jsonrpc: "2.0", method, params })),
);

const strayAnswer: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.tuple(id, jsonObject).map(([asked, result]) => ({ jsonrpc: "2.0", id: asked, result })),
  fc.tuple(id, json).map(([asked, result]) => ({ jsonrpc: "2.0", id: asked, result })),
  fc.tuple(id, json).map(([asked, error]) => ({ jsonrpc: "2.0", id: asked, error })),
);

const clientMessage = fc.oneof(
  { weight: 5, arbitrary: properCall },
  { weight: 4, arbitrary: request },
  { weight: 1, arbitrary: initialize },
  { weight: 2, arbitrary: clientNotification },
  { weight: 1, arbitrary: strayAnswer },
  { weight: 1, arbitrary: fc.oneof(request, initialize, clientNotification, strayAnswer).chain(spoiled) },
);

/** The members of an answer beside its id: proper ones, ones of the wrong type, both, and none. */
const answer: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    { result: { content: [] } },
    { result: { resultType: "input_required", inputRequests: { a: { method: "roots/list" } }, requestState: "s" } },
    { result: { resultType: "input_required", inputRequests: { a: 1 } } },
    { result: { resultType: "task", taskId: "t" } },
    { result: { resultType: "odd" } },
    { result: {}, error: { code: 1, message: "both" } },
    { result: 5 },
    { error: { code: -32602, message: "no", data: { a: 1 } } },
    { error: "x" },
    {},
  ),
  jsonObject.map((result) => ({ result })),
  fc.tuple(fc.integer(), json).map(([code, data]) => ({ error: { code, message: "m", data } })),
);

/** What an upstream sends of itself: changes, log messages, questions, stray answers. */
const upstreamBytes: fc.Arbitrary<Buffer> = fc.oneof(
  garbage,
  fc
    .oneof(
      fc
        .tuple(
          id,
          fc.constantFrom("elicitation/create", "roots/list", "sampling/createMessage", "ping", "x"),
          jsonObject,
        )
        .map(([asked, method, params]) => ({ jsonrpc: "2.0", id: asked, method, params })),
      fc
        .tuple(
          fc.constantFrom(
            "notifications/message",
            "notifications/tools/list_changed",
            "notifications/resources/updated",
            "notifications/progress",
            "notifications/cancelled",
            "notifications/subscriptions/acknowledged",
            "notifications/elicitation/complete",
          ),
          fc.oneof(
            jsonObject,
            id.map((odd) => ({ progressToken: odd, requestId: odd, level: "error", uri: "x://old" })),
          ),
        )
        .map(([method, params]) => ({ jsonrpc: "2.0", method, params })),
      strayAnswer,
      strayAnswer.chain(spoiled),
    )
    .map((message) => Buffer.from(JSON.stringify(message))),
);

/** Any step. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: clientMessage.map((message) => ({ kind: "client" as const, message })) },
  { weight: 2, arbitrary: garbage.map((bytes) => ({ kind: "client-bytes" as const, bytes })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("client-answers" as const), which, answer }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("client-returns" as const), id, which, isAltered: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("upstream-answers" as const), upstream: side, which, answer }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("upstream-echoes" as const), upstream: side, which }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("upstream-progress" as const), upstream: side, which, more: jsonObject }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("upstream-bytes" as const), upstream: side, bytes: upstreamBytes }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("upstream-leaves" as const), upstream: side }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 10, 1000, 60_000).map((ms) => ({ kind: "time" as const, ms })) },
  { weight: 4, arbitrary: fc.constant({ kind: "settle" as const }) },
);
