import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { localPrincipal } from "../access/principal.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { Gateway } from "../gateway/gateway.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import type { Channel } from "../transport/channel.ts";
import { Guardian } from "../transport/guardian.ts";
import { memoryPair } from "../transport/memory.ts";
import { ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import { ChannelEndpoint } from "./channel-endpoint.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const modern = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {} };

let server: ScriptedServer;
let gateway: Gateway;
let client: Channel;
let received: JsonObject[];
let clock: ManualClock;

beforeEach(async () => {
  server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  clock = new ManualClock();
  gateway = new Gateway({
    policies: { upstreams: { old: { maxTimeoutMs: 2000 } } },
    upstreams: [{ name: "old", target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 }],
    deps: {
      clock,
      random: () => 1,
      codecs: codecsFor(identity),
      identity,
      guardian: new Guardian(),
    },
    stateKey: Buffer.alloc(32, 7),
  });
  gateway.start();
  await gateway.settled;
  const [ours, theirs] = memoryPair();
  const from = { principal: localPrincipal, entrance: "internal", address: undefined } as const;
  new ChannelEndpoint(theirs, gateway, { kind: "all" }, from).start();
  client = ours;
  received = [];
  ours.start({
    frame: (frame) => {
      const message: unknown = JSON.parse(frame.toString());
      assert.ok(isJsonObject(message));
      received.push(message);
    },
    noise: () => undefined,
    ended: () => undefined,
  });
});
afterEach(() => gateway.close());

async function send(message: JsonObject): Promise<void> {
  client.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  await turn();
}

function begin(capabilities: JsonObject = {}): Promise<void> {
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "test", version: "0" } };
  return send({ id: "begin", method: "initialize", params });
}

function call(id: string | number, meta: JsonObject = {}): Promise<void> {
  return send({ id, method: "tools/call", params: { name: "old__echo", arguments: {}, _meta: meta } });
}

/** What came with this id, besides notifications. */
function answersTo(id: unknown): JsonObject[] {
  return received.filter((message) => message["method"] === undefined && message["id"] === id);
}

test("an answer that is none is refused without an id, as the one it has is that of a request of ours", async () => {
  verifies("base.response-unanswered");
  await begin({ elicitation: {} });
  await call(1);
  for (const answer of [{ id: 1, result: 5 }, { id: 1, error: "no" }, { id: 1 }]) await send(answer);
  assert.deepEqual(answersTo(1), []);
  assert.equal(answersTo(undefined).length, 3);
});

test("an answer that is none ends the wait for it: the upstream is told that there is no answer", async () => {
  verifies("elicitation.declined");
  await begin({ elicitation: {} });
  await call(1);
  server.send('{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{"message":"?","requestedSchema":{}}}');
  await turn();
  const question = received.find(({ method }) => method === "elicitation/create");
  assert.ok(question !== undefined);
  await send({ id: question["id"], result: "accept" });
  assert.match(String(server.errors.get("e")?.message), /result must be an object/);
});

test("a request by the rules of each era is served on one stream, whatever came before it", async () => {
  verifies("base.connection-shared", "version.dual-era-server");
  await begin();
  client.send("{");
  client.send("[]");
  await call("modern", modern);
  await call("legacy");
  assert.equal(server.received.filter(({ method }) => method === "tools/call").length, 2);
});

test("a cancelled request is not answered any more, and what it was at the upstream is cancelled", async () => {
  verifies("stdio.cancel-obeyed");
  for (const meta of [modern, {}]) {
    if (meta !== modern) await begin();
    await call(7, { ...meta, progressToken: "p" });
    const { id } = await lastCall();
    await send({ method: "notifications/cancelled", params: { requestId: 7 } });
    assert.ok(
      server.received.some(({ method, params }) => method === "notifications/cancelled" && params["requestId"] === id),
    );
    server.notify("notifications/progress", { progressToken: id, progress: 1 });
    server.complete(id, { content: [] });
    await turn();
    assert.deepEqual(answersTo(7), []);
    assert.ok(!received.some(({ method }) => method === "notifications/progress"));
  }
});

async function lastCall(): Promise<{ readonly id: string | number }> {
  await turn();
  const found = server.received.findLast(({ method }) => method === "tools/call");
  assert.ok(found?.id !== undefined);
  return { id: found.id };
}

