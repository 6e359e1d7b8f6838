import assert from "node:assert/strict";
import { test } from "node:test";
import { startSwitchyard } from "../../src/gateway.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { verifies } from "../requirements/verifies.ts";

const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };

async function post(url: string, body: unknown, more: Record<string, string> = {}) {
  const response = await fetch(url, { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, session: response.headers.get("mcp-session-id") ?? "", text };
}

async function sessionIn(url: string, protocolVersion: string): Promise<Record<string, string>> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const { session } = await post(url, { jsonrpc: "2.0", id: 0, method: "initialize", params });
  return { "mcp-session-id": session };
}

function call(id: number): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name: "up__echo", arguments: { id } } };
}

test("an array of messages of 2025-03-26 is executed at once and answered as one array, in order", async () => {
  verifies("base.batch");
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  await using switchyard = startSwitchyard({
    upstreams: [
      { name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 5000 },
    ],
  });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const url = `${origin}/mcp`;
  const session = await sessionIn(url, "2025-03-26");
  const [first, second] = [server.next("tools/call"), server.next("tools/call")];
  const answered = post(
    url,
    [
      call(1),
      { jsonrpc: "2.0", method: "notifications/initialized" },
      call(2),
      { jsonrpc: "2.0", id: 3, method: "nope" },
      7,
    ],
    session,
  );
  await Promise.all([first, second]);
  const calls = server.received.filter(({ method }) => method === "tools/call");
  for (const { id } of calls.toReversed()) server.complete(id ?? 0, { content: [], of: id });
  const { status, text } = await answered;
  assert.equal(status, 200);
  const answers: { id?: number; result?: { of: number }; error?: { code: number } }[] = JSON.parse(text);
  assert.deepEqual(
    answers.map(({ id, result, error }) => [id, result?.of ?? error?.code]),
    [
      [1, calls[0]?.id],
      [2, calls[1]?.id],
      [3, -32601],
      [undefined, -32600],
    ],
  );
  assert.equal((await post(url, [{ jsonrpc: "2.0", method: "notifications/initialized" }], session)).status, 202);
  assert.equal((await post(url, [], session)).status, 400);
  assert.equal((await post(url, Array(101).fill(call(1)), session)).status, 400);
});

test("later revisions have no arrays", async () => {
  verifies("base.batch-removed");
  await using switchyard = startSwitchyard({ upstreams: [] });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const url = `${origin}/mcp`;
  const session = await sessionIn(url, "2025-06-18");
  const { status, text } = await post(url, [{ jsonrpc: "2.0", id: 1, method: "ping" }], session);
  assert.equal(status, 400);
  assert.match(text, /revision 2025-06-18 has no arrays of messages/);
});
