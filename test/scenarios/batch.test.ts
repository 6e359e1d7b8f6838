import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { suite, test } from "node:test";
import type { Switchyard } from "../../src/gateway.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { messageRate } from "../../src/server/web-socket-endpoint.ts";
import { memoryPair } from "../../src/transport/memory.ts";
import { type UpstreamTarget, upstreamDefaults } from "../../src/upstream/options.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { rawModern } from "../rig/raw-client.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();

/** A client that speaks by hand: what it sends is one text, and so is what comes back for it. */
interface Sender {
  /** Resolves with the next text that comes back, parsed; with undefined where the array is taken and has no answer. */
  exchange(message: unknown): Promise<unknown>;
  /** Sends what nothing comes back for. */
  tell(message: unknown): Promise<void>;
}

const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };

function overHttp(url: string): Sender {
  let session: Record<string, string> = {};
  const exchange = async (message: unknown): Promise<unknown> => {
    const body = JSON.stringify(message);
    const response = await fetch(url, { method: "POST", headers: { ...headers, ...session }, body });
    const id = response.headers.get("mcp-session-id");
    if (id !== null) session = { "mcp-session-id": id };
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    exchange,
    async tell(message) {
      assert.equal(await exchange(message), undefined);
    },
  };
}

/** A client over what carries a text as it is, both ways. */
function overFrames(send: (text: string) => void, received: readonly unknown[]): Sender {
  let taken = 0;
  return {
    async exchange(message) {
      send(JSON.stringify(message));
      await until(() => received.length > taken, "something comes back");
      taken += 1;
      return received[taken - 1];
    },
    tell(message) {
      send(JSON.stringify(message));
      return Promise.resolve();
    },
  };
}

function overChannel(switchyard: Switchyard): Sender {
  const [ours, theirs] = memoryPair();
  const received: unknown[] = [];
  ours.start({
    frame: (frame) => received.push(JSON.parse(frame.toString())),
    noise: () => undefined,
    ended: () => undefined,
  });
  const served = switchyard.serve(theirs);
  rig.defer(async () => {
    await ours.close();
    await served;
  });
  return overFrames((text) => {
    ours.send(text);
  }, received);
}

async function overWebSocket(url: string): Promise<Sender> {
  const raw = rig.use(await rawWebSocket(url.replace("http:", "ws:")));
  const received: unknown[] = [];
  raw.socket.on("message", (data) => {
    if (Buffer.isBuffer(data)) received.push(JSON.parse(data.toString()));
  });
  return overFrames((text) => {
    raw.socket.send(text);
  }, received);
}

const ways = [
  ["Streamable HTTP", ({ url }: Front) => overHttp(url)],
  ["a channel, as stdio is one", ({ switchyard }: Front) => overChannel(switchyard)],
  ["a WebSocket", ({ url }: Front) => overWebSocket(url)],
] as const;

function scripted(server: ScriptedServer): Promise<Front> {
  return rig.gateway([{ name: "up", target: { kind: "channel", open: server.open }, ...upstreamDefaults }]);
}

async function begin(sender: Sender, protocolVersion: string): Promise<void> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const answer = await sender.exchange({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  assert.equal(objectAt(isJsonObject(answer) ? answer : {}, "result")?.["protocolVersion"], protocolVersion);
}

function call(id: number): JsonObject {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name: "up__echo", arguments: { id } } };
}

/** By id: the result's `of`, or the error's code. */
function outcomesOf(answers: unknown): unknown[] {
  assert.ok(Array.isArray(answers));
  return answers.map((answer: { id?: number; result?: { of: number }; error?: { code: number } }) => [
    answer.id,
    answer.result?.of ?? answer.error?.code,
  ]);
}

const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };

