import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { WebSocket } from "ws";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { idleMs, messageRate } from "../../src/server/web-socket-endpoint.ts";
import { pingMs } from "../../src/transport/web-socket.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { type RawWebSocket, rawWebSocket, refusedOpening } from "../rig/raw-web-socket.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { type Received, ScriptedServer, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
const server = new ScriptedServer(modernScript());
let http: string;
let url: string;

function upstreamOf(scripted: ScriptedServer): UpstreamOptions {
  return { name: "a", target: { kind: "channel", open: scripted.open }, ...upstreamDefaults };
}

before(async () => {
  const front = await rig.gateway([upstreamOf(server)]);
  http = front.url;
  url = front.url.replace("http:", "ws:");
});

const callEcho = { name: "a__echo", arguments: { message: "hi" } };

/** Makes the upstream wait with its answer to a call until the test gives it. */
async function heldCall(raw: RawWebSocket, id: number, meta: JsonObject = {}): Promise<Received> {
  server.answer("tools/call", "silence");
  const next = server.next("tools/call");
  raw.request(id, "tools/call", { ...callEcho, _meta: meta });
  return next;
}

function release({ id }: Received): void {
  server.complete(id ?? 0, { resultType: "complete", content: [{ type: "text", text: "hi" }] });
}

test("a client of 2026-07-28 discovers, lists and calls, each request by itself", async () => {
  verifies("base.stateless", "http.custom-transport");
  await using raw = await rawWebSocket(url);
  raw.request(1, "server/discover");
  raw.request(2, "tools/list");
  const discovered = objectAt(await raw.answer(1), "result") ?? {};
  assert.ok(Array.isArray(discovered["supportedVersions"]) && discovered["supportedVersions"].includes("2026-07-28"));
  const tools: unknown = objectAt(await raw.answer(2), "result")?.["tools"];
  assert.ok(Array.isArray(tools) && tools.length === 1 && isJsonObject(tools[0]) && tools[0]["name"] === "a__echo");
  release(await heldCall(raw, 3));
  const { content } = objectAt(await raw.answer(3), "result") ?? {};
  assert.deepEqual(content, [{ type: "text", text: "hi" }]);
});

test("progress comes before the answer, under the client's own token", async () => {
  verifies("http.custom-transport");
  await using raw = await rawWebSocket(url);
  const call = await heldCall(raw, 7, { progressToken: "mine" });
  const { progressToken } = objectAt(call.params, "_meta") ?? {};
  server.notify("notifications/progress", { progressToken, progress: 1, total: 2 });
  release(call);
  await raw.answer(7);
  assert.deepEqual(raw.messages[0], {
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: "mine", progress: 1, total: 2 },
  });
});

test("a cancelled call is cancelled upstream and not answered", async () => {
  verifies("cancel.obeyed");
  verifies("http.custom-transport");
  await using raw = await rawWebSocket(url);
  const { id } = await heldCall(raw, 8);
  const cancelled = server.next("notifications/cancelled");
  raw.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 8 } });
  assert.equal((await cancelled).params["requestId"], id);
  raw.request(9, "tools/list");
  await raw.answer(9);
  assert.deepEqual(
    raw.messages.map((message) => message["id"]),
    [9],
  );
});

test("a client that leaves cancels what it had under way", async () => {
  const raw = await rawWebSocket(url);
  const { id } = await heldCall(raw, 1);
  const cancelled = server.next("notifications/cancelled");
  raw.socket.terminate();
  assert.equal((await cancelled).params["requestId"], id);
  await raw.closed;
});

test("a text that is no message is answered with an error, and the connection goes on", async () => {
  await using raw = await rawWebSocket(`${url}/u/a`);
  raw.socket.send("{");
  raw.request(1, "tools/list");
  await raw.answer(1);
  assert.equal(objectAt(raw.messages[0] ?? {}, "error")?.["code"], -32700);
});

for (const [what, protocols, options, path, status, code] of [
  ["of a stranger's web page", ["mcp"], { origin: "https://evil.example" }, "", 403, "forbidden_origin"],
  ["of a name that is not ours", ["mcp"], { headers: { host: "evil.example" } }, "", 403, "forbidden_host"],
  ["at an address where nothing is", ["mcp"], {}, "/u/nobody", 404, "route_not_found"],
  ["that offers other subprotocols only", ["graphql-ws", "mcp2"], {}, "", 400, "invalid_request"],
  ["in the protocol of a draft", ["mcp"], { protocolVersion: 8 }, "", 400, "invalid_request"],
] as const) {
  test(`an opening ${what} is refused with ${status}`, async () => {
    verifies("http.origin");
    const refusal = await refusedOpening(url + path, [...protocols], options);
    assert.equal(refusal.status, status);
    const body: unknown = JSON.parse(refusal.body);
    const error = isJsonObject(body) ? objectAt(body, "error") : undefined;
    assert.equal(objectAt(error ?? {}, "data")?.["code"], code);
  });
}

test("a client that offers no subprotocol is let in, one that offers several gets mcp", async () => {
  await using none = await rawWebSocket(url, []);
  assert.equal(none.socket.protocol, "");
  await using several = await rawWebSocket(url, ["other", "mcp"]);
  assert.equal(several.socket.protocol, "mcp");
});

