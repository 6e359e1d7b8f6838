import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { type AccessStand, type Credentials, type TestKey, accessStand, fullServer } from "../rig/access-stand.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import type { ScriptedServer } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

/*
 * A key ends while something is open in its name; and what belongs to one caller is not there for another.
 */

const rig = fileRig();
let server: ScriptedServer;
let stand: AccessStand;

before(async () => {
  // Calls of `change` are never answered.
  server = fullServer("up", {
    "tools/call": ({ name }) => (name === "change" ? "silence" : { content: [{ type: "text", text: "hi" }] }),
  });
  stand = await accessStand(rig, { up: server });
});

/** What becomes of a call under way in the name of a key that is revoked; the server must be told too. */
async function endsWith(key: TestKey, run: () => Promise<unknown>): Promise<unknown> {
  const reached = server.next("tools/call");
  const cancelled = server.next("notifications/cancelled");
  const call = run();
  await reached;
  await stand.revoke(key);
  await cancelled;
  return call;
}

const change = { name: "up__change", arguments: {} };

test("a call of 2026-07-28 ends with its key, at the server too, and says why", async () => {
  const key = await stand.key("user", "up");
  const ended = await endsWith(key, () => rawModern(stand.url, key.headers)("tools/call", change));
  assert.match(JSON.stringify(ended), new RegExp(`The API key ${key.id} was revoked`));
  const after = await stand.rest("/mcp", key.headers, { method: "POST", body: "{}" });
  assert.equal(after.code, "unauthenticated");
});

test("a call in a session ends with its key, and so does the session", async () => {
  const key = await stand.key("user", "up");
  const ask = await rawLegacy(stand.url, key.headers);
  const ended = await endsWith(key, () => ask("tools/call", change));
  assert.match(JSON.stringify(ended), /revoked|has ended/);
  await assert.rejects(ask("tools/list", {}), /no answer/);
});

test("a call over REST ends with its key", async () => {
  const key = await stand.key("user", "up");
  const ended = await endsWith(key, () =>
    stand.rest("/api/call", key.headers, { method: "POST", body: JSON.stringify({ tool: "up__change" }) }),
  );
  assert.match(JSON.stringify(ended), /"code":"unauthenticated"/);
});

test("a WebSocket is closed with its key, and the calls on it end", async () => {
  const key = await stand.key("user", "up");
  const socket = rig.use(await rawWebSocket(stand.url.replace(/^http/, "ws"), ["mcp"], key.headers));
  await endsWith(key, async () => {
    socket.request(1, "tools/call", change);
    return Promise.resolve();
  });
  assert.deepEqual(await socket.closed, [1008, "the key or token is no longer valid"]);
});

/** Opens the stream of a session; resolves when it is open. */
async function opened(session: string, headers: Credentials): Promise<IncomingMessage> {
  const request = get(stand.url, {
    headers: { ...headers, accept: "text/event-stream", "mcp-session-id": session },
  });
  const [response] = await once(request, "response");
  assert.ok(isIncoming(response));
  response.on("error", () => undefined);
  return response;
}

function isIncoming(value: unknown): value is IncomingMessage {
  return typeof value === "object" && value !== null && "statusCode" in value;
}

const initialize = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

async function newSession(at: AccessStand, headers: Credentials): Promise<string> {
  const begun = await at.rest(
    "/mcp",
    { ...headers, accept: "application/json" },
    { method: "POST", body: JSON.stringify(initialize) },
  );
  return begun.headers.get("mcp-session-id") ?? assert.fail("no session");
}

test("the stream of a session, and a subscription, end with their key", async () => {
  const key = await stand.key("user", "up");
  const stream = await opened(await newSession(stand, key.headers), key.headers);
  assert.equal(stream.statusCode, 200);
  const listening = rawModern(stand.url, key.headers)("subscriptions/listen", {
    notifications: { toolsListChanged: true },
  });
  const listens = await rawModern(stand.url, key.headers)("tools/list", {});
  assert.ok(objectAt(listens.answer, "result"));
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  stream.on("close", resolve).resume();
  await stand.revoke(key);
  await closed;
  assert.match(JSON.stringify(await listening), /was revoked/);
});

