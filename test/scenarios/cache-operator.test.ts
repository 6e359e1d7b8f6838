import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { ScriptedServer } from "../rig/scripted-server.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { runCommand } from "../rig/command-line.ts";
import { countingServer, reached } from "../rig/counting-server.ts";
import { type RawClient, rawModern } from "../rig/raw-client.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
const clock = new ManualClock();
let front: Front;
let client: RawClient;
let a: ScriptedServer;
let b: ScriptedServer;

function optionsOf(name: string, { open }: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open }, ...upstreamDefaults };
}

before(async () => {
  [a, b] = [countingServer("legacy"), countingServer("modern")];
  front = await rig.gateway([optionsOf("a", a), optionsOf("b", b)], {
    clock,
    policies: { upstreams: { a: { tools: { look: { cache: { tags: ["orders"] } } } } } },
    cache: {
      warm: {
        everyMs: 60_000,
        calls: [
          { upstream: "a", tool: "look", arguments: { warm: true } },
          { upstream: "a", tool: "write", arguments: {} },
          { upstream: "gone", tool: "look", arguments: {} },
        ],
      },
    },
  });
  client = rawModern(front.url);
});

async function ask(path: string, body?: object, headers = { "content-type": "application/json" }) {
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(new URL(path, front.server.origin), body === undefined ? {} : post);
  const read: unknown = await response.json();
  return { status: response.status, body: isJsonObject(read) ? read : {} };
}

async function look(upstream: "a" | "b", args = {}): Promise<void> {
  await client("tools/call", { name: `${upstream}__look`, arguments: args });
}

async function command(...args: readonly string[]) {
  return runCommand(["cache", ...args, "--url", front.server.origin], import.meta.dirname);
}

test("the configured calls are made when their server is ready, every so often and on demand, through the whole call path", async () => {
  await until(() => reached(a) === 1, "the call was made at the start");
  await client("tools/call", { name: "a__look", arguments: { warm: true } });
  assert.equal(reached(a), 1);
  clock.advance(60_000);
  await until(() => reached(a) === 2, "it was made again");
  const problem = "a/write: The results of write may not be kept, so that it is not called beforehand";
  const report = { warmed: 1, failed: 1, skipped: 1, problems: [problem] };
  const { status, body } = await ask("/api/cache/warm", {});
  assert.deepEqual([status, body], [200, report]);
  const shown = await command("warm");
  assert.equal(shown.stdout, "1 result fetched, 1 failed, 1 skipped as their server is not ready\n");
  assert.deepEqual([shown.status, shown.stderr], [1, `${problem}\n`]);
  assert.ok(a.received.every(({ params }) => params["name"] !== "write"));
  assert.deepEqual(JSON.parse((await command("warm", "--json")).stdout), report);
});

test("how the cache stands can be read over REST and on the command line", async () => {
  await ask("/api/cache/purge", {});
  await look("b");
  await look("b");
  const { body } = await ask("/api/cache");
  const { tools } = body;
  const counts = Array.isArray(tools) ? tools.find(({ upstream, tool }) => upstream === "b" && tool === "look") : {};
  assert.deepEqual([counts.hits, counts.misses, counts.stored, counts.entries, counts.invalidated], [1, 1, 1, 1, 0]);
  assert.ok(counts.bytes > 0 && counts.bytes < 5000);
  assert.deepEqual(JSON.parse((await command("stats", "--json")).stdout), body);
  const { stdout, status } = await command("stats");
  assert.equal(status, 0);
  assert.match(stdout, /^\d+ KiB of 64\.0 MiB in use\n\nTOOL +HITS +STALE +MISSES/);
  assert.match(stdout, /\nb\/look +1 +0 +1 +0 +1 +\d KiB +0 +0 +0\.0 s\n/);
});

test("an operator drops results by server, tool, tag, pattern, and all of them", async () => {
  const purges: readonly (readonly [object, number])[] = [
    [{ upstream: "a" }, 2],
    [{ upstream: "b", tool: "look" }, 1],
    [{ tag: "orders" }, 2],
    [{ tag: "orders", upstream: "b" }, 0],
    [{ pattern: "*/lo*" }, 3],
    [{ pattern: "b/*" }, 1],
    [{ user: "local" }, 0],
    [{}, 3],
  ];
  for (const [wish, expected] of purges) {
    await ask("/api/cache/purge", {});
    await Promise.all([look("a"), look("a", { x: 1 }), look("b")]);
    assert.deepEqual(
      await ask("/api/cache/purge", wish),
      { status: 200, body: { purged: expected } },
      JSON.stringify(wish),
    );
  }
  await Promise.all([look("a"), look("b")]);
  assert.equal((await command("purge", "--upstream", "a")).stdout, "1 result dropped\n");
  const calls = reached(b);
  await look("b");
  assert.equal(reached(b), calls);
  assert.deepEqual(JSON.parse((await command("purge", "--all", "--json")).stdout), { purged: 1 });
  await look("b");
  assert.equal(reached(b), calls + 1);
});

test("a purge that is not understood drops nothing and says what it takes", async () => {
  await look("b");
  const wrong: readonly (readonly [object, number, RegExp])[] = [
    [{ upstreams: "b" }, 400, /said by upstream, tool, tag, pattern, user, not by upstreams/],
    [{ upstream: 1 }, 400, /upstream must be a string/],
    [[], 400, /must be an object/],
  ];
  for (const [wish, status, message] of wrong) {
    const answer = await ask("/api/cache/purge", wish);
    assert.equal(answer.status, status);
    assert.match(JSON.stringify(answer.body), message);
  }
  assert.equal((await ask("/api/cache/purge", {}, { "content-type": "text/plain" })).status, 415);
  assert.equal((await ask("/api/cache/nothing")).status, 404);
  assert.equal((await ask("/api/cache", {})).status, 405);
  for (const args of [["purge"], ["purge", "--all", "--tool", "look"]]) {
    const { status, stderr } = await command(...args);
    assert.equal(status, 2);
    assert.match(stderr, /Say what to drop/);
  }
  const calls = reached(b);
  await look("b");
  assert.equal(reached(b), calls);
});

function said(ttl: number) {
  return { upstreams: { said: { cache: { ttl } } } };
}

test("what is kept by other terms than those that go now is dropped, also where it says what it is made from", async () => {
  const tool = { name: "look", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } };
  const server = countingServer("modern");
  server.answer("tools/list", { resultType: "complete", tools: [tool], ttlMs: 0, cacheScope: "public" });
  const answer = { content: [{ type: "text", text: "of a month" }], _meta: { "switchyard/uses": ["month"] } };
  server.answer("tools/call", { resultType: "complete", ...answer });
  const upstreams = [optionsOf("said", server)];
  const other = await rig.gateway(upstreams, { clock, policies: said(600_000) });
  const isKept = async (): Promise<boolean> => {
    const { answer: given } = await rawModern(other.url)("tools/call", { name: "said__look", arguments: {} });
    return JSON.stringify(given).includes('"state":"hit"');
  };
  await isKept();
  assert.equal(await isKept(), true);
  await other.switchyard.reconfigure(upstreams, undefined, { upstreams: { ...said(600_000).upstreams, more: {} } });
  assert.equal(await isKept(), true);
  await other.switchyard.reconfigure(upstreams, undefined, said(1000));
  assert.equal(await isKept(), false);
});
