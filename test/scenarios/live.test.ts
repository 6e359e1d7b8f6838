import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { ClientOptions } from "ws";
import { isJsonObject, objectAt, type JsonObject } from "../../src/core/json.ts";
import { maxMessageBytes } from "../../src/live/subscriber.ts";
import { watcherRate } from "../../src/server/live-endpoint.ts";
import { type AccessStand, type Credentials, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { SseReader } from "../../src/transport/sse.ts";
import { type RawWebSocket, rawWebSocket, refusedOpening } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What happens at a gateway that asks who calls, watched over WebSocket and as server-sent events. */

const rig = fileRig();
const server = fullServer("mine");
let stand: AccessStand;
let ws: string;
let admin: Credentials;
let user: Credentials;
let viewer: Credentials;

before(async () => {
  stand = await accessStand(rig, { mine: server, other: fullServer("other") });
  ws = stand.server.origin.replace("http", "ws");
  admin = bearer(stand.switchyard.localKey);
  user = (await stand.key("user", "mine")).headers;
  viewer = (await stand.key("viewer", "mine")).headers;
});

const watch = (path: string, who: Credentials): Promise<RawWebSocket> =>
  rawWebSocket(`${ws}${path}`, ["switchyard.live"], who);

const refused = (path: string, options: ClientOptions): ReturnType<typeof refusedOpening> =>
  refusedOpening(`${ws}${path}`, ["switchyard.live"], options);

function told({ messages }: Pick<RawWebSocket, "messages">, type: string): JsonObject[] {
  return messages.filter((message) => message["type"] === type).map((message) => objectAt(message, "data") ?? {});
}

async function next(watching: RawWebSocket, type: string, count = 1): Promise<JsonObject> {
  await until(() => told(watching, type).length >= count, `${type} comes`);
  return told(watching, type)[count - 1] ?? {};
}

const secret = "an-argument-that-nobody-may-see";

/** Calls a tool whose result repeats its argument; with progress where a token is given. */
async function call(who: Credentials, name = "mine__look", progressToken?: string): Promise<void> {
  const params = { name, arguments: { secret }, ...(progressToken !== undefined && { _meta: { progressToken } }) };
  const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const post = (method: string, body: JsonObject, headers: Credentials = {}): Promise<Response> =>
    fetch(stand.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...who,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: body }),
    });
  const begun = await post("initialize", initialize);
  await begun.text();
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  const answer = await post("tools/call", params, session);
  await answer.text();
}

server.answer("tools/call", ({ arguments: given, _meta: meta }) => {
  const token = isJsonObject(meta) ? meta["progressToken"] : undefined;
  if (token !== undefined) server.notify("notifications/progress", { progressToken: token, progress: 1, total: 2 });
  return { content: [{ type: "text", text: JSON.stringify(given) }] };
});

test("a call that is over is told to each role with as much as it may know, and never with its arguments or result", async () => {
  await using operator = await watch("/ws?topics=calls,calculations", admin);
  await using own = await watch("/ws?topics=calls,calculations", user);
  await using reader = await watch("/ws?topics=calls,calculations", viewer);
  await Promise.all([operator, own, reader].map((each) => next(each, "subscribed")));
  await call(user, "mine__change");
  await call(user, "mine__look", "p");
  const seen = await next(operator, "call_ended", 2);
  assert.deepEqual(
    [seen["upstream"], seen["tool"], seen["outcome"], seen["entrance"], seen["cache"]],
    ["mine", "look", "ok", "http", "none"],
  );
  assert.equal(typeof seen["principal"], "string");
  assert.equal(typeof seen["durationMs"], "number");
  assert.equal((await next(own, "call_ended", 2))["principal"], undefined);
  const reading = await next(reader, "call_ended");
  assert.deepEqual([reading["tool"], reading["principal"]], ["look", undefined], "of what changes nothing alone");
  assert.equal((await next(own, "calculation_complete"))["tool"], "look");
  assert.equal(told(reader, "calculation_complete").length, 0);
  for (const { messages } of [operator, own, reader]) assert.ok(!JSON.stringify(messages).includes(secret));
});

test("progress of a call is told to its own caller and to operators", async () => {
  await using own = await watch("/ws/calculations", user);
  await next(own, "subscribed");
  await call(user, "mine__look", "p");
  await next(own, "calculation_complete");
  assert.equal((await next(own, "calculation_progress"))["progress"], 1);
});