test("a request that offers another upgrade is answered as if it had not", async () => {
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  request(http.replace("/mcp", "/health"), { headers }, resolve).end();
  const response = await promise;
  assert.equal(response.statusCode, 200);
  assert.deepEqual(JSON.parse(await text(response)), { status: "ok" });
});

test("a message over four MiB closes the connection with 1009, a binary one with 1003", async () => {
  const large = await rawWebSocket(url);
  large.socket.send(JSON.stringify({ jsonrpc: "2.0", method: "x".repeat(4 * 1024 * 1024) }));
  assert.equal((await large.closed)[0], 1009);
  const binary = await rawWebSocket(url);
  binary.socket.send(Buffer.from("{}"));
  assert.equal((await binary.closed)[0], 1003);
});

test("a message may come in fragments, with pings between them; together they are held to the same limit", async () => {
  await using raw = await rawWebSocket(url);
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  raw.socket.send(ping.slice(0, 9), { fin: false });
  raw.socket.ping();
  raw.socket.send(ping.slice(9), { fin: true });
  assert.deepEqual(objectAt(await raw.answer(1), "result"), {});
  const large = await rawWebSocket(url);
  const piece = "x".repeat(1024 * 1024);
  for (let sent = 0; sent < 5; sent += 1) large.socket.send(piece, { fin: false });
  assert.equal((await large.closed)[0], 1009);
});

test("a text that is no UTF-8 closes the connection with 1007", async () => {
  const raw = await rawWebSocket(url);
  raw.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
  assert.equal((await raw.closed)[0], 1007);
});

test("a client that sends too many messages is cut off with 1008, and nobody else", async () => {
  await using calm = await rawWebSocket(url);
  const hasty = await rawWebSocket(url);
  for (let id = 1; id <= messageRate.burst * 2; id += 1) hasty.request(id, "server/discover");
  assert.deepEqual(await hasty.closed, [1008, "more than 6000 messages a minute"]);
  calm.request(1, "tools/list");
  await calm.answer(1);
});

test("of a client that does not read, progress is dropped and the answer kept", async () => {
  verifies("progress.flooding");
  await using raw = await rawWebSocket(url);
  const call = await heldCall(raw, 1, { progressToken: 1 });
  raw.socket.pause();
  const { progressToken } = objectAt(call.params, "_meta") ?? {};
  const message = "x".repeat(1024 * 1024);
  for (let progress = 1; progress <= 50; progress += 1) {
    server.notify("notifications/progress", { progressToken, progress, message });
  }
  release(call);
  // Inside one process everything has been passed on by the next turn.
  await nextTurn();
  raw.socket.resume();
  await raw.answer(1);
  assert.ok(raw.messages.length > 1, "some progress has come");
  assert.ok(raw.messages.length < 50, "some was dropped");
});

/** Resolves when the peer has answered a ping, and so has had the answers to its own; or when there is no connection any more. */
async function pongOrEnd(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = (): void => {
    socket.off("pong", settle).off("close", settle);
    resolve();
  };
  socket.on("pong", settle).on("close", settle);
  socket.ping();
  await promise;
}

test("a connection without a word for an hour is closed with 1001; one that listens stays", async () => {
  await using own = new Rig();
  const clock = new ManualClock();
  const front = await own.gateway([upstreamOf(new ScriptedServer(modernScript()))], { clock });
  const address = front.url.replace("http:", "ws:");
  const silent = await rawWebSocket(address);
  await using listening = await rawWebSocket(address);
  listening.request(1, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  await until(() => listening.messages.length === 1, "the subscription is acknowledged");
  for (let passed = 0; passed < idleMs; passed += pingMs) {
    clock.advance(pingMs);
    await Promise.all([silent, listening].map(({ socket }) => pongOrEnd(socket)));
  }
  assert.deepEqual(await silent.closed, [1001, "nothing was said for an hour"]);
  listening.request(2, "tools/list");
  await listening.answer(2);
});

test("a gateway that stops ends subscriptions with their result and lets calls finish, then closes with 1001", async () => {
  verifies("listen.graceful-end");
  await using own = new Rig();
  const scripted = new ScriptedServer(modernScript());
  scripted.answer("tools/call", "silence");
  const front = await own.gateway([upstreamOf(scripted)]);
  const address = front.url.replace("http:", "ws:");
  const idle = await rawWebSocket(address);
  const listening = await rawWebSocket(address);
  listening.request(1, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  await until(() => listening.messages.length === 1, "the subscription is acknowledged");
  const calling = await rawWebSocket(address);
  const arrived = scripted.next("tools/call");
  calling.request(2, "tools/call", callEcho);
  const { id } = await arrived;
  // Whatever is still open after an hour is cut off: that this does not take an hour shows that nothing is.
  const closed = front.server.close(3_600_000);
  assert.deepEqual(await idle.closed, [1001, "the gateway stops"]);
  assert.deepEqual(await listening.closed, [1001, "the gateway stops"]);
  assert.equal(objectAt(listening.messages[1] ?? {}, "result")?.["resultType"], "complete");
  assert.equal(calling.socket.readyState, calling.socket.OPEN);
  scripted.complete(id ?? 0, { resultType: "complete", content: [] });
  assert.deepEqual(await calling.closed, [1001, "the gateway stops"]);
  assert.deepEqual(objectAt(calling.messages[0] ?? {}, "result")?.["content"], []);
  await closed;
  await front.server.close();
});
