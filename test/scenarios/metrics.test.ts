import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { metricTable } from "../../src/metrics/definitions.ts";
import { stageNames } from "../../src/gateway/pipeline.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { type ReadMetric, type ReadSample, readPrometheus } from "../rig/prometheus-text.ts";
import { type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { fixture } from "../faults/front.ts";

/* What a gateway measures, read over HTTP as Prometheus reads it, while real clients call. */

const rig = fileRig();
const server = new ScriptedServer(legacyScript());
let front: Front;
let legacy: RawClient;
let modern: RawClient;

before(async () => {
  front = await rig.gateway([
    { name: "plain", target: { kind: "channel", open: server.open }, ...upstreamDefaults },
    fixture("child", "healthy"),
  ]);
  legacy = await rawLegacy(front.url);
  modern = rawModern(front.url);
});

function isMeasured(): boolean {
  return front.switchyard.status().upstreams.some(({ usage }) => usage !== undefined);
}

async function scrape(): Promise<ReadonlyMap<string, ReadMetric>> {
  const response = await fetch(`${front.server.origin}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return readPrometheus(await response.text());
}

function valueOf(metrics: ReadonlyMap<string, ReadMetric>, name: string, labels: ReadSample["labels"] = {}): number {
  const found = [...metrics.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  return found.reduce((sum, { value }) => sum + value, 0);
}

test("calls are counted by upstream, tool, outcome and code, whoever makes them", async () => {
  server.answer("tools/call", { content: [{ type: "text", text: "hi" }] });
  await legacy("tools/call", { name: "plain__echo", arguments: { secret: "hunter2" } });
  await modern("tools/call", { name: "plain__echo", arguments: {} });
  server.answer("tools/call", { content: [{ type: "text", text: "No such file: EACCES" }], isError: true });
  await modern("tools/call", { name: "plain__echo", arguments: {} });
  await modern("tools/call", { name: "plain__nosuch", arguments: {} });
  const metrics = await scrape();
  const calls = (labels: ReadSample["labels"]): number => valueOf(metrics, "switchyard_calls_total", labels);
  assert.equal(calls({ upstream: "plain", tool: "echo", method: "tools/call", outcome: "ok", code: "" }), 2);
  assert.equal(calls({ tool: "echo", outcome: "tool_error", code: "permission_denied" }), 1);
  assert.equal(calls({ upstream: "", tool: "", outcome: "error", code: "unknown_tool" }), 1);
  assert.equal(valueOf(metrics, "switchyard_call_duration_seconds_count", { tool: "echo" }), 3);
  assert.equal(valueOf(metrics, "switchyard_attempts_total", { upstream: "plain" }), 3);
  assert.ok(valueOf(metrics, "switchyard_answer_bytes_total", { upstream: "plain" }) > 100);
  assert.ok(valueOf(metrics, "switchyard_request_bytes_total", { upstream: "plain" }) > 300);
  assert.ok(!JSON.stringify([...metrics]).includes("hunter2"));
});

test("each stage that calls pass has its histogram, and their lengths make up the calls'", async () => {
  const metrics = await scrape();
  const stages = new Set(
    metrics.get("switchyard_stage_duration_seconds")?.samples.map(({ labels }) => labels["stage"]),
  );
  assert.ok(["observe", "deadline", "breaker", "attempt"].every((stage) => stages.has(stage)));
  assert.ok([...stages].every((stage) => stageNames.some((name) => name === stage)));
  const whole = valueOf(metrics, "switchyard_call_duration_seconds_sum");
  const parts = valueOf(metrics, "switchyard_stage_duration_seconds_sum");
  assert.ok(Math.abs(whole - parts) < 1e-9 + whole * 1e-6, `${whole}, ${parts}`);
});

test("the states of upstreams and breakers, sessions, processes and the gateway's own process are read as they are", async () => {
  await until(isMeasured, "the child's processes were looked at");
  const metrics = await scrape();
  const states = metrics.get("switchyard_upstream_state")?.samples ?? [];
  for (const upstream of ["plain", "child"]) {
    const on = states.filter(({ labels, value }) => labels["upstream"] === upstream && value === 1);
    assert.deepEqual(
      on.map(({ labels }) => labels["state"]),
      ["ready"],
    );
  }
  assert.equal(valueOf(metrics, "switchyard_breaker_state", { upstream: "plain", state: "closed" }), 1);
  assert.equal(valueOf(metrics, "switchyard_sessions"), 1);
  assert.ok(valueOf(metrics, "switchyard_upstream_memory_bytes", { upstream: "child" }) > 10e6);
  assert.equal(valueOf(metrics, "switchyard_upstream_processes", { upstream: "child" }), 1);
  assert.ok(valueOf(metrics, "process_resident_memory_bytes") > 30e6);
  assert.ok(valueOf(metrics, "process_cpu_seconds_total") > 0);
  assert.ok(valueOf(metrics, "switchyard_event_loop_busy_ratio") <= 1);
  const delays = metrics.get("switchyard_event_loop_delay_seconds")?.samples ?? [];
  assert.deepEqual(
    delays.map(({ labels }) => labels["quantile"]),
    ["0.5", "0.95", "0.99"],
  );
});

test("every metric that is read is in the table, and every one of the table is read but for the cache's and the objectives'", async () => {
  const found = new Set((await scrape()).keys());
  // There is no cache here; and of objectives nothing is known before the first look, which `alerts.test.ts` waits for.
  const later = new Set(["switchyard_cache_lookups_total", "switchyard_slo_burn_rate"]);
  const missing = Object.keys(metricTable).filter((name) => !found.has(name) && !later.has(name));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    [...found].filter((name) => !Object.hasOwn(metricTable, name)),
    [],
  );
});

test("the same is there as JSON with quantiles, and neither is changed by asking", async () => {
  const response = await fetch(`${front.server.origin}/api/metrics`);
  const body: unknown = await response.json();
  assert.ok(isJsonObject(body) && Array.isArray(body["metrics"]));
  const durations = body["metrics"]
    .filter(isJsonObject)
    .find(({ name }) => name === "switchyard_call_duration_seconds");
  const all = Array.isArray(durations?.["series"]) ? durations["series"].filter(isJsonObject) : [];
  const series = all.find(({ labels }) => isJsonObject(labels) && labels["tool"] === "echo") ?? {};
  assert.equal(series["count"], 3);
  const [p50, p95, p99] = [Number(series["p50"]), Number(series["p95"]), Number(series["p99"])];
  assert.ok(p50 > 0 && p50 <= p95 && p95 <= p99 && p99 < 60);
  const refused = await fetch(`${front.server.origin}/metrics`, { method: "POST" });
  assert.equal(refused.status, 405);
});