for (const [title, connect] of ways) {
  suite(`over ${title}`, () => {
    for (const revision of ["2025-03-26", "2024-11-05"]) {
      test(`an array of messages of ${revision} is executed at once and answered as one array, in order`, async () => {
        verifies("base.batch");
        const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
        const sender = await connect(await scripted(server));
        await begin(sender, revision);
        const both = [server.next("tools/call"), server.next("tools/call")];
        const initialize = { jsonrpc: "2.0", id: 4, method: "initialize", params: { protocolVersion: revision } };
        const array = [
          call(1),
          initialized,
          call(2),
          { jsonrpc: "2.0", id: 3, method: "nope" },
          7,
          initialize,
          call(1),
        ];
        const answered = sender.exchange(array);
        await Promise.all(both);
        const calls = server.received.filter(({ method }) => method === "tools/call");
        for (const { id } of calls.toReversed()) server.complete(id ?? 0, { content: [], of: id });
        assert.deepEqual(outcomesOf(await answered), [
          [1, calls[0]?.id],
          [2, calls[1]?.id],
          [3, -32601],
          [undefined, -32600],
          [4, -32600],
          [1, -32600],
        ]);
      });
    }

    test("an array that wants no answer gets none, an empty and an overlong one an error", async () => {
      const sender = await connect(await scripted(new ScriptedServer(legacyScript())));
      await begin(sender, "2025-03-26");
      await sender.tell([initialized]);
      for (const array of [[], Array.from({ length: 101 }, (_, id) => call(id))]) {
        const refused = await sender.exchange(array);
        assert.match(JSON.stringify(refused), /-32600.*an array holds 1 to 100 messages/);
      }
      assert.deepEqual(outcomesOf(await sender.exchange([{ jsonrpc: "2.0", id: 1, method: "ping" }])), [
        [1, undefined],
      ]);
    });

    test("a call in an array can be cancelled, and is missing from the answer", async () => {
      const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
      const sender = await connect(await scripted(server));
      await begin(sender, "2025-03-26");
      const arrived = server.next("tools/call");
      const answered = sender.exchange([call(1), { jsonrpc: "2.0", id: 2, method: "nope" }]);
      await arrived;
      await sender.tell([{ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }]);
      assert.deepEqual(outcomesOf(await answered), [[2, -32601]]);
    });

    test("later revisions have no arrays, and without a session there are none", async () => {
      verifies("base.batch-removed");
      const front = await scripted(new ScriptedServer(legacyScript()));
      const ping = [{ jsonrpc: "2.0", id: 1, method: "ping" }];
      const later = await connect(front);
      await begin(later, "2025-06-18");
      assert.match(JSON.stringify(await later.exchange(ping)), /revision 2025-06-18 has no arrays of messages/);
      assert.match(JSON.stringify(await (await connect(front)).exchange(ping)), /session_required/);
    });
  });
}

test("a client over WebSocket that is held to so many messages is held to as many in arrays", async () => {
  const { url } = await scripted(new ScriptedServer(legacyScript()));
  const raw = await rawWebSocket(url.replace("http:", "ws:"));
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  raw.send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  await raw.answer(0);
  const array = JSON.stringify(Array.from({ length: 100 }, () => initialized));
  for (let sent = 0; sent < messageRate.burst * 2; sent += 100) raw.socket.send(array);
  assert.deepEqual(await raw.closed, [1008, "more than 6000 messages a minute"]);
});

const old = { protocolVersion: "2025-03-26", capabilities: { tools: {} }, serverInfo: { name: "old", version: "1" } };
const listed = { tools: [{ name: "echo", inputSchema: { type: "object" } }] };

async function callThrough(target: UpstreamTarget): Promise<{ readonly before: unknown; readonly content: unknown }> {
  const { url } = await rig.gateway([{ name: "up", target, ...upstreamDefaults }]);
  const params = { name: "up__echo", arguments: {}, _meta: { progressToken: "mine" } };
  const { before, answer } = await rawModern(url)("tools/call", params);
  return {
    before: before.map((message) => objectAt(message, "params")),
    content: objectAt(answer, "result")?.["content"],
  };
}

const expected = { before: [{ progressToken: "mine", progress: 1 }], content: [{ type: "text", text: "hi" }] };

/** What an upstream of 2025-03-26 may send for a call: progress, noise and the answer, as one array. */
function arrayFor(id: unknown, progressToken: unknown): string {
  return JSON.stringify([
    { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } },
    "noise",
    { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "hi" }] } },
  ]);
}

test("an upstream over a stream of frames may answer with an array", async () => {
  const server = new ScriptedServer({ ...legacyScript(), initialize: old, "tools/call": "silence" });
  server.answer("tools/call", (params, id) => {
    server.send(arrayFor(id, objectAt(params, "_meta")?.["progressToken"]));
    return "silence";
  });
  assert.deepEqual(await callThrough({ kind: "channel", open: server.open }), expected);
});

type Style = "a JSON body" | "an event";

function answerIn(style: Style, response: ServerResponse, json: string): void {
  const type = style === "an event" ? "text/event-stream" : "application/json";
  response.writeHead(200, { "content-type": type });
  response.end(style === "an event" ? `data: ${json}\n\n` : json);
}

for (const style of ["a JSON body", "an event"] as const satisfies readonly Style[]) {
  test(`an upstream over Streamable HTTP may answer with an array in ${style}`, async () => {
    const server = rig.use(
      await listenOnFreePort((request, response) => {
        void textOf(request).then((body) => {
          const message: unknown = body === "" ? {} : JSON.parse(body);
          const { id, method, params } = isJsonObject(message) ? message : {};
          const meta = objectAt(isJsonObject(params) ? params : {}, "_meta");
          const result = method === "initialize" ? old : method === "tools/list" ? listed : undefined;
          if (id === undefined) response.writeHead(request.method === "GET" ? 405 : 202).end();
          else if (method === "tools/call") answerIn(style, response, arrayFor(id, meta?.["progressToken"]));
          else if (result === undefined) {
            answerIn(style, response, JSON.stringify([{ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }]));
          } else answerIn(style, response, JSON.stringify([{ jsonrpc: "2.0", id, result }]));
        });
      }),
    );
    assert.deepEqual(await callThrough({ kind: "http", url: server.url, headers: {} }), expected);
  });
}
