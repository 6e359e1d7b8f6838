import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "../core/errors.ts";
import type { Call, Notification } from "../protocol/call.ts";
import { ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { upstreamStand } from "../../test/rig/upstream-stand.ts";

function rig(server: ScriptedServer) {
  const states: string[] = [];
  const changes: number[] = [];
  const notifications: Notification[] = [];
  const { clock, upstream } = upstreamStand(server, {
    receiver: {
      stateChanged: ({ state }) => states.push(state.kind),
      definitionsChanged: ({ definitions }) => changes.push(definitions.tools.length),
      notification: (_upstream, notification) => notifications.push(notification),
    },
  });
  return { clock, upstream, states, changes, notifications };
}

function callOf(params: Partial<Call> = {}): Call {
  return {
    method: "tools/call",
    params: { name: "echo", arguments: {} },
    meta: undefined,
    progressToken: undefined,
    logLevel: undefined,
    caller: { info: undefined, capabilities: {} },
    ...params,
  };
}

const never = new AbortController().signal;
const quiet = { signal: never, onNotification: undefined };

/** Lets everything that is on its way inside this process arrive. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

test("a legacy server is probed, initialized, listed, and then called", async () => {
  verifies("version.probe", "lifecycle.client-initialized");
  const server = new ScriptedServer(legacyScript());
  const { upstream, states } = rig(server);
  upstream.start();
  await upstream.settled;
  assert.deepEqual(
    server.received.map(({ method }) => method),
    ["server/discover", "initialize", "notifications/initialized", "tools/list"],
  );
  assert.equal(upstream.handshake?.codec.revision, "2025-11-25");
  const { answer } = await upstream.call(callOf(), quiet);
  assert.deepEqual(answer.kind === "result" && answer.result.value, { content: [{ type: "text", text: "hi" }] });
  await upstream.close();
  assert.deepEqual(states, ["ready", "stopped"]);
});

test("a modern server is discovered, never initialized, and asked to tell of changes", async () => {
  verifies("version.probe");
  const server = new ScriptedServer(modernScript());
  const { upstream } = rig(server);
  upstream.start();
  await upstream.settled;
  await settle();
  assert.deepEqual(
    server.received.map(({ method }) => method),
    ["server/discover", "tools/list", "subscriptions/listen"],
  );
  const listen = server.received.at(-1);
  assert.deepEqual(listen?.params["notifications"], { toolsListChanged: true });
  await upstream.close();
});

test("a server that is silent on the probe is initialized beside it, and one that was only slow stays modern", async () => {
  verifies("version.fallback-silence");
  const silent = new ScriptedServer({ ...legacyScript(), "server/discover": "silence" });
  const first = rig(silent);
  first.upstream.start();
  await silent.next("server/discover");
  first.clock.advance(2000);
  await first.upstream.settled;
  assert.equal(first.upstream.handshake?.codec.era, "legacy");
  await first.upstream.close();

  const slow = new ScriptedServer({ ...modernScript(), "server/discover": "silence" });
  const second = rig(slow);
  second.upstream.start();
  const probe = await slow.next("server/discover");
  const initialized = slow.next("initialize");
  second.clock.advance(2000);
  await initialized;
  slow.complete(probe.id ?? 0, { supportedVersions: ["2026-07-28"], capabilities: {} });
  await second.upstream.settled;
  assert.equal(second.upstream.handshake?.codec.era, "modern");
  await second.upstream.close();
});

test("a server that never answers is given up after its start timeout, and says so", async () => {
  verifies("lifecycle.timeouts");
  const server = new ScriptedServer({ ...legacyScript(), initialize: "silence" });
  const { upstream, clock } = rig(server);
  upstream.start();
  await server.next("initialize");
  clock.advance(10_000);
  await upstream.settled;
  const { state } = upstream;
  assert.equal(state.kind, "recovering");
  assert.equal(state.kind === "recovering" && state.problem.code, "deadline_exceeded");
  await assert.rejects(
    upstream.call(callOf(), { ...quiet, signal: AbortSignal.abort(new GatewayError("cancelled", "x")) }),
  );
  await upstream.close();
});

test("a connection that ends is made again, and a call that comes meanwhile waits for it", async () => {
  const server = new ScriptedServer(legacyScript());
  const { upstream, clock, states } = rig(server);
  upstream.start();
  await upstream.settled;
  await server.leave();
  await settle();
  assert.equal(upstream.state.kind, "recovering");
  const waiting = upstream.call(callOf(), quiet);
  clock.advance(500);
  const { answer } = await waiting;
  assert.equal(answer.kind, "result");
  assert.equal(server.connections, 2);
  assert.deepEqual(states, ["ready", "recovering", "starting", "ready"]);
  await upstream.close();
});

test("a call under way when the connection ends fails with an unknown outcome and is not sent again", async () => {
  verifies("stdio.restart-stateless");
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const { upstream } = rig(server);
  upstream.start();
  await upstream.settled;
  const received = server.next("tools/call");
  const call = upstream.call(callOf(), quiet);
  await received;
  await Promise.all([
    assert.rejects(call, (error) => error instanceof GatewayError && error.code === "upstream_disconnected"),
    server.leave(),
  ]);
  assert.equal(server.received.filter(({ method }) => method === "tools/call").length, 1);
  await upstream.close();
});

test("while an upstream is down for longer, calls fail at once and say why and until when", async () => {
  const server = new ScriptedServer({ initialize: { error: { code: -1, message: "not today" } } });
  const { upstream, clock } = rig(server);
  upstream.start();
  await upstream.settled;
  for (const delay of [500, 1000, 2000]) {
    clock.advance(delay);
    await settle();
  }
  await assert.rejects(upstream.call(callOf(), quiet), (error) => {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, "upstream_unavailable");
    assert.match(error.message, /"up" is down: The upstream refused initialize: not today/);
    assert.equal(error.data?.["retryAfterMs"], 4000);
    return true;
  });
  await upstream.close();
});

test("a cancelled call is told to the upstream under the id it knows", async () => {
  verifies("stdio.cancel-sent", "cancel.references");
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const { upstream } = rig(server);
  upstream.start();
  await upstream.settled;
  const received = server.next("tools/call");
  const controller = new AbortController();
  const call = upstream.call(callOf(), { signal: controller.signal, onNotification: undefined });
  const { id } = await received;
  const cancelled = server.next("notifications/cancelled");
  controller.abort(new GatewayError("cancelled", "enough"));
  await assert.rejects(call, (error) => error instanceof GatewayError && error.code === "cancelled");
  assert.deepEqual((await cancelled).params, { requestId: id, reason: "enough" });
  await upstream.close();
});

test("progress comes back under the caller's token, and only while its call is under way", async () => {
  verifies("stdio.one-channel", "progress.active-only");
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const { upstream, notifications } = rig(server);
  upstream.start();
  await upstream.settled;
  const received = server.next("tools/call");
  const told: Notification[] = [];
  const call = upstream.call(callOf({ progressToken: "mine" }), {
    signal: never,
    onNotification: (notification) => told.push(notification),
  });
  const { id, params } = await received;
  const token = (params["_meta"] ?? {}) as { progressToken?: unknown };
  assert.equal(token.progressToken, id);
  server.notify("notifications/progress", { progressToken: id, progress: 1, total: 2, extra: "kept" });
  server.complete(id ?? 0, { content: [] });
  await call;
  server.notify("notifications/progress", { progressToken: id, progress: 2 });
  await settle();
  assert.deepEqual(told, [
    { method: "notifications/progress", params: { progressToken: "mine", progress: 1, total: 2, extra: "kept" } },
  ]);
  assert.deepEqual(notifications, []);
  await upstream.close();
});

test("a changed list is read again, once for a burst of announcements and once more for what came meanwhile", async () => {
  verifies("tools.list-changed-client");
  const server = new ScriptedServer(legacyScript());
  const { upstream, clock, changes } = rig(server);
  upstream.start();
  await upstream.settled;
  server.answer("tools/list", { tools: [{ name: "echo" }, { name: "more" }] });
  for (let burst = 0; burst < 50; burst += 1) server.notify("notifications/tools/list_changed");
  await settle();
  assert.deepEqual(changes, [1, 2]);
  clock.advance(100);
  await settle();
  assert.deepEqual(changes, [1, 2, 2]);
  clock.advance(1000);
  await settle();
  assert.equal(changes.length, 3);
  await upstream.close();
});

test("garbage on the line, entries without a name and endless pages are survived and shown", async () => {
  verifies("pagination.end");
  const server = new ScriptedServer({
    ...legacyScript(),
    "tools/list": { tools: [{ name: "echo" }, { title: "nameless" }, { name: "echo" }], nextCursor: "again" },
  });
  const { upstream } = rig(server);
  upstream.start();
  await upstream.settled;
  server.send("Listening on port 3000!");
  await settle();
  assert.equal(upstream.definitions.tools.length, 1);
  assert.deepEqual(
    upstream.record.oddities.map(({ kind, latest }) => [kind, latest]),
    [
      ["omission", 'tools/list gave the cursor "again" twice; reading stopped there'],
      ["noise", "Listening on port 3000!"],
    ],
  );
  await upstream.close();
});

test("closing twice, and while being connected, leaves no timer behind", async () => {
  const server = new ScriptedServer({ ...legacyScript(), initialize: "silence" });
  const { upstream, clock } = rig(server);
  upstream.start();
  await server.next("initialize");
  await Promise.all([upstream.close(), upstream.close()]);
  assert.equal(upstream.state.kind, "stopped");
  assert.equal(clock.pending, 0);
});

test("a ping from the upstream is answered and any other request refused", async () => {
  verifies("ping.answered-upstream", "client.unsupported");
  const server = new ScriptedServer(legacyScript());
  const { upstream } = rig(server);
  upstream.start();
  await upstream.settled;
  server.send('{"jsonrpc":"2.0","id":"p","method":"ping"}');
  server.send('{"jsonrpc":"2.0","id":"r","method":"roots/list"}');
  await settle();
  assert.equal(upstream.state.kind, "ready");
  await upstream.close();
});

test("a server that ends on the probe is spared it on the next try", async () => {
  const server: ScriptedServer = new ScriptedServer({
    ...legacyScript(),
    "server/discover": () => {
      void server.leave();
      return "silence";
    },
  });
  const { upstream, clock } = rig(server);
  upstream.start();
  await upstream.settled;
  assert.equal(upstream.state.kind, "recovering");
  clock.advance(500);
  await settle();
  assert.equal(upstream.state.kind, "ready");
  assert.deepEqual(
    server.received.map(({ method }) => method),
    ["server/discover", "initialize", "notifications/initialized", "tools/list"],
  );
  await upstream.close();
});

test("a modern server that asks all the same is not answered, as it must not be; a legacy one is", async () => {
  for (const [script, isAnswered] of [
    [legacyScript, true],
    [modernScript, false],
  ] as const) {
    const server = new ScriptedServer(script());
    const { upstream } = rig(server);
    upstream.start();
    await upstream.settled;
    server.send('{"jsonrpc":"2.0","id":"p","method":"ping"}');
    await upstream.call(callOf(), quiet);
    await settle();
    assert.equal(server.answers.has("p") || server.errors.has("p"), isAnswered);
    assert.equal(upstream.record.oddities.length, isAnswered ? 0 : 1);
    await upstream.close();
  }
});
