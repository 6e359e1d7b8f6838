import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { call, failureOf, textOf, toolNames } from "../faults/downstream.ts";
import { type LiveFront, entryOf, openLive } from "../rig/live-front.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
const listed = fileURLToPath(new URL("../rig/listed-stdio.mjs", import.meta.url));
const nothing = {
  added: [],
  changed: [],
  removed: [],
  enabled: [],
  disabled: [],
  isCatalogChanged: false,
  isWatchChanged: false,
};
const byFile = { type: "config.changed", by: "file", isTemporary: false, ...nothing };

function fileOf(servers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ mcpServers: servers });
}

async function pidAt({ url }: LiveFront): Promise<string> {
  return textOf(await call(url, "x__pid"));
}

/** A server of which it is said what it offers, in a file of its own. */
async function openListed(more: Readonly<Record<string, unknown>>): Promise<LiveFront> {
  const front = await openLive(rig, { off: { command: "none", disabled: true } });
  const offer = join(front.folder, "offer.json");
  const tools = ["pid", "leave", "die"].map((name) => ({ name, inputSchema: { type: "object" } }));
  writeFileSync(offer, JSON.stringify({ tools }));
  await front.nextFact(() => {
    front.write(fileOf({ x: { command: process.execPath, args: [listed, offer], ...more } }));
  });
  return front;
}

test("a call under way finishes at the old process while new calls go to the one that a changed file asks for", async () => {
  const front = await openLive(rig, { x: entryOf("waits"), other: entryOf("healthy") });
  await Promise.all([front.reaches("x", "ready"), front.reaches("other", "ready")]);
  const old = await pidAt(front);
  const goOn = join(front.folder, "go-on");
  const underWay = call(front.url, "x__wait", { file: goOn });
  // The server answers in order: it has the call that waits when it answers this one.
  assert.equal(await pidAt(front), old);
  const otherPid = front.status("other").pid;
  const fact = await front.nextFact(() => {
    front.write(fileOf({ x: entryOf("waits", { startTimeoutMs: 29_000 }), other: entryOf("healthy") }));
  });
  assert.deepEqual(fact, { ...byFile, changed: ["x"] });
  await until(() => String(front.status("x").pid) !== old, "the new process took over");
  assert.notEqual(await pidAt(front), old);
  writeFileSync(goOn, "");
  assert.equal(textOf(await underWay), old);
  assert.equal(front.status("other").pid, otherPid);
});

test("a file that names a wrong command leaves the working server in its place, until it is right", async () => {
  const front = await openLive(rig, { x: entryOf("waits") });
  await front.reaches("x", "ready");
  const old = await pidAt(front);
  const right = front.text();
  await front.nextFact(() => {
    front.write(fileOf({ x: { command: "no-such-command-here" } }));
  });
  await until(() => front.status("x").successor?.kind === "recovering", "the new command was tried");
  assert.equal(await pidAt(front), old);
  const { state, successor } = front.status("x");
  assert.equal(state.kind, "ready");
  assert.ok(successor?.kind === "recovering" && successor.problem.stage === "spawn");
  // Written back as it was, nothing needs to be started.
  await front.nextFact(() => {
    front.write(right);
  });
  assert.equal(front.status("x").successor, undefined);
  assert.equal(await pidAt(front), old);
});

test("where the old server ends meanwhile, the one that is not up takes its place, as nothing is lost", async () => {
  const front = await openLive(rig, { x: entryOf("waits") });
  const { pid } = await front.reaches("x", "ready");
  await front.nextFact(() => {
    front.write(fileOf({ x: entryOf("exits-at-once") }));
  });
  await until(() => front.status("x").successor?.kind === "recovering", "the new command was tried");
  process.kill(pid ?? 0, "SIGKILL");
  await front.reaches("x", "recovering");
  assert.deepEqual(front.status("x").stderr, ["reading the settings", "fatal: TOKEN is not set"]);
});

test("what an operator did to a server goes on when its configuration changes", async () => {
  const front = await openLive(rig, { x: entryOf("waits"), y: entryOf("waits") });
  await Promise.all([front.reaches("x", "ready"), front.reaches("y", "ready")]);
  await front.api("POST", "/api/upstreams/x/isolate");
  await front.api("POST", "/api/upstreams/y/disable", { temporary: true });
  const { pid } = front.status("x");
  await front.nextFact(() => {
    front.write(
      fileOf({ x: entryOf("waits", { startTimeoutMs: 29_000 }), y: entryOf("waits", { startTimeoutMs: 29_000 }) }),
    );
  });
  await until(() => front.status("x").pid !== pid && front.status("x").successor === undefined, "it was replaced");
  assert.equal(failureOf(await call(front.url, "x__pid"))["code"], "upstream_isolated");
  assert.equal(failureOf(await call(front.url, "y__pid"))["code"], "upstream_disabled");
  const { state } = front.status("y");
  assert.ok(state.kind === "disabled" && state.by === "operator");
});

test("a wrong file changes nothing, and is told with its problems and without what may be secret", async () => {
  const front = await openLive(rig, { x: entryOf("waits") });
  await front.reaches("x", "ready");
  const old = await pidAt(front);
  const fact = await front.nextFact(() => {
    front.write(fileOf({ x: entryOf("waits", { timeoutMs: 0, env: { T: ["hunter2secret"] } }) }));
  });
  assert.deepEqual(fact, {
    type: "config.refused",
    by: "file",
    problems: [
      "mcpServers.x.timeoutMs must be a whole number from 1 to 86400000, got 0",
      'mcpServers.x.env.T must be a string or { "env": "NAME" }, got a list',
    ],
  });
  assert.equal(await pidAt(front), old);
});

