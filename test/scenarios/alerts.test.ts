import assert from "node:assert/strict";
import { test } from "node:test";
import { lookMs } from "../../src/alerts/alerts.ts";
import { alertDefaults } from "../../src/alerts/alert-options.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { entryOf, openLive } from "../rig/live-front.ts";
import { type AccessStand, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { inFolder, runCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What is wrong at a gateway, as people and programs are told of it. */

const rig = fileRig();

/** The machine's clock, but for looking, which need not be waited for. */
const hasty: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms, run),
  every: (ms, run) => systemClock.every(ms === lookMs ? 50 : ms, run),
};

function listIn(body: JsonObject, name: string): JsonObject[] {
  const list = body[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

async function call(stand: AccessStand, tool: string): Promise<void> {
  const body = JSON.stringify({ tool, arguments: { text: "a" } });
  await stand.rest("/api/call", bearer(stand.switchyard.localKey), { method: "POST", body });
}

test("calls of a tool that fail burn its objective: REST, the stream and metrics say so, and an operator sees to it", async () => {
  const failing = fullServer("mine", {
    "tools/call": { content: [{ type: "text", text: "ECONNREFUSED" }], isError: true },
  });
  const rules = { fast: { ...alertDefaults.rules.slo_fast_burn, clearMs: 0 } };
  const stand = await accessStand(rig, { mine: failing }, { alerts: { ...alertDefaults, rules }, clock: hasty });
  const { events, localKey } = stand.switchyard;
  const admin = bearer(localKey);
  for (let each = 0; each < 20; each += 1) await call(stand, "mine__look");
  const told = (): object[] => events.after(0).events.filter(({ type }) => type.startsWith("alert."));
  await until(() => told().length > 0, "the alert is told");
  const [fired] = told();
  assert.deepEqual(
    [Reflect.get(fired ?? {}, "alert"), Reflect.get(fired ?? {}, "level")],
    ["fast:mine/look", "critical"],
  );

  const { body } = await stand.rest("/api/alerts", admin);
  const [alert] = listIn(body, "alerts");
  assert.deepEqual(
    [alert?.["id"], alert?.["state"], alert?.["tool"], alert?.["value"]],
    ["fast:mine/look", "firing", "look", 100],
  );
  const { body: slo } = await stand.rest("/api/slo", admin);
  const [use] = listIn(slo, "objectives");
  assert.deepEqual(objectAt(objectAt(use ?? {}, "windows") ?? {}, "5m"), { calls: 20, bad: 20, burn: 100 });

  const operator = await stand.key("operator");
  const path = `/api/alerts/${encodeURIComponent("fast:mine/look")}/acknowledge`;
  const seen = await stand.rest(path, operator.headers, { method: "POST", body: "{}" });
  assert.equal(objectAt(seen.body, "acknowledged")?.["by"], `key ${operator.id}`);
  const none = await stand.rest("/api/alerts/other/acknowledge", operator.headers, { method: "POST", body: "{}" });
  assert.deepEqual([none.status, none.code], [404, "route_not_found"]);
  assert.deepEqual(
    told().map((event) => Reflect.get(event, "type")),
    ["alert.fired", "alert.acknowledged"],
  );
  const stream = await fetch(`${stand.server.origin}/api/events?follow=false&topics=alerts`, {
    headers: operator.headers,
  });
  const shown: unknown = await stream.json();
  const messages = isJsonObject(shown) ? listIn(shown, "messages") : [];
  assert.deepEqual(
    messages.map(({ type, data }) => [type, isJsonObject(data) ? data["state"] : undefined]),
    [
      ["system_alert", "firing"],
      ["system_alert", "acknowledged"],
    ],
  );
  const metrics = await (await fetch(`${stand.server.origin}/metrics`, { headers: operator.headers })).text();
  assert.match(metrics, /switchyard_alerts_firing\{rule="fast",level="critical"\} 1/);
  assert.match(metrics, /switchyard_slo_burn_rate\{upstream="mine",tool="look",objective="success",window="1h"\} 100/);
  const user = await stand.key("user", "mine");
  assert.equal((await stand.rest("/api/slo", user.headers)).code, "forbidden");
});

test("what the file says of alerts goes from now on, without a restart", async () => {
  const front = await openLive(rig, { off: entryOf("healthy", { disabled: true }) });
  const rulesOf = async (): Promise<unknown[]> => {
    const answer = await fetch(new URL("/api/alerts", front.url));
    const body: unknown = await answer.json();
    return isJsonObject(body) ? listIn(body, "rules").map(({ name }) => name) : [];
  };
  assert.deepEqual(await rulesOf(), Object.keys(alertDefaults.rules));
  const fact = await front.nextFact(() => {
    front.write(JSON.stringify({ ...JSON.parse(front.text()), alerts: { disk: false, memory: false } }));
  });
  assert.ok(fact.type === "config.changed" && fact.isWatchChanged);
  const { disk: _disk, memory: _memory, ...rest } = alertDefaults.rules;
  assert.deepEqual(await rulesOf(), Object.keys(rest));
});

test("`switchyard alerts` shows what is wrong and what is watched, and says by its status whether something is", async () => {
  const rules = { ...alertDefaults.rules, upstream_down: { ...alertDefaults.rules.upstream_down, forMs: 0 } };
  const gone = {
    name: "gone",
    target: { kind: "http", url: "http://127.0.0.1:9/mcp", headers: {} },
    ...upstreamDefaults,
  } as const;
  const switchyard = rig.use(startSwitchyard({ upstreams: [gone], alerts: { ...alertDefaults, rules }, clock: hasty }));
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await inFolder(async (folder) => {
    const alerts = (...args: string[]) => runCommand(["alerts", ...args, "--url", origin], folder);
    assert.match((await alerts("slo")).stdout, /No tool of which something is expected/);
    assert.match((await alerts("--rules")).stdout, /slo_fast_burn\s+critical\s+14\.4 ×/);
    await until(async () => (await alerts()).status === 1, "it fires");
    const { stdout } = await alerts();
    assert.match(
      stdout,
      /^CRITICAL upstream_down:gone since \S+Z\n {2}gone is not connected: .+\n {2}→ `switchyard status`/,
    );
    const seen = await alerts("acknowledge", "upstream_down:gone");
    assert.deepEqual([seen.status, seen.stdout.trim()], [0, "upstream_down:gone is acknowledged until it is over"]);
    assert.match((await alerts()).stdout, /acknowledged by /);
    assert.equal((await alerts("acknowledge", "memory")).status, 5);
  });
});

test("a gateway at which all is well says so", async () => {
  const switchyard = rig.use(startSwitchyard({ upstreams: [] }));
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await inFolder(async (folder) => {
    const { status, stdout } = await runCommand(["alerts", "--url", origin], folder);
    assert.deepEqual([status, stdout.trim()], [0, "All is well: 9 rules watch."]);
  });
});

test("how long a connector says that calls of its tools should take is an objective: over REST and in the command", async () => {
  const file = new URL("../rig/hook-connector.ts", import.meta.url).pathname;
  const target = { kind: "connector", connector: file, folder: process.cwd(), config: {} } as const;
  const stand = await accessStand(rig, {}, { clock: hasty });
  await stand.switchyard.reconfigure([{ ...upstreamDefaults, name: "own", target }]);
  await until(() => stand.switchyard.status().upstreams.every(({ state }) => state.kind === "ready"), "it is ready");
  await call(stand, "own__seen");
  const admin = bearer(stand.switchyard.localKey);
  const latencies = async (): Promise<JsonObject[]> => {
    const { body } = await stand.rest("/api/slo", admin);
    return listIn(body, "objectives").filter(({ kind }) => kind === "latency");
  };
  await until(async () => (await latencies()).length > 0, "it is reported");
  const [latency] = await latencies();
  assert.deepEqual(
    [latency?.["tool"], latency?.["target"], latency?.["withinMs"], latency?.["from"]],
    ["seen", 95, 250, "connector"],
  );
});
