import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { localPrincipal } from "../access/principal.ts";
import { everyRight } from "../access/rights.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { catalogKeyOf, memoryCatalogs } from "../upstream/catalog-store.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import { searchDefaults } from "./catalog-options.ts";
import { Gateway } from "./gateway.ts";
import type { ListKind } from "./presentation.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { standDeps } from "../../test/rig/upstream-stand.ts";

function optionsOf(name: string, server: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 };
}

function gatewayOf(upstreams: readonly UpstreamOptions[], catalogs = memoryCatalogs()) {
  const clock = new ManualClock();
  const dropped: string[] = [];
  const gateway = new Gateway({
    upstreams,
    deps: { ...standDeps(clock), catalogs },
    stateKey: Buffer.alloc(32, 7),
    results: {
      upstreamChanged: ({ name }) => dropped.push(name),
      policyChanged: (name) => dropped.push(`${name}'s policy`),
      heard: () => undefined,
    },
  });
  gateway.start();
  const told: ListKind[][] = [];
  gateway.view({ kind: "all" }, everyRight);
  gateway.subscribe({
    route: { kind: "all" },
    principal: localPrincipal,
    listsChanged: (kinds) => told.push([...kinds]),
    notification: () => undefined,
    stopping: () => undefined,
  });
  return { gateway, clock, told, dropped };
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

function toolsOf(gateway: Gateway): string[] {
  return gateway
    .view({ kind: "all" }, everyRight)
    .entries("tools")
    .map(({ exposed }) => exposed);
}

const call = {
  method: "tools/call",
  params: { name: "echo" },
  meta: undefined,
  progressToken: undefined,
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
} as const;

test("a first list waits for upstreams that are being connected, and for a hanging one two seconds at the most", async () => {
  const hanging = new ScriptedServer({ "server/discover": "silence", initialize: "silence" });
  const { gateway, clock } = gatewayOf([
    optionsOf("hanging", hanging),
    optionsOf("good", new ScriptedServer(legacyScript())),
  ]);
  let isSettled = false;
  void gateway.settled.then(() => (isSettled = true));
  await settle();
  assert.ok(!isSettled);
  clock.advance(2000);
  await gateway.settled;
  assert.deepEqual(toolsOf(gateway), ["good__echo"]);
  await gateway.close();
});

test("a first list does not wait for a hanging upstream whose catalog an earlier process kept", async () => {
  const hanging = new ScriptedServer({ "server/discover": "silence", initialize: "silence" });
  const options = optionsOf("hanging", hanging);
  const catalogs = memoryCatalogs();
  const tools = [{ name: "echo", inputSchema: { type: "object" } }];
  catalogs.keepOffer(catalogKeyOf(options), {
    serverInfo: undefined,
    capabilities: { tools: {} },
    instructions: undefined,
    definitions: { tools, prompts: [], resources: [], templates: [] },
  });
  const { gateway } = gatewayOf([options], catalogs);
  // The clock stands still: nothing that waits two seconds gets through.
  await gateway.listable;
  assert.deepEqual(toolsOf(gateway), ["hanging__echo"]);
  assert.equal(gateway.upstreams[0]?.state.kind, "starting");
  await gateway.close();
});

test("who listens is told which lists differ, and not told where nothing does", async () => {
  verifies("tools.list-changed");
  const server = new ScriptedServer(legacyScript());
  const { gateway, clock, told } = gatewayOf([optionsOf("a", server)]);
  await gateway.settled;
  assert.deepEqual(told, [["tools"]]);
  server.notify("notifications/tools/list_changed");
  await settle();
  assert.deepEqual(told, [["tools"]]);
  clock.advance(100);
  await settle();
  server.answer("tools/list", { tools: [{ name: "echo", description: "now with words" }] });
  server.notify("notifications/tools/list_changed");
  await settle();
  assert.deepEqual(told, [["tools"], ["tools"]]);
  await gateway.close();
});

test("a new configuration starts what is new, ends what is gone, and does not touch the rest", async () => {
  const [stays, goes, comes] = [legacyScript(), legacyScript(), legacyScript()].map(
    (script) => new ScriptedServer(script),
  );
  assert.ok(stays && goes && comes);
  const kept = optionsOf("stays", stays);
  const { gateway } = gatewayOf([kept, optionsOf("goes", goes)]);
  await gateway.settled;
  await gateway.reconfigure([kept, optionsOf("comes", comes)]);
  await settle();
  assert.deepEqual(toolsOf(gateway), ["comes__echo", "stays__echo"]);
  assert.deepEqual([stays.connections, goes.connections, comes.connections], [1, 1, 1]);
  assert.ok(!gateway.hasRoute({ kind: "upstream", name: "goes" }, everyRight));
  await gateway.close();
});

test("what is kept stays where a configuration says the same again, and goes where something else counts for it", async () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => optionsOf(name, new ScriptedServer(legacyScript())));
  assert.ok(a && b && c);
  const { gateway, dropped } = gatewayOf([a, b]);
  await gateway.settled;
  const [catalog, policies] = [{ profiles: [], search: searchDefaults }, { upstreams: { a: { validate: false } } }];
  await gateway.reconfigure([a, b], { ...catalog }, { ...policies });
  dropped.length = 0;
  await gateway.reconfigure([{ ...a }, { ...b }], { ...catalog }, { ...policies });
  await gateway.reconfigure([a, b]);
  assert.deepEqual(dropped, []);
  await gateway.reconfigure([a, b, c], { ...catalog }, { ...policies });
  assert.deepEqual([...new Set(dropped)], ["c"]);
  dropped.length = 0;
  await gateway.reconfigure(
    [a, b, c],
    { ...catalog },
    { callers: { caller: false }, upstreams: { a: { validate: true }, b: {} } },
  );
  await gateway.reconfigure([a, b, c], { ...catalog }, { upstreams: { a: { validate: true, cache: { ttl: 1 } } } });
  assert.deepEqual(dropped, ["a's policy", "a's policy"]);
  await gateway.close();
});