test("a disabled server is in the status, starts nothing, and starts when the file enables it", async () => {
  const front = await openLive(rig, { x: entryOf("waits", { disabled: true }), other: entryOf("healthy") });
  await front.reaches("other", "ready");
  const { state, pid } = front.status("x");
  assert.ok(state.kind === "disabled" && state.by === "configuration" && state.problem === undefined);
  assert.equal(pid, undefined);
  assert.deepEqual(front.switchyard.log("x")?.entries, []);
  assert.deepEqual(await toolNames(front.url), ["other__echo"]);
  assert.equal(failureOf(await call(front.url, "x__pid"))["code"], "upstream_disabled");
  const fact = await front.nextFact(() => {
    front.write(fileOf({ x: entryOf("waits"), other: entryOf("healthy") }));
  });
  assert.deepEqual(fact, { ...byFile, enabled: ["x"] });
  await front.reaches("x", "ready");
});

test("a server that needs a variable that is not set is the only one that does not start, and does when it is there", async () => {
  const env: NodeJS.ProcessEnv = {};
  const servers = { x: entryOf("waits", { env: { TOKEN: "${X_TOKEN}" } }), other: entryOf("healthy") };
  const front = await openLive(rig, servers, { env });
  await front.reaches("other", "ready");
  const { state } = front.status("x");
  assert.ok(state.kind === "disabled" && state.by === "configuration" && state.problem !== undefined);
  assert.equal(state.problem.code, "upstream_misconfigured");
  assert.match(state.problem.message, /X_TOKEN, which is not set/);
  assert.match(state.problem.suggestion, /Set X_TOKEN .*"x"/);
  const failure = failureOf(await call(front.url, "x__pid"));
  assert.equal(failure["code"], "upstream_disabled");
  assert.match(String(failure["suggestion"]), /X_TOKEN/);
  // Nobody can enable what could not be started.
  await front.api("POST", "/api/upstreams/x/enable");
  assert.equal(front.status("x").state.kind, "disabled");
  env["X_TOKEN"] = "hunter2secret";
  const fact = await front.nextFact(() => {
    front.write(front.text());
  });
  assert.deepEqual(fact, { ...byFile, changed: ["x"] });
  await front.reaches("x", "ready");
});

test("a lazy server whose tools are known is started by the first call, and rests after idleMs without one", async () => {
  const front = await openLive(rig, { x: entryOf("waits", { lazy: true, idleMs: 100 }) });
  // Nobody knows its tools yet, so it is started once.
  await until(() => front.status("x").counts.tools > 0, "its tools are known");
  assert.ok((await front.reaches("x", "stopped")).pid === undefined);
  assert.deepEqual(await toolNames(front.url), ["x__echo", "x__pid", "x__wait"]);
  const first = await pidAt(front);
  await front.reaches("x", "stopped");
  assert.notEqual(await pidAt(front), first);
});

test("a server whose restart is on-failure rests when it ends with 0, until it is called, and is started anew when it fails", async () => {
  const front = await openListed({ restart: "on-failure" });
  await front.reaches("x", "ready");
  const first = await pidAt(front);
  await call(front.url, "x__leave");
  const { state } = await front.reaches("x", "stopped");
  assert.ok(state.kind === "stopped" && state.why === "exited");
  const second = await pidAt(front);
  assert.notEqual(second, first);
  await call(front.url, "x__leave");
  await front.reaches("x", "stopped");
  await front.api("POST", "/api/upstreams/x/try");
  const { pid: third } = await front.reaches("x", "ready");
  assert.equal(failureOf(await call(front.url, "x__die"))["code"], "upstream_disconnected");
  await until(() => ![undefined, third].includes(front.status("x").pid), "it was started anew");
});

test("a server whose restart is never stays away when it ends, says why, and is back when it is enabled", async () => {
  const front = await openListed({ restart: "never" });
  await front.reaches("x", "ready");
  await call(front.url, "x__leave");
  const { state } = await front.reaches("x", "disabled");
  assert.ok(state.kind === "disabled" && state.by === "configuration");
  assert.equal(state.problem?.stage, "exit");
  const failure = failureOf(await call(front.url, "x__pid"));
  assert.equal(failure["code"], "upstream_disabled");
  assert.match(String(failure["suggestion"]), /switchyard enable/);
  await front.api("POST", "/api/upstreams/x/enable");
  await front.reaches("x", "ready");
});

test("the breaker opens after as many failures as the file says, and the health check asks as often", async () => {
  const front = await openLive(rig, {
    x: entryOf("waits", { breaker: { failures: 1, openMs: 60_000 }, timeoutMs: 100 }),
    silent: entryOf("waits", { health: { intervalMs: 50, timeoutMs: 50, failures: 1 } }),
  });
  await Promise.all([front.reaches("x", "ready"), front.reaches("silent", "ready")]);
  const never = join(front.folder, "never");
  assert.equal(failureOf(await call(front.url, "x__wait", { file: never }))["code"], "deadline_exceeded");
  assert.equal(failureOf(await call(front.url, "x__pid"))["code"], "breaker_open");
  // On a busy machine its checks may have failed by themselves, and it is just being started anew.
  await until(() => front.status("silent").pid !== undefined, "its process is known");
  const { pid } = front.status("silent");
  assert.ok(pid !== undefined);
  process.kill(pid, "SIGSTOP");
  await until(() => ![undefined, pid].includes(front.status("silent").pid), "it was given up and started anew");
});