test("what waits for a caller to come back with answers is cancelled with its key", async () => {
  server.answer("tools/call", "silence");
  const key = await stand.key("user", "up");
  const asked = server.next("tools/call");
  const call = rawModern(stand.url, key.headers)(
    "tools/call",
    { name: "up__look", arguments: {} },
    { elicitation: {} },
  );
  await asked;
  server.send(
    JSON.stringify({
      jsonrpc: "2.0",
      id: "q1",
      method: "elicitation/create",
      params: { message: "?", requestedSchema: { type: "object", properties: {} } },
    }),
  );
  assert.match(JSON.stringify(await call), /input_required/);
  const cancelled = server.next("notifications/cancelled");
  await stand.revoke(key);
  await cancelled;
  server.answer("tools/call", ({ name }) => (name === "change" ? "silence" : { content: [] }));
});

test("another's session looks like one that there is not, with every method", async () => {
  const [owner, thief] = [await stand.key("user", "up"), await stand.key("admin")];
  const session = await newSession(stand, owner.headers);
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const use = async (id: string, headers: Credentials, method: string): Promise<JsonObject> => {
    const request = method === "POST" ? { method, body: list } : { method };
    const answer = await stand.rest(
      "/mcp",
      { ...headers, "mcp-session-id": id, accept: method === "GET" ? "text/event-stream" : "application/json" },
      request,
    );
    return { status: answer.status, body: answer.body };
  };
  for (const method of ["POST", "GET", "DELETE"]) {
    const stolen = await use(session, thief.headers, method);
    assert.deepEqual(stolen, await use("00000000-0000-4000-8000-000000000000", thief.headers, method));
    assert.equal(stolen["status"], 404);
  }
  assert.equal((await use(session, owner.headers, "POST"))["status"], 200);
});

test("another's session is no one else's after a restart either, and a revoked key's is nobody's", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-access-"));
  rig.defer(() => rm(dataDir, { recursive: true, force: true }));
  const first = await accessStand(rig, { up: fullServer("up") }, { dataDir });
  const port = Number(new URL(first.server.origin).port);
  const [owner, thief, gone] = [
    await first.key("user", "up/look"),
    await first.key("admin"),
    await first.key("user", "up"),
  ];
  const [own, lost] = [await newSession(first, owner.headers), await newSession(first, gone.headers)];
  await first.revoke(gone);
  await first.switchyard.close();
  const second = await accessStand(rig, { up: fullServer("up") }, { dataDir }, port);
  // Connections to the first one may be found broken.
  await until(async () => (await second.rest("/health").catch(() => undefined))?.status === 200, "it answers");
  const list = async (session: string, { headers }: TestKey): Promise<JsonObject> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const accept = "application/json";
    return (await second.rest("/mcp", { ...headers, accept, "mcp-session-id": session }, { method: "POST", body }))
      .body;
  };
  assert.match(JSON.stringify(await list(own, thief)), /There is no such session/);
  const shown = JSON.stringify(await list(own, owner));
  assert.match(shown, /up__look/);
  assert.doesNotMatch(shown, /up__change/);
  assert.match(JSON.stringify(await list(lost, owner)), /There is no such session/);
});

test("lists that changed are told to those for whom they did", async () => {
  const own = fullServer("own");
  const at = await accessStand(rig, { own });
  const [sees, sees2] = [await at.key("user", "own"), await at.key("user", "own/look")];
  const [a, b] = await Promise.all(
    [sees, sees2].map(async ({ headers }) => {
      const socket = rig.use(await rawWebSocket(at.url.replace(/^http/, "ws"), ["mcp"], headers));
      socket.send(initialize);
      await socket.answer(0);
      socket.send({ jsonrpc: "2.0", id: 1, method: "tools/list" });
      await socket.answer(1);
      return socket;
    }),
  );
  assert.ok(a && b);
  const tools = [
    { name: "look", description: "Looks at own", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
    { name: "other", inputSchema: { type: "object" } },
  ];
  own.answer("tools/list", { tools });
  own.notify("notifications/tools/list_changed");
  const isTold = (socket: typeof a): boolean =>
    socket.messages.some(({ method }) => method === "notifications/tools/list_changed");
  await until(() => isTold(a), "who sees the tool is told");
  // Whatever it is told was sent before the answer to this.
  b.send({ jsonrpc: "2.0", id: 2, method: "ping" });
  await b.answer(2);
  assert.equal(isTold(b), false);
});