test("a topic's own address watches it at once, and only five have one", async () => {
  await using watching = await watch("/ws/upstreams", viewer);
  assert.deepEqual((await next(watching, "subscribed"))["topics"], ["upstreams"]);
  const { upstreams } = await next(watching, "initial_status");
  assert.deepEqual(Array.isArray(upstreams) ? upstreams.filter(isJsonObject).map(({ name }) => name) : [], ["mine"]);
  for (const path of ["/ws/alerts", "/ws/nothing"]) {
    assert.equal((await refused(path, { headers: admin })).status, 404);
  }
});

test("a resource that changed is told to who may use all of its server", async () => {
  await using own = await watch("/ws/entities", user);
  await using reader = await watch("/ws/entities", viewer);
  await Promise.all([next(own, "subscribed"), next(reader, "subscribed")]);
  server.notify("notifications/resources/updated", { uri: "mine://a" });
  assert.deepEqual(await next(own, "entity_change"), { upstream: "mine", change: "modified", uri: "mine://a" });
  assert.equal(told(reader, "entity_change").length, 0);
});

test("who has no key, a page of a stranger, and who comes back with nonsense are refused before there is a connection", async () => {
  assert.equal((await refused("/ws", {})).status, 401);
  assert.equal((await refused("/ws", { headers: admin, origin: "https://evil.example" })).status, 403);
  assert.equal((await refused("/ws?topics=calls&since=x", { headers: admin })).status, 400);
  assert.equal((await refused("/ws?topics=alerts", { headers: viewer })).status, 403);
});

test("a key can come in a subprotocol, as web pages can set no header", async () => {
  const key = admin["authorization"]?.slice("Bearer ".length) ?? "";
  await using watching = await rawWebSocket(`${ws}/ws`, ["switchyard.live", `bearer.${key}`]);
  assert.equal((await next(watching, "connected"))["role"], "admin");
  assert.equal(watching.socket.protocol, "switchyard.live");
});

test("a message that cannot be obeyed is answered with an error, and the connection goes on", async () => {
  await using watching = await watch("/ws", viewer);
  for (const [text, code] of [
    ["{", "parse_error"],
    ["[]", "invalid_request"],
    ['{"type":"dance"}', "invalid_request"],
    ['{"type":"subscribe"}', "invalid_params"],
    ['{"type":"subscribe","data":{"topics":["weather"]}}', "invalid_params"],
    ['{"type":"subscribe","data":{"topics":["calls"],"type":"weather"}}', "invalid_params"],
    ['{"type":"subscribe","data":{"topics":["calls"],"tool":[1]}}', "invalid_params"],
    ['{"type":"subscribe","data":{"topics":["calls"],"since":"x"}}', "invalid_params"],
    ['{"type":"subscribe","data":{"topics":["cache"]}}', "forbidden"],
  ] as const) {
    const errors = told(watching, "error").length;
    watching.socket.send(text);
    assert.equal((await next(watching, "error", errors + 1))["code"], code, text);
  }
  watching.socket.send('{"type":"ping"}');
  await next(watching, "pong");
  assert.equal(told(watching, "subscribed").length, 0);
});

test("messages that are too long, binary or too many end the connection, each with its code", async () => {
  const long = await watch("/ws", viewer);
  long.socket.send(JSON.stringify({ type: "x".repeat(maxMessageBytes) }));
  assert.equal((await long.closed)[0], 1009);
  const binary = await watch("/ws", viewer);
  binary.socket.send(Buffer.from("{}"));
  assert.equal((await binary.closed)[0], 1003);
  const many = await watch("/ws", viewer);
  for (let count = 0; count <= watcherRate.burst; count += 1) many.socket.send('{"type":"ping"}');
  assert.deepEqual(await many.closed, [4029, "too many messages"]);
});

test("a key that is revoked ends what is watched with it", async () => {
  const key = await stand.key("viewer", "mine");
  const watching = await watch("/ws/status", key.headers);
  await next(watching, "subscribed");
  const streamed = await fetch(`${stand.server.origin}/api/events`, { headers: key.headers });
  await stand.revoke(key);
  assert.deepEqual(await watching.closed, [1008, "the key or token is no longer valid"]);
  assert.match(await streamed.text(), /event: closed\ndata: .*no longer valid/);
});

function tellOpened(cycles: number): void {
  stand.switchyard.events.append({ type: "breaker.opened", upstream: "mine", cycles });
}

