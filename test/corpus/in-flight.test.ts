import assert from "node:assert/strict";
import { type ClientRequest, type IncomingMessage, request as openRequest } from "node:http";
import { after, before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import type { RequestId } from "../../src/protocol/json-rpc.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { verifies } from "../requirements/verifies.ts";

/* What needs a request that is still under way, and so does not fit the data files beside this one. */

function upstream(name: string, server: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 60_000 };
}

const old = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
const fresh = new ScriptedServer({ ...modernScript(), "tools/call": "silence" });

let switchyard: Switchyard;
let url: string;

before(async () => {
  switchyard = startSwitchyard({ upstreams: [upstream("old", old), upstream("fresh", fresh)] });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  url = `${origin}/mcp`;
  await switchyard.settled;
});
after(() => switchyard.close());

/** A request under way, and the answer that it will have. */
interface UnderWay {
  readonly request: ClientRequest;
  /** The status and the text of the body. */
  readonly answer: Promise<{ readonly response: IncomingMessage; readonly text: string }>;
}

function post(body: JsonObject, headers: Readonly<Record<string, string>>): UnderWay {
  const request = openRequest(url, {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
  });
  const answer = new Promise<{ readonly response: IncomingMessage; readonly text: string }>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ response, text });
      });
    });
  });
  // Some are hung up on purpose.
  answer.catch(() => undefined);
  request.end(JSON.stringify({ jsonrpc: "2.0", ...body }));
  return { request, answer };
}

async function beginSession(): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "corpus", version: "1" } };
  const { response } = await post({ id: 0, method: "initialize", params }, {}).answer;
  return { "mcp-session-id": String(response.headers["mcp-session-id"]) };
}

function callOf(id: RequestId, name: string): JsonObject {
  return { id, method: "tools/call", params: { name, arguments: {} } };
}

function modernCall(name: string, more: JsonObject = {}): UnderWay {
  const meta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {}, ...more };
  return post(
    { id: 1, method: "tools/call", params: { name, arguments: {}, _meta: meta } },
    { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": name },
  );
}

async function errorOf({ answer }: UnderWay): Promise<JsonObject> {
  const { text } = await answer;
  const message: unknown = JSON.parse(text);
  assert.ok(isJsonObject(message) && isJsonObject(message["error"]), text);
  return message["error"];
}

/** The call that an upstream has received last, and its cancellation when that comes. */
async function received(
  server: ScriptedServer,
): Promise<{ readonly id: RequestId; readonly cancelled: Promise<JsonObject> }> {
  const { id } = await server.next("tools/call");
  assert.ok(id !== undefined);
  return { id, cancelled: server.next("notifications/cancelled").then(({ params }) => params) };
}

test("an id that is still under way in its session is refused, and the first request goes on", async () => {
  verifies("base.request-id-in-use");
  const session = await beginSession();
  const arrived = received(old);
  const first = post(callOf("same", "old__echo"), session);
  const { id } = await arrived;
  const second = post(callOf("same", "old__echo"), session);
  const { response } = await second.answer;
  assert.equal(response.statusCode, 400);
  const error = await errorOf(second);
  assert.equal(error["code"], -32600);
  assert.match(String(error["message"]), /the id "same" is that of a request still under way/);
  old.complete(id, { content: [{ type: "text", text: "done" }] });
  assert.match((await first.answer).text, /"id":"same","result":.*done/);
});

test("an id may come again once its request is answered, and be under way in two sessions at once", async () => {
  verifies("base.request-id-unique");
  const [one, other] = [await beginSession(), await beginSession()];
  for (const headers of [one, other]) {
    const arrived = received(old);
    const under = post(callOf(1, "old__echo"), headers);
    const { id } = await arrived;
    old.complete(id, { content: [] });
    assert.equal((await under.answer).response.statusCode, 200);
  }
  const firstArrived = received(old);
  const first = post(callOf(1, "old__echo"), one);
  const { id: firstId } = await firstArrived;
  const secondArrived = received(old);
  const second = post(callOf(1, "old__echo"), other);
  const { id: secondId } = await secondArrived;
  assert.notEqual(firstId, secondId, "at the upstream they are different requests");
  old.complete(secondId, { content: [{ type: "text", text: "second" }] });
  old.complete(firstId, { content: [{ type: "text", text: "first" }] });
  assert.match((await first.answer).text, /first/);
  assert.match((await second.answer).text, /second/);
});

