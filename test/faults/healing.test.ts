import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { Event } from "../../src/events/fact.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";

const rig = fileRig();
const skip = existsSync("/proc/self/stat") ? false : "signals that stop a process are POSIX only";

/** What happened to `bad`, in order: its states and its breaker, with the code of what was wrong. */
function storyOf({ switchyard }: Front): string[] {
  const { events } = switchyard.events.after(0);
  return events.flatMap((event: Event) => {
    if (event.upstream !== "bad") return [];
    if (event.type !== "upstream.changed") return [event.type];
    return [event.code === undefined ? event.state : `${event.state}: ${event.code}`];
  });
}

async function pidOf(front: Front): Promise<number> {
  return Number(textOf(await call(front.url, "bad__pid")));
}

test("a server that is killed between two calls is there again for the next one", { skip }, async () => {
  const front = await openFront(rig, [fixture("bad", "misbehaves", {}, "/dev/null"), healthy]);
  await front.reaches("bad", "ready");
  const first = await pidOf(front);
  process.kill(first, "SIGKILL");
  await until(() => front.status("bad").pid !== first, "the end was seen");
  assert.notEqual(await pidOf(front), first);
  assert.deepEqual(storyOf(front), [
    "ready",
    "recovering: upstream_disconnected",
    "starting: upstream_disconnected",
    "ready",
  ]);
});

test(
  "a server that is killed in a call fails that call, which is not made again, and serves the next",
  { skip },
  async () => {
    const front = await openFront(rig, [fixture("bad", "misbehaves", {}, "/dev/null"), healthy]);
    await front.reaches("bad", "ready");
    const first = await pidOf(front);
    const waiting = call(front.url, "bad__wait");
    // The server answers in order: what comes back after the call that waits was sent says that it has that one.
    await pidOf(front);
    process.kill(first, "SIGKILL");
    const failure = failureOf(await waiting);
    assert.equal(failure["code"], "upstream_disconnected");
    assert.equal(failure["upstream"], "bad");
    assert.notEqual(await pidOf(front), first);
  },
);

test(
  "a server that is stopped answers no health check: it is degraded, given up, killed and started anew",
  { skip },
  async () => {
    const front = await openFront(rig, [
      fixture("bad", "misbehaves", { health: { intervalMs: 100, timeoutMs: 200, retryMs: 100 } }, "/dev/null"),
      healthy,
    ]);
    await front.reaches("bad", "ready");
    const first = await pidOf(front);
    process.kill(first, "SIGSTOP");
    await until(() => storyOf(front).length >= 5, "it was started anew");
    assert.deepEqual(storyOf(front).slice(0, 5), [
      "ready",
      "degraded: upstream_unresponsive",
      "recovering: upstream_unresponsive",
      "starting: upstream_unresponsive",
      "ready",
    ]);
    assert.notEqual(await pidOf(front), first);
  },
);

test("an operator's restart over HTTP gives another process, and others do not notice", { skip }, async () => {
  const front = await openFront(rig, [fixture("bad", "misbehaves", {}, "/dev/null"), healthy]);
  await front.reaches("bad", "ready");
  const first = await pidOf(front);
  const post = (operation: string, headers: Record<string, string> = {}) =>
    fetch(new URL(`/api/upstreams/bad/${operation}`, front.url), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    });
  assert.equal((await post("restart")).status, 200);
  await until(() => storyOf(front).at(-1) === "ready", "it was started anew");
  assert.notEqual(await pidOf(front), first);
  assert.equal((await post("isolate", { origin: "http://localhost:3000" })).status, 403);
  await post("isolate");
  assert.equal(failureOf(await call(front.url, "bad__pid"))["code"], "upstream_isolated");
  await post("release");
  await pidOf(front);
  await post("disable");
  assert.equal(failureOf(await call(front.url, "bad__pid"))["code"], "upstream_disabled");
  const listed = front.status("bad");
  assert.deepEqual([listed.state.kind, listed.pid], ["disabled", undefined]);
  await post("enable");
  await front.reaches("bad", "ready");
  await pidOf(front);
});
