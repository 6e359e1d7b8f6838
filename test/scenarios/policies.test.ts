import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfig } from "../../src/config/parse.ts";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { type RawAnswer, type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();

function serverWith(answer: string): ScriptedServer {
  return new ScriptedServer({
    ...legacyScript(),
    "tools/list": {
      tools: [
        { name: "read", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
        { name: "write", inputSchema: { type: "object", required: ["path"] } },
      ],
    },
    "tools/call": { content: [{ type: "text", text: answer }] },
  });
}

function at(name: string, server: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open: server.open }, timeoutMs: 5000, startTimeoutMs: 5000 };
}

/** What a configuration file says of calls. */
function policiesOf(servers: JsonObject, more: JsonObject = {}): ReturnType<typeof parseConfig>["policies"] {
  const entries = Object.entries(servers).map(([name, policies]) => [name, { command: "x", ...Object(policies) }]);
  const text = JSON.stringify({ mcpServers: Object.fromEntries(entries), ...more });
  return parseConfig(text, "switchyard.json", {}, "/").policies;
}

function resultOf({ answer }: RawAnswer): JsonObject {
  return objectAt(answer, "result") ?? {};
}

/** Calls `write` under a key. */
function keyed(client: RawClient, key: string): Promise<RawAnswer> {
  const meta = { "switchyard/idempotencyKey": key };
  return client("tools/call", { name: "files__write", arguments: { path: "/a" }, _meta: meta });
}

test("policies of a configuration file go for callers of both eras, and change while the gateway runs", async () => {
  const server = serverWith("hi");
  const upstreams = [at("files", server)];
  const { url, switchyard } = await rig.gateway(upstreams);
  const legacy = await rawLegacy(url);
  for (const client of [legacy, rawModern(url)]) {
    const refused = await client("tools/call", { name: "files__write", arguments: {} });
    assert.match(
      JSON.stringify(refused.answer),
      /The arguments for \\"write\\" are wrong: arguments must have \\"path\\"/,
    );
    assert.equal(resultOf(refused)["isError"], true);
  }
  const policies = policiesOf(
    { files: { tools: { "w*": { validate: false, rateLimit: { perMinute: 1 } } } } },
    { rateLimit: { session: { perMinute: 2 } } },
  );
  await switchyard.reconfigure(upstreams, undefined, policies);
  const texts = [];
  for (const name of ["files__write", "files__write", "files__read", "files__read"]) {
    texts.push(JSON.stringify((await legacy("tools/call", { name, arguments: {} })).answer));
  }
  assert.match(texts[0] ?? "", /hi/);
  assert.match(texts[1] ?? "", /rate_limited.*retryAfterMs/);
  assert.match(texts[2] ?? "", /hi/);
  assert.match(texts[3] ?? "", /Calls in one session may be 2 a minute/);
  assert.ok("tools" in resultOf(await legacy("tools/list", {})), "a list is no call");
  assert.equal(server.connections, 1, "nothing was connected anew");
});

test("a call whose server goes away is made again or answered by another, as the file says", async () => {
  const server = serverWith("first");
  const backup = serverWith("from the backup");
  const policies = policiesOf({
    files: { retry: { firstMs: 1 }, fallback: { tool: "backup/read" } },
    backup: {},
  });
  const { url } = await rig.gateway([at("files", server), at("backup", backup)], { policies });
  const client = rawModern(url);
  let breaks = 1;
  server.answer("tools/call", () => {
    if (breaks === 0) return { content: [{ type: "text", text: "second try" }] };
    breaks -= 1;
    void server.leave();
    return "silence";
  });
  const again = resultOf(await client("tools/call", { name: "files__read", arguments: {} }));
  assert.match(JSON.stringify(again), /second try/);
  await until(() => server.connections === 2, "it is connected again");
  breaks = 1;
  const instead = resultOf(await client("tools/call", { name: "files__write", arguments: { path: "/a" } }));
  assert.match(JSON.stringify(instead["content"]), /from the backup/);
  assert.deepEqual(objectAt(instead, "_meta")?.["switchyard/fallback"], {
    for: "files/write",
    from: "backup/read",
    code: "upstream_disconnected",
  });
});

test("a call with a key is answered as the first time after a restart, and one that a kill cut short is not made again", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-keys-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const server = serverWith("first");
  const calls = (): number => server.received.filter(({ method }) => method === "tools/call").length;
  const before = await rig.gateway([at("files", server)], { dataDir });
  assert.match(JSON.stringify((await keyed(rawModern(before.url), "k1")).answer), /first/);
  server.answer("tools/call", "silence");
  const lost = keyed(rawModern(before.url), "k2");
  await until(() => calls() === 2, "the second call is under way");
  await before.switchyard.close();
  await lost.catch(() => undefined);
  server.answer("tools/call", { content: [{ type: "text", text: "another" }] });
  const { url } = await rig.gateway([at("files", server)], { dataDir });
  const client = rawModern(url);
  assert.match(JSON.stringify((await keyed(client, "k1")).answer), /first/);
  assert.match(JSON.stringify((await keyed(client, "k2")).answer), /"code":"outcome_unknown"/);
  assert.match(JSON.stringify((await keyed(client, "k3")).answer), /another/);
  assert.equal(calls(), 3);
});
