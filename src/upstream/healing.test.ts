import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "../core/manual-clock.ts";
import { GatewayError } from "../core/errors.ts";
import { EventLog } from "../events/event-log.ts";
import type { Call } from "../protocol/call.ts";
import { ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import { hookMethod } from "../protocol/hook.ts";
import { backoffDefaults } from "../policy/backoff.ts";
import { memoryCatalogs } from "./catalog-store.ts";
import type { Upstream } from "./upstream.ts";
import type { UpstreamOptions } from "./options.ts";
import { upstreamStand } from "../../test/rig/upstream-stand.ts";

function stand(server: ScriptedServer, options: Partial<UpstreamOptions> = {}, catalogs = memoryCatalogs()) {
  const clock = new ManualClock();
  const events = new EventLog(clock);
  const { upstream } = upstreamStand(server, { options, deps: { events, catalogs } }, clock);
  /** What happened since the last look: `state`, or the type of event; with the code of what was wrong. */
  let seq = 0;
  const happened = (): string[] => {
    const { events: news } = events.after(seq);
    seq = events.seq;
    return news.map((event) => {
      const what = event.type === "upstream.changed" ? event.state : event.type;
      return "code" in event && event.code !== undefined ? `${what}: ${event.code}` : what;
    });
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { clock, events, upstream, happened, pass };
}

const call: Call = {
  method: "tools/call",
  params: { name: "echo", arguments: {} },
  meta: undefined,
  progressToken: undefined,
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
};
const quiet = { signal: new AbortController().signal, onNotification: undefined };

/** As the breaker's stage does it. */
async function guarded(upstream: Upstream): Promise<unknown> {
  await upstream.reached(quiet.signal);
  const pass = upstream.guard.enter();
  try {
    const answer = await upstream.call(call, quiet);
    upstream.guard.succeeded(pass);
    return answer;
  } catch (thrown) {
    upstream.guard.failed(pass, thrown);
    throw thrown;
  }
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 30; turns += 1) await turn();
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "answered";
  } catch (thrown) {
    return thrown instanceof GatewayError ? thrown.code : String(thrown);
  }
}

/** A server whose calls come back as something that is no answer, until it is told otherwise. */
function failing(): ScriptedServer {
  const server = new ScriptedServer(legacyScript());
  server.answer("tools/call", (_params, id) => {
    server.send(JSON.stringify({ jsonrpc: "2.0", id, result: 7 }));
    return "silence";
  });
  return server;
}

test("an upstream that stays away is dialled no more often in 24 hours than its budget allows, at growing intervals", async () => {
  const server = new ScriptedServer({});
  const dialled: number[] = [];
  const { clock, upstream } = stand(server, {
    target: {
      kind: "channel",
      open: () => {
        dialled.push(clock.monotonic());
        throw new GatewayError("upstream_unavailable", "Nobody there");
      },
    },
  });
  upstream.start();
  await settle();
  const day = 86_400_000;
  while (clock.monotonic() < day) {
    assert.equal(upstream.state.kind, "recovering");
    clock.advance(upstream.state.kind === "recovering" ? Math.max(1, upstream.state.nextTryAt - clock.now()) : 1);
    await settle();
  }
  const within = dialled.filter((at) => at < day).length;
  assert.ok(within <= backoffDefaults.attemptsPerDay, `${within} attempts`);
  assert.ok(within > 200, `it is not forgotten either: ${within} attempts`);
  assert.deepEqual(dialled.slice(0, 4), [0, 500, 1500, 3500]);
  await upstream.close();
  assert.equal(clock.pending, 0);
});

test("calls all day long bring tries forward, and an upstream that stays away is dialled no more often than its budget allows", async () => {
  const server = new ScriptedServer({});
  const dialled: number[] = [];
  const { clock, upstream, pass } = stand(server, {
    target: {
      kind: "channel",
      open: () => {
        dialled.push(clock.monotonic());
        throw new GatewayError("upstream_unavailable", "Nobody there");
      },
    },
  });
  upstream.start();
  await settle();
  const day = 86_400_000;
  const codes = new Set<string>();
  while (clock.monotonic() < day) {
    const called = codeOf(upstream.call(call, quiet));
    await pass(30_000);
    codes.add(await called);
  }
  assert.deepEqual([...codes], ["upstream_unavailable"], "every caller is told, none waits for long");
  const within = dialled.filter((at) => at < day);
  assert.equal(
    within.length,
    backoffDefaults.attemptsPerDay,
    "wanted far more often, it is dialled as often as it may be",
  );
  const soon = within.slice(10, 20).map((at, index) => at - (within[index + 9] ?? 0));
  assert.ok(
    soon.every((between) => between <= 60_000),
    `calls bring tries forward: ${soon.join(", ")} ms between them`,
  );
  for (const [index, at] of dialled.entries()) {
    const before = dialled[index - backoffDefaults.attemptsPerDay];
    assert.ok(before === undefined || at - before >= day, "no 24 hours have more");
  }
  await upstream.close();
  assert.equal(clock.pending, 0);
});