test("a connection that breaks is taken up where it was: nothing twice, nothing lost", async () => {
  const breaking = await watch("/ws?topics=upstreams", admin);
  await next(breaking, "subscribed");
  for (let cycles = 1; cycles <= 50; cycles += 1) tellOpened(cycles);
  await next(breaking, "circuit_breaker_state", 50);
  const id = String(breaking.messages.findLast((message) => message["id"] !== undefined)?.["id"]);
  breaking.socket.terminate();
  await breaking.closed;
  for (let cycles = 51; cycles <= 500; cycles += 1) tellOpened(cycles);
  await using again = await watch(`/ws?topics=upstreams&since=${id}`, admin);
  for (let cycles = 501; cycles <= 600; cycles += 1) tellOpened(cycles);
  await next(again, "circuit_breaker_state", 550);
  assert.deepEqual(
    told(again, "circuit_breaker_state").map((data) => data["failureCycles"]),
    Array.from({ length: 550 }, (_, index) => index + 51),
  );
  assert.equal(told(again, "gap").length, 0);
});

/** Reads events from a stream until there are so many of a type; their ids and data. */
async function readEvents(
  query: string,
  type: string,
  count: number,
  headers: Credentials,
): Promise<[string, unknown][]> {
  const stop = new AbortController();
  const response = await fetch(`${stand.server.origin}/api/events?${query}`, { headers, signal: stop.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const found: [string, unknown][] = [];
  const reader = new SseReader({
    event: (event) => {
      if (event.type === type) found.push([event.id ?? "", JSON.parse(event.data.toString())]);
    },
    retry: () => undefined,
    tooLong: () => undefined,
  });
  assert.ok(response.body !== null);
  for await (const chunk of response.body) {
    reader.push(Buffer.from(chunk));
    if (found.length >= count) break;
  }
  stop.abort();
  return found;
}

test("server-sent events are the same stream, taken up with Last-Event-ID", async () => {
  const at = stand.switchyard.events.seq;
  for (const cycles of [1, 2, 3]) stand.switchyard.events.append({ type: "breaker.closed", upstream: "mine", cycles });
  const epoch = stand.switchyard.events.epoch;
  const headers = { ...viewer, "last-event-id": `${epoch}-${at + 1}` };
  const events = await readEvents("topics=upstreams", "circuit_breaker_state", 2, headers);
  assert.deepEqual(
    events.map(([id]) => id),
    [`${epoch}-${at + 2}`, `${epoch}-${at + 3}`],
  );
  const wrong = await stand.rest("/api/events?since=nonsense", viewer);
  assert.deepEqual([wrong.status, wrong.code], [400, "invalid_params"]);
  assert.equal((await stand.rest("/api/events", viewer, { method: "POST" })).status, 405);
});

test("the last messages can be had as JSON, and the description of all of them", async () => {
  stand.switchyard.events.append({ type: "breaker.closed", upstream: "other", cycles: 0 });
  const of = async (who: Credentials): Promise<unknown> => {
    const { body } = await stand.rest("/api/events?follow=false&last=1&topics=upstreams", who);
    const [message]: unknown[] = Array.isArray(body["messages"]) ? body["messages"] : [];
    return objectAt(isJsonObject(message) ? message : {}, "data")?.["upstream"];
  };
  assert.deepEqual([await of(admin), await of(viewer)], ["other", "mine"]);
  assert.equal((await stand.rest("/docs/events", viewer)).body["asyncapi"], "3.0.0");
});

test("a reader that does not read is let go; what waits for it stays under 64 KiB, and others are told all the while", async () => {
  const slow = await watch("/ws?topics=upstreams", admin);
  await next(slow, "subscribed");
  await using quick = await watch("/ws?topics=upstreams", admin);
  await next(quick, "subscribed");
  slow.socket.pause();
  const message = "x".repeat(2000);
  // More than systems buffer on a connection, and more than the log keeps.
  const tell = (): void => {
    for (let count = 0; count < 500; count += 1)
      stand.switchyard.events.append({
        type: "upstream.changed",
        upstream: "mine",
        from: "ready",
        state: "degraded",
        since: 1,
        attempts: 1,
        message,
      });
  };
  for (let round = 1; round <= 24; round += 1) {
    tell();
    await next(quick, "mcp_status_change", round * 500);
  }
  slow.socket.resume();
  assert.deepEqual(await slow.closed, [4008, "too much was left unread"]);
});
