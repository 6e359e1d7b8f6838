import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { JsonObject } from "../core/json.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { type Script, ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import type { Upstream } from "./upstream.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { identity, upstreamStand } from "../../test/rig/upstream-stand.ts";

/** Connects to a server by this script, and tells how that ended. */
async function connected(script: Record<string, Script>) {
  const server = new ScriptedServer(script);
  const { clock, upstream } = upstreamStand(server);
  upstream.start();
  await upstream.settled;
  const methods = server.received.map(({ method }) => method);
  return { server, clock, upstream, methods, [Symbol.asyncDispose]: () => upstream.close() };
}

function problemOf({ state }: Upstream): string {
  return state.kind === "recovering" ? state.problem.message : state.kind;
}

for (const code of [-32601, -32602, -32600, -32700, -32000, -32603, 1]) {
  test(`a server that answers the probe with the error ${code} is a legacy one`, async () => {
    verifies("version.fallback-any-error");
    await using legacy = await connected({ ...legacyScript(), "server/discover": { error: { code, message: "no" } } });
    assert.equal(legacy.upstream.handshake?.codec.revision, "2025-11-25");
  });
}

function unsupported(supported: readonly string[]): JsonObject {
  return { error: { code: -32022, message: "Unsupported protocol version", data: { supported } } };
}

test("a server that refuses the probe's version and names a legacy one is initialized", async () => {
  verifies("version.retry");
  await using dual = await connected({
    ...legacyScript(),
    "server/discover": unsupported(["2099-01-01", "2025-06-18"]),
  });
  assert.equal(dual.upstream.state.kind, "ready");
  assert.ok(dual.methods.includes("initialize"));
});

test("a server that refuses the probe's version and names it as supported is asked once more", async () => {
  verifies("version.retry");
  let asked = 0;
  const discover: Script = () => {
    asked += 1;
    return asked === 1 ? unsupported(["2026-07-28"]) : { supportedVersions: ["2026-07-28"], capabilities: {} };
  };
  await using modern = await connected({ ...modernScript(), "server/discover": discover });
  assert.equal(modern.upstream.handshake?.codec.revision, "2026-07-28");
  assert.equal(asked, 2);
});

test("a modern server with no version in common is said to be so, and never initialized", async () => {
  verifies("version.none-in-common");
  for (const discover of [
    unsupported(["2099-01-01"]),
    { resultType: "complete", supportedVersions: ["2099-01-01"], capabilities: {} },
  ]) {
    await using other = await connected({ ...legacyScript(), "server/discover": discover });
    assert.match(problemOf(other.upstream), /No protocol revision in common: the upstream supports 2099-01-01/);
    assert.ok(!other.methods.includes("initialize"));
  }
});

test("the probe carries the newest revision, who we are, and what we can do", async () => {
  verifies("base.meta-client-info");
  await using modern = await connected(modernScript());
  const [probe] = modern.server.received;
  assert.deepEqual(probe?.params["_meta"], {
    [metaKeys.protocolVersion]: "2026-07-28",
    [metaKeys.clientInfo]: identity,
    [metaKeys.clientCapabilities]: {},
  });
});

test("initialize asks for the newest legacy revision, says who we are and what we pass on, and is followed by initialized", async () => {
  verifies(
    "lifecycle.client-initialize",
    "lifecycle.client-initialized",
    "elicitation.declared",
    "sampling.declared",
    "roots.declared",
  );
  await using legacy = await connected(legacyScript());
  const [, initialize, initialized] = legacy.server.received;
  assert.deepEqual(initialize?.params, {
    protocolVersion: "2025-11-25",
    capabilities: { roots: {}, sampling: { tools: {}, context: {} }, elicitation: { form: {}, url: {} } },
    clientInfo: identity,
  });
  assert.equal(initialized?.method, "notifications/initialized");
});

for (const revision of ["2024-11-05", "2025-03-26", "2025-06-18"]) {
  test(`a server that answers initialize with ${revision} is spoken to in that`, async () => {
    verifies("version.older-revisions");
    const initialize = { protocolVersion: revision, capabilities: { tools: {} } };
    await using older = await connected({ ...legacyScript(), initialize });
    assert.equal(older.upstream.handshake?.codec.revision, revision);
  });
}

test("a server that answers initialize with a revision that nobody knows is given up", async () => {
  verifies("lifecycle.client-unknown-version");
  await using odd = await connected({ ...legacyScript(), initialize: { protocolVersion: "1.0", capabilities: {} } });
  assert.match(problemOf(odd.upstream), /wants the unknown revision 1\.0/);
  assert.ok(!odd.methods.includes("notifications/initialized"));
});

test("initialize is never cancelled, also where its answer does not come", async () => {
  verifies("cancel.initialize");
  const server = new ScriptedServer({ ...legacyScript(), initialize: "silence" });
  const { clock, upstream } = upstreamStand(server);
  const asked = server.next("initialize");
  upstream.start();
  await asked;
  clock.advance(10_000);
  await upstream.settled;
  assert.equal(upstream.state.kind, "recovering");
  assert.ok(!server.received.some(({ method }) => method === "notifications/cancelled"));
  await upstream.close();
});

test("only lists that the server announces are asked for", async () => {
  verifies("lifecycle.negotiated-only");
  await using few = await connected(legacyScript());
  assert.deepEqual(
    few.methods.filter((method) => method.endsWith("/list")),
    ["tools/list"],
  );
});

test("a server without logging is not told a level", async () => {
  verifies("lifecycle.negotiated-only");
  for (const [capabilities, wanted] of [
    [{ tools: {} }, 0],
    [{ tools: {}, logging: {} }, 1],
  ] as const) {
    const initialize = { protocolVersion: "2025-11-25", capabilities };
    await using legacy = await connected({ ...legacyScript(), initialize });
    legacy.upstream.interests.wantLogs("debug");
    await turn();
    const told = legacy.server.received.filter(({ method }) => method === "logging/setLevel");
    assert.equal(told.length, wanted);
  }
});

for (const script of [legacyScript, modernScript]) {
  test(`pages are read with the server's own cursors, whatever they hold, until there is none (${script.name})`, async () => {
    verifies("pagination.opaque", "pagination.end");
    const cursors: unknown[] = [];
    const next = ["", " ?\u0000é", '{"a":1}', undefined];
    const list: Script = ({ cursor }) => {
      cursors.push(cursor);
      const nextCursor = next[cursors.length - 1];
      const tools = [{ name: `t${cursors.length}`, inputSchema: { type: "object" } }];
      return nextCursor === undefined ? { tools } : { tools, nextCursor };
    };
    await using paged = await connected({ ...script(), "tools/list": list });
    assert.deepEqual(cursors, [undefined, ...next.slice(0, -1)]);
    assert.equal(paged.upstream.definitions.tools.length, 4);
  });
}
