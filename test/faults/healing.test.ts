import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { isAlive } from "../rig/processes.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";
import { notedIn } from "./program.ts";
import { noJitter, outcomeOf, passUntil, storyBecomes, storyOf, unhurried } from "./story.ts";

const rig = fileRig();
const skip = existsSync("/proc/self/stat") ? false : "signals that stop a process are POSIX only";
const folder = mkdtempSync(join(tmpdir(), "switchyard-healing-"));
rig.defer(() => {
  rmSync(folder, { recursive: true });
});

/** A gateway whose time stands still, in front of a child that misbehaves and one that does not. */
async function openHealing(options: Partial<UpstreamOptions> = {}, file = "/dev/null") {
  const clock = new ManualClock(1);
  const upstreams = [fixture("bad", "misbehaves", options, file), unhurried];
  const front = await openFront(rig, upstreams, { clock, random: noJitter });
  await front.reaches("bad", "ready");
  await front.reaches("healthy", "ready");
  return { front, clock, first: await pidOf(front) };
}

async function pidOf(front: Front): Promise<number> {
  return Number(textOf(await call(front.url, "bad__pid")));
}

async function othersWork(front: Front): Promise<void> {
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.deepEqual(storyOf(front, "healthy"), ["ready"], "the other one has not noticed");
}

const gone = "upstream_disconnected";

test("a server that is killed between two calls is there again for the next one", { skip }, async () => {
  const { front, clock, first } = await openHealing();
  process.kill(first, "SIGKILL");
  await storyBecomes(front, ["ready", `recovering: ${gone}, again in 500 ms`]);
  await othersWork(front);
  clock.advance(500);
  assert.notEqual(await pidOf(front), first, "a call waits for it");
  await storyBecomes(front, ["ready", `recovering: ${gone}, again in 500 ms`, `starting: ${gone}`, "ready"]);
});

test(
  "a server that is killed in a call fails that call, which is not made again, and serves the next",
  { skip },
  async () => {
    const { front, clock, first } = await openHealing();
    const waiting = call(front.url, "bad__wait");
    // The server answers in order: what comes back after the call that waits was sent says that it has that one.
    await pidOf(front);
    process.kill(first, "SIGKILL");
    assert.deepEqual(outcomeOf(await waiting), { code: gone, stage: "exit", retryable: false });
    clock.advance(500);
    assert.notEqual(await pidOf(front), first);
    await storyBecomes(front, ["ready", `recovering: ${gone}, again in 500 ms`, `starting: ${gone}`, "ready"]);
    await othersWork(front);
  },
);

test(
  "a server that ends again and again is tried later and later, until it was up for half a minute",
  { skip },
  async () => {
    const { front, clock } = await openHealing();
    const expected = ["ready"];
    const endsAndComesBack = async (delayMs: number): Promise<void> => {
      process.kill(front.status("bad").pid ?? 0, "SIGKILL");
      await storyBecomes(front, [...expected, `recovering: ${gone}, again in ${delayMs} ms`]);
      clock.advance(delayMs);
      expected.push(`recovering: ${gone}, again in ${delayMs} ms`, `starting: ${gone}`, "ready");
      await storyBecomes(front, expected);
    };
    for (const delayMs of [500, 1000, 2000]) await endsAndComesBack(delayMs);
    clock.advance(30_000);
    await endsAndComesBack(500);
    await othersWork(front);
  },
);

test(
  "a server that hangs in a call answers no health check: the call is lost, it is killed and started anew",
  { skip },
  async () => {
    const { front, clock, first } = await openHealing({ timeoutMs: 600_000 });
    process.kill(first, "SIGSTOP");
    const waiting = call(front.url, "bad__echo", { text: "lost" });
    await othersWork(front);
    // Asked after half a minute without a sign of life, ten seconds to answer; then twice more after five seconds.
    clock.advance(30_000);
    const silent = "upstream_unresponsive";
    await passUntil(clock, 500, () => storyOf(front).length >= 4, "it is tried again");
    await storyBecomes(front, [
      "ready",
      `degraded: ${silent}`,
      `recovering: ${silent}, again in 500 ms`,
      `starting: ${silent}`,
      "ready",
    ]);
    await until(() => !isAlive(first), "the process that hangs is killed");
    assert.equal(failureOf(await waiting)["code"], gone);
    assert.notEqual(await pidOf(front), first);
    await othersWork(front);
  },
);