for (const [name, server] of [
  ["old__echo", old],
  ["fresh__echo", fresh],
] as const) {
  test(`a legacy client cancels ${name} by a notification: the upstream is told, and the request ends without an answer`, async () => {
    verifies("cancel.references", "cancel.obeyed");
    const session = await beginSession();
    const arrived = received(server);
    const under = post(callOf(7, name), session);
    const { id, cancelled } = await arrived;
    const params = { requestId: 7, reason: "changed my mind" };
    const { response } = await post({ method: "notifications/cancelled", params }, session).answer;
    assert.equal(response.statusCode, 202);
    const told = await cancelled;
    assert.equal(told["requestId"], id);
    assert.equal(told["reason"], "The caller cancelled the request: changed my mind");
    const { text } = await under.answer;
    assert.ok(!text.includes('"result"') && !text.includes('"error"'), text);
  });

  test(`a modern client cancels ${name} by hanging up: the upstream is told`, async () => {
    verifies("http.disconnect-cancels");
    const arrived = received(server);
    const under = modernCall(name);
    const { id, cancelled } = await arrived;
    under.request.destroy();
    assert.equal((await cancelled)["requestId"], id);
  });
}

test("a cancellation in another session does not end the request", async () => {
  verifies("cancel.others");
  const session = await beginSession();
  const arrived = received(old);
  const under = post(callOf(7, "old__echo"), session);
  const { id } = await arrived;
  const params = { requestId: 7 };
  await post({ method: "notifications/cancelled", params }, await beginSession()).answer;
  old.complete(id, { content: [{ type: "text", text: "still there" }] });
  assert.match((await under.answer).text, /still there/);
});

test("a legacy client that loses its connection has not cancelled", async () => {
  verifies("session.disconnect");
  const session = await beginSession();
  const arrived = received(old);
  const under = post(callOf(8, "old__echo"), session);
  const { id } = await arrived;
  under.request.destroy();
  const again = post(callOf(8, "old__echo"), session);
  assert.match(String((await errorOf(again))["message"]), /still under way/);
  assert.ok(
    !old.received.some(({ method, params }) => method === "notifications/cancelled" && params["requestId"] === id),
  );
  old.complete(id, { content: [] });
});

test("when a session is ended, what is under way in it ends too, and the upstream is told", async () => {
  verifies("session.delete");
  const session = await beginSession();
  const arrived = received(old);
  const under = post(callOf(9, "old__echo"), session);
  const { id, cancelled } = await arrived;
  const ended = openRequest(url, { method: "DELETE", agent: false, headers: session });
  ended.end();
  assert.equal((await cancelled)["requestId"], id);
  assert.equal((await errorOf(under))["code"], 40401);
});

test("a late answer to a cancelled call harms nobody", async () => {
  verifies("cancel.late-answer", "cancel.race");
  const arrived = received(old);
  const under = modernCall("old__echo");
  const { id, cancelled } = await arrived;
  under.request.destroy();
  await cancelled;
  old.complete(id, { content: [] });
  old.notify("notifications/progress", { progressToken: id, progress: 1 });
  const next = received(old);
  const later = modernCall("old__echo");
  old.complete((await next).id, { content: [{ type: "text", text: "fine" }] });
  assert.match((await later.answer).text, /fine/);
});

test("progress comes under the caller's own token, before the answer, and makes the answer a stream", async () => {
  verifies("http.answer-stream", "http.stream-terminated", "progress.active-only");
  const arrived = received(old);
  const under = modernCall("old__echo", { progressToken: "mine" });
  const { id } = await arrived;
  old.notify("notifications/progress", { progressToken: id, progress: 1, total: 2 });
  old.notify("notifications/progress", { progressToken: "somebody else's", progress: 1 });
  old.complete(id, { content: [] });
  const { response, text } = await under.answer;
  assert.match(String(response.headers["content-type"]), /^text\/event-stream/);
  const messages = [...text.matchAll(/^data: (.*)$/gm)].map((found) => found[1] ?? "");
  assert.equal(messages.length, 2, text);
  assert.match(messages[0] ?? "", /"progressToken":"mine"/);
  assert.match(messages[1] ?? "", /"result"/);
});