test("an upstream that comes up and goes down again all day stays within its budget too", async () => {
  const server = new ScriptedServer(legacyScript());
  let dialled = 0;
  const { clock, upstream } = stand(server, {
    target: {
      kind: "channel",
      open: () => {
        dialled += 1;
        return server.open();
      },
    },
    health: { intervalMs: 0 },
  });
  upstream.start();
  await settle();
  while (clock.monotonic() < 86_400_000) {
    // Long enough up for earlier failures to be forgotten.
    if (upstream.state.kind === "ready") {
      clock.advance(31_000);
      await server.leave();
    } else if (upstream.state.kind === "recovering") clock.advance(Math.max(1, upstream.state.nextTryAt - clock.now()));
    await settle();
  }
  assert.ok(dialled <= backoffDefaults.attemptsPerDay + 1, `${dialled} attempts`);
  await upstream.close();
});

test("calls that fail five times in a row open the breaker; the state says so, and callers are told when to come back", async () => {
  const server = failing();
  const { upstream, happened, pass } = stand(server, { health: { intervalMs: 0 } });
  upstream.start();
  await settle();
  assert.deepEqual(happened(), ["ready"]);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(await codeOf(guarded(upstream)), "upstream_protocol_error");
  }
  assert.deepEqual(happened(), ["breaker.opened", "degraded: breaker_open"]);
  await pass(20_000);
  const refused = await guarded(upstream).catch((thrown: unknown) => thrown);
  assert.ok(refused instanceof GatewayError && refused.data?.["retryAfterMs"] === 40_000);
  server.answer("tools/call", { content: [] });
  await pass(40_000);
  for (let count = 0; count < 3; count += 1) assert.equal(await codeOf(guarded(upstream)), "answered");
  assert.deepEqual(happened(), ["breaker.half_opened", "breaker.closed", "ready"]);
  await upstream.close();
});

test("three half-open cycles that fail disable the upstream with a reason, until somebody enables it", async () => {
  const server = failing();
  const { upstream, happened, pass } = stand(server, { health: { intervalMs: 0 } });
  upstream.start();
  await settle();
  for (let count = 0; count < 5; count += 1) await codeOf(guarded(upstream));
  for (let cycle = 0; cycle < 3; cycle += 1) {
    await pass(60_000);
    await codeOf(guarded(upstream));
  }
  assert.deepEqual(happened().slice(-3), ["breaker.half_opened", "breaker.opened", "disabled: breaker_open"]);
  assert.equal(await codeOf(guarded(upstream)), "upstream_disabled");
  assert.equal(upstream.definitions.tools.length, 1, "its tools stay listed");
  await pass(86_400_000);
  assert.deepEqual(happened(), []);
  server.answer("tools/call", { content: [] });
  upstream.enable();
  await settle();
  assert.equal(await codeOf(guarded(upstream)), "answered");
  assert.deepEqual(happened(), ["breaker.closed", "starting", "ready"]);
  await upstream.close();
});

test("the caller's mistakes never open the breaker", async () => {
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": { error: { code: -32602, message: "bad" } } });
  const { upstream, happened } = stand(server);
  upstream.start();
  await settle();
  for (let count = 0; count < 20; count += 1) await codeOf(guarded(upstream));
  const controller = new AbortController();
  server.answer("tools/call", "silence");
  for (let count = 0; count < 20; count += 1) {
    const left = codeOf(upstream.call(call, { ...quiet, signal: controller.signal }));
    controller.abort(new GatewayError("cancelled", "The caller left"));
    assert.equal(await left, "cancelled");
  }
  assert.deepEqual(happened(), ["ready"]);
  await upstream.close();
});

test("one that is connected and answers no health check is degraded, then connected anew", async () => {
  const server = new ScriptedServer(legacyScript());
  const { upstream, happened, pass } = stand(server);
  upstream.start();
  await settle();
  server.answer("ping", "silence");
  await pass(30_000);
  await pass(10_000);
  assert.deepEqual(happened(), ["ready", "degraded: upstream_unresponsive"]);
  for (let count = 0; count < 2; count += 1) {
    await pass(5000);
    await pass(10_000);
  }
  await pass(500);
  assert.deepEqual(happened(), ["recovering: upstream_unresponsive", "starting: upstream_unresponsive", "ready"]);
  await upstream.close();
});