for (const { title, timeoutMs, outcome } of [
  { title: "within its time arrives", timeoutMs: 30_000, outcome: "answered late" },
  {
    title: "beyond its time is dropped, and the call has failed by then",
    timeoutMs: 20_000,
    outcome: { code: "deadline_exceeded", retryable: true },
  },
]) {
  test(`an answer after 25 s ${title}`, async () => {
    const { front, clock, first } = await openHealing({ timeoutMs });
    const waiting = call(front.url, "bad__wait");
    await pidOf(front);
    clock.advance(25_000);
    assert.equal(textOf(await call(front.url, "bad__release")), "released");
    assert.deepEqual(outcomeOf(await waiting), outcome);
    assert.equal(await pidOf(front), first, "the server itself stays");
    assert.deepEqual(storyOf(front), ["ready"]);
    await othersWork(front);
  });
}

test("five calls in a row that take too long open the breaker: callers fail at once, and three good ones close it", async () => {
  const { front, clock } = await openHealing({ timeoutMs: 10_000, health: { intervalMs: 0 } });
  const slow = Array.from({ length: 5 }, () => call(front.url, "bad__wait"));
  await until(async () => textOf(await call(front.url, "bad__waiting")) === "5", "all of them are under way");
  clock.advance(10_000);
  for (const result of await Promise.all(slow)) assert.equal(failureOf(result)["code"], "deadline_exceeded");
  await storyBecomes(front, ["ready", "breaker.opened", "degraded: breaker_open"]);
  clock.advance(20_000);
  assert.deepEqual(outcomeOf(await call(front.url, "bad__pid")), {
    code: "breaker_open",
    retryable: true,
    retryAfterMs: 40_000,
  });
  await othersWork(front);
  clock.advance(40_000);
  for (let probe = 0; probe < 3; probe += 1) await pidOf(front);
  const closed = ["breaker.half_opened", "breaker.closed", "ready"];
  await storyBecomes(front, ["ready", "breaker.opened", "degraded: breaker_open", ...closed]);
});

for (const { manner, how } of [
  { manner: "leave", how: "ends by itself" },
  { manner: "killed", how: "is killed" },
] as const) {
  test(`when a server ${how}, so do its children and theirs, wherever they went`, { skip }, async () => {
    const file = join(folder, manner);
    writeFileSync(file, "");
    const { front, clock, first } = await openHealing({}, file);
    await call(front.url, "bad__scatter");
    await until(() => notedIn(file).length === 4, "all of them have started");
    const scattered = notedIn(file);
    for (const pid of scattered) assert.ok(isAlive(pid));
    if (manner === "killed") process.kill(first, "SIGKILL");
    else
      assert.deepEqual(outcomeOf(await call(front.url, "bad__leave")), { code: gone, stage: "exit", retryable: false });
    await until(() => ![first, ...scattered].some(isAlive), "none of them is left");
    await storyBecomes(front, ["ready", `recovering: ${gone}, again in 500 ms`]);
    clock.advance(500);
    await storyBecomes(front, ["ready", `recovering: ${gone}, again in 500 ms`, `starting: ${gone}`, "ready"]);
    await othersWork(front);
    await call(front.url, "bad__scatter");
    await until(() => notedIn(file).length === 8, "the new one has some too");
    await front.switchyard.close();
    assert.deepEqual(notedIn(file).filter(isAlive), [], "and closing waits for their end");
  });
}

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
  await storyBecomes(front, [
    "ready",
    "recovering: upstream_disconnected, again in 0 ms",
    "starting: upstream_disconnected",
    "operator: restart",
    "ready",
    "breaker.isolated",
    "quarantined",
    "operator: isolate",
    "breaker.closed",
    "ready",
    "operator: release",
    "disabled",
    "operator: disable",
    "starting",
    "operator: enable",
    "ready",
  ]);
});