test("progress is told under the caller's token while the request is open, and stops with its answer", async () => {
  verifies("progress.stops");
  await call(1, { ...modern, progressToken: "mine" });
  const { id } = await lastCall();
  server.notify("notifications/progress", { progressToken: id, progress: 1 });
  server.complete(id, { content: [] });
  server.notify("notifications/progress", { progressToken: id, progress: 2 });
  await turn();
  const told = received.map(({ method, params }) =>
    isJsonObject(params) ? [method, params["progressToken"]] : "answer",
  );
  assert.deepEqual(told, [["notifications/progress", "mine"], "answer"]);
});

test("a modern request that lacks what it must carry is refused with -32602", async () => {
  verifies("base.meta-required", "lifecycle.initialize-first");
  for (const key of [metaKeys.protocolVersion, metaKeys.clientCapabilities]) {
    const { [key]: _, ...meta } = modern;
    received.length = 0;
    await call(1, meta);
    const [answer] = answersTo(1);
    assert.ok(isJsonObject(answer?.["error"]), key);
    // Without a version nothing says that it is a modern request: it is one of a session that does not exist.
    assert.equal(answer["error"]["code"], key === metaKeys.protocolVersion ? 40001 : -32602);
  }
});

test("a version that is not spoken is refused with those that are", async () => {
  verifies("version.unsupported");
  await call(1, { ...modern, [metaKeys.protocolVersion]: "2099-01-01" });
  const error = answersTo(1)[0]?.["error"];
  assert.ok(isJsonObject(error) && isJsonObject(error["data"]));
  assert.equal(error["code"], -32022);
  assert.deepEqual(error["data"]["supported"], ["2026-07-28"]);
});

test("notifications of any kind are not answered", async () => {
  verifies("base.notification-unanswered", "cancel.unknown");
  await begin();
  received.length = 0;
  for (const params of [{}, { requestId: null }, { requestId: "unknown" }, { requestId: {} }]) {
    await send({ method: "notifications/cancelled", params });
  }
  await send({ method: "notifications/nobody-knows" });
  assert.deepEqual(received, []);
});

test("progress puts off the end of a silent call, up to a maximum, and never goes back", async () => {
  verifies("lifecycle.timeout-maximum", "progress.increases");
  await call(1, { ...modern, progressToken: "p" });
  const { id } = await lastCall();
  for (const progress of [3, 2, 2, 4, 5]) {
    assert.deepEqual(answersTo(1), []);
    clock.advance(400);
    server.notify("notifications/progress", { progressToken: id, progress });
    await turn();
  }
  const told = received.flatMap(({ params }) => (isJsonObject(params) ? [params["progress"]] : []));
  assert.deepEqual(told, [3, 4]);
  const result = answersTo(1)[0]?.["result"];
  assert.ok(isJsonObject(result) && result["isError"] === true);
  assert.match(JSON.stringify(result["content"]), /did not answer within 2000 ms in all/);
});

test("log messages go with the request that asked for them, and with no other and no subscription", async () => {
  verifies("logging.asked-for", "logging.own-stream");
  await send({ id: "l", method: "subscriptions/listen", params: { notifications: {}, _meta: modern } });
  await call("quiet", modern);
  server.notify("notifications/message", { level: "error", data: "to nobody" });
  await call("loud", { ...modern, [metaKeys.logLevel]: "warning" });
  server.notify("notifications/message", { level: "info", data: "too mild" });
  server.notify("notifications/message", { level: "error", data: "wanted" });
  await turn();
  const told = received.filter(({ method }) => method === "notifications/message").map(({ params }) => params);
  assert.deepEqual(told, [{ level: "error", data: "wanted" }]);
});

test("a list is the same for every request, whatever came before on the connection", async () => {
  verifies("base.stateless", "tools.list-per-connection");
  const list = async (id: string): Promise<unknown> => {
    await send({ id, method: "tools/list", params: { _meta: modern } });
    return answersTo(id)[0]?.["result"];
  };
  const before = await list("a");
  await begin({ sampling: {} });
  await call(1, modern);
  assert.deepEqual(await list("b"), before);
  assert.match(JSON.stringify(before), /old__echo/);
});

test("a client is never sent a request of ours by a modern call: what the upstream asks comes as the result", async () => {
  verifies("http.stream-no-requests", "stdio.no-requests", "mrtr.as-result");
  await call(1, { ...modern, [metaKeys.clientCapabilities]: { elicitation: {} } });
  server.send('{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{"message":"?","requestedSchema":{}}}');
  await turn();
  clock.advance(10);
  await turn();
  assert.ok(!received.some((message) => "method" in message && "id" in message));
  const result = answersTo(1)[0]?.["result"];
  assert.ok(isJsonObject(result));
  assert.equal(result["resultType"], "input_required");
});