test("what replaces an upstream is tried before it takes its place, and calls under way at the old one finish", async () => {
  const before = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const after = new ScriptedServer({ ...legacyScript(), initialize: "silence" });
  const { gateway } = gatewayOf([optionsOf("x", before)]);
  await gateway.settled;
  const [old] = gateway.upstreams;
  assert.ok(old);
  const received = before.next("tools/call");
  const underWay = old.call(call, { signal: new AbortController().signal, onNotification: undefined });
  const { id } = await received;

  const initialized = after.next("initialize");
  const reconfigured = gateway.reconfigure([optionsOf("x", after)]);
  const { id: asked } = await initialized;
  assert.equal(gateway.upstreams[0], old);
  after.complete(asked ?? 0, {
    protocolVersion: "2025-11-25",
    capabilities: {},
    serverInfo: { name: "x", version: "2" },
  });
  await reconfigured;
  assert.notEqual(gateway.upstreams[0], old);
  assert.equal(old.state.kind, "ready");

  before.complete(id ?? 0, { content: [] });
  assert.equal((await underWay).answer.kind, "result");
  await settle();
  assert.equal(old.state.kind, "stopped");
  await gateway.close();
});

test("closing twice, and with an upstream that is still being retired, leaves nothing open", async () => {
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const { gateway, clock } = gatewayOf([optionsOf("x", server)]);
  await gateway.settled;
  const [old] = gateway.upstreams;
  const received = server.next("tools/call");
  const underWay = old?.call(call, { signal: new AbortController().signal, onNotification: undefined });
  await received;
  await gateway.reconfigure([]);
  await Promise.all([assert.rejects(async () => underWay), gateway.close(), gateway.close()]);
  assert.equal(old?.state.kind, "stopped");
  assert.equal(clock.pending, 0);
});

test("closing in the middle of a change of configuration ends what was being tried", async () => {
  const before = new ScriptedServer(legacyScript());
  const hanging = new ScriptedServer({ "server/discover": "silence", initialize: "silence" });
  const { gateway, clock } = gatewayOf([optionsOf("x", before)]);
  await gateway.settled;
  const reconfigured = gateway.reconfigure([optionsOf("x", hanging)]);
  await settle();
  await Promise.all([gateway.close(), reconfigured]);
  assert.ok(gateway.upstreams.every(({ state }) => state.kind === "stopped"));
  assert.equal(clock.pending, 0);
});