test("one that is connected but offers nothing is not well, until it has something", async () => {
  const server = new ScriptedServer({ ...legacyScript(), "tools/list": { tools: [] } });
  const { upstream, happened, pass } = stand(server);
  upstream.start();
  await settle();
  assert.deepEqual(happened(), ["ready", "degraded: upstream_empty"]);
  server.answer("tools/list", { tools: [{ name: "echo", inputSchema: { type: "object" } }] });
  // It is looked at again with every health check.
  await pass(30_000);
  assert.deepEqual(happened(), ["definition.added", "ready"]);
  await upstream.close();
});

test("an operator isolates and releases, disables and enables, restarts, and tries at once", async () => {
  const server = new ScriptedServer(legacyScript());
  const { upstream, happened } = stand(server);
  upstream.start();
  await settle();
  happened();
  upstream.isolate();
  assert.equal(await codeOf(guarded(upstream)), "upstream_isolated");
  upstream.release();
  assert.equal(await codeOf(guarded(upstream)), "answered");
  assert.deepEqual(happened(), ["breaker.isolated", "quarantined", "breaker.closed", "ready"]);
  upstream.disable();
  await settle();
  assert.equal(await codeOf(guarded(upstream)), "upstream_disabled");
  assert.deepEqual(upstream.definitions.tools, [], "what a person switched off is not listed");
  upstream.enable();
  await settle();
  assert.deepEqual(happened(), ["disabled", "starting", "ready"]);
  upstream.restart();
  await settle();
  assert.deepEqual(happened().slice(-1), ["ready"]);
  await upstream.close();
});

test("an operator need not wait for the next try", async () => {
  let isUp = false;
  const server = new ScriptedServer(legacyScript());
  const { upstream, happened } = stand(server, {
    target: {
      kind: "channel",
      open: () => {
        if (!isUp) throw new GatewayError("upstream_unavailable", "Nobody there");
        return server.open();
      },
    },
  });
  upstream.start();
  await settle();
  isUp = true;
  upstream.tryNow();
  await settle();
  assert.deepEqual(happened(), ["recovering: upstream_unavailable", "starting: upstream_unavailable", "ready"]);
  await upstream.close();
});

test("a call brings the next try forward where the last one was half a minute ago, and waits for it", async () => {
  let isUp = false;
  let dialled = 0;
  const server = new ScriptedServer(legacyScript());
  const { clock, upstream, pass } = stand(server, {
    target: {
      kind: "channel",
      open: () => {
        dialled += 1;
        if (!isUp) throw new GatewayError("upstream_unavailable", "Nobody there");
        return server.open();
      },
    },
  });
  upstream.start();
  await settle();
  while (upstream.state.kind === "recovering" && upstream.state.nextTryAt - clock.now() < 60_000) {
    await pass(upstream.state.nextTryAt - clock.now());
  }
  const before = dialled;
  await pass(29_999);
  assert.equal(await codeOf(guarded(upstream)), "upstream_unavailable");
  assert.equal(dialled, before);
  isUp = true;
  await pass(1);
  assert.equal(await codeOf(guarded(upstream)), "answered");
  assert.equal(dialled, before + 1);
  await upstream.close();
});

test("a lazy upstream whose lists are known is started by its first call, and stopped when it has been idle", async () => {
  const server = new ScriptedServer(legacyScript());
  const catalogs = memoryCatalogs();
  const first = stand(server, { isLazy: true, idleMs: 60_000 }, catalogs);
  first.upstream.start();
  await settle();
  assert.deepEqual(first.happened(), ["starting", "ready"], "nobody knows its lists yet");
  await first.upstream.close();
  const second = stand(server, { isLazy: true, idleMs: 60_000 }, catalogs);
  second.upstream.start();
  await settle();
  assert.deepEqual(second.happened(), []);
  assert.equal(second.upstream.definitions.tools.length, 1);
  assert.equal(await codeOf(guarded(second.upstream)), "answered");
  await second.pass(59_999);
  assert.deepEqual(second.happened(), ["starting", "ready"]);
  await second.pass(1);
  assert.deepEqual(second.happened(), ["stopped"]);
  assert.equal(await codeOf(guarded(second.upstream)), "answered");
  await second.upstream.close();
});

test("what was posted and taken counts for idleness as a call does, and what was refused does not", async () => {
  const server = new ScriptedServer({ ...modernScript(), [hookMethod]: { resultType: "complete", verdict: "taken" } });
  const { upstream, pass } = stand(server, { idleMs: 60_000 });
  upstream.start();
  await settle();
  await pass(50_000);
  assert.equal(await upstream.hand({ headers: {}, body: "" }, quiet.signal), "taken");
  await pass(59_999);
  assert.notEqual(upstream.state.kind, "stopped");
  server.answer(hookMethod, { resultType: "complete", verdict: "refused" });
  assert.equal(await upstream.hand({ headers: {}, body: "" }, quiet.signal), "refused");
  await pass(1);
  assert.equal(upstream.state.kind, "stopped");
  await upstream.close();
});
