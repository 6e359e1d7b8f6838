import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { readFrame } from "../../src/protocol/frame.ts";
import { memoryPair } from "../../src/transport/memory.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { fileRig } from "../rig/rig.ts";
import { legacyScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();

const pauseMs = 300;

/** A legacy server whose stream of a call breaks after its first event, and gives the rest to whoever comes back for it. */
class Breaking {
  readonly calls: JsonObject[] = [];
  readonly resumed: IncomingMessage[] = [];

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "GET") {
      if (request.headers["last-event-id"] === undefined) response.writeHead(405).end();
      else this.#resume(request, response);
      return;
    }
    const message: unknown = JSON.parse((await text(request)) || "{}");
    assert.ok(isJsonObject(message));
    if (message["method"] === "tools/call") this.#begin(message, response);
    else answer(message, response);
  }

  #begin(message: JsonObject, response: ServerResponse): void {
    this.calls.push(message);
    const { progressToken } = objectAt(objectAt(message, "params") ?? {}, "_meta") ?? {};
    const progress = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } };
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`id: c-1\nretry: ${pauseMs}\ndata: ${JSON.stringify(progress)}\n\n`, () => {
      response.destroy();
    });
  }

  #resume(request: IncomingMessage, response: ServerResponse): void {
    this.resumed.push(request);
    const result = {
      jsonrpc: "2.0",
      id: this.calls[0]?.["id"],
      result: { content: [{ type: "text", text: "whole" }] },
    };
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`id: c-2\ndata: ${JSON.stringify(result)}\n\n`);
  }
}

function answer({ id, method }: JsonObject, response: ServerResponse): void {
  const result = legacyScript()[String(method)];
  if (id === undefined) response.writeHead(202).end();
  else if (result === undefined) response.writeHead(404).end();
  else {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  }
}

test("a stream that breaks before the answer is taken up where it was, after the pause that the server wishes for", async () => {
  verifies("session.resume-client", "session.retry");
  const server = new Breaking();
  const listening = rig.use(
    await listenOnFreePort((request, response) => {
      void server.serve(request, response);
    }),
  );
  const clock = new ManualClock();
  const switchyard = rig.use(
    startSwitchyard({
      clock,
      upstreams: [
        {
          name: "up",
          target: { kind: "http", url: listening.url, headers: {}, oauth: false },
          timeoutMs: 60_000,
          startTimeoutMs: 60_000,
        },
      ],
    }),
  );
  await switchyard.tried;
  const [client, theirs] = memoryPair();
  void switchyard.serve(theirs);
  const received: unknown[] = [];
  client.start({
    frame: (frame) => {
      const message = readFrame(frame);
      received.push(message.kind === "result" ? message.result.value : message.kind);
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  client.send(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }));
  await until(() => received.length === 1, "the session has begun");
  const timers = clock.pending;
  const wanted = { name: "up__echo", arguments: {}, _meta: { progressToken: "p" } };
  client.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: wanted }));
  // Two timers are the call's own, its end and its next sign of life; the third is the pause.
  await until(() => received.length === 2 && clock.pending >= timers + 3, "the stream has broken");
  clock.advance(pauseMs - 1);
  assert.deepEqual(server.resumed, []);
  clock.advance(1);
  await until(() => received.length === 3, "the answer has come");
  assert.deepEqual(received.slice(1), ["notification", { content: [{ type: "text", text: "whole" }] }]);
  assert.deepEqual(
    server.resumed.map(({ headers }) => headers["last-event-id"]),
    ["c-1"],
  );
  assert.equal(server.calls.length, 1);
});
