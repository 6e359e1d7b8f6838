import assert from "node:assert/strict";
import { test } from "node:test";
import { readPrometheus } from "../../test/rig/prometheus-text.ts";
import { CallMetrics, type CallFigures } from "./call-metrics.ts";
import { maxSeries } from "./definitions.ts";
import { reportOf, textOf } from "./report.ts";

const figures: CallFigures = {
  method: "tools/call",
  upstream: "a",
  tool: "t",
  outcome: "ok",
  code: undefined,
  stages: ["observe", "attempt"],
  times: [100, 101],
  endedAt: 111,
  attempts: 1,
  bytesIn: 100,
  bytesOut: 300,
};

function read(metrics: CallMetrics) {
  return readPrometheus([...textOf({ families: metrics.families, samples: metrics.sizes() })].join(""));
}

test("what is written is what the format's specification asks for, whatever names hold", () => {
  const metrics = new CallMetrics();
  const odd = 'back\\slash "quoted"\nline {}=, é';
  metrics.ended({ ...figures, upstream: odd, tool: odd });
  metrics.ended({ ...figures, outcome: "tool_error", code: "not_found" });
  metrics.ended({
    ...figures,
    upstream: undefined,
    tool: undefined,
    method: "prompts/get",
    outcome: "error",
    code: "unknown_prompt",
    stages: [],
    times: [],
  });
  const calls = read(metrics).get("switchyard_calls_total");
  assert.equal(calls?.type, "counter");
  const found = calls.samples.filter(({ value }) => value > 0).map(({ labels }) => labels);
  assert.deepEqual(found, [
    { upstream: odd, tool: odd, method: "tools/call", outcome: "ok", code: "" },
    { upstream: "a", tool: "t", method: "tools/call", outcome: "tool_error", code: "not_found" },
    { upstream: "", tool: "", method: "prompts/get", outcome: "error", code: "unknown_prompt" },
  ]);
});

test("a call counts in its whole length, in each of its stages, in its attempts and in its bytes", () => {
  const metrics = new CallMetrics();
  for (let count = 0; count < 3; count += 1) metrics.ended({ ...figures, attempts: 2, cache: "miss" });
  const report = new Map(
    reportOf({ families: metrics.families, samples: [] }).map(({ name, series }) => [name, series]),
  );
  const durations = report.get("switchyard_call_duration_seconds") ?? [];
  assert.deepEqual(durations, [
    { labels: { upstream: "a", tool: "t" }, count: 3, sum: 0.033, p50: 0.011264, p95: 0.011264, p99: 0.011264 },
  ]);
  const stages = report.get("switchyard_stage_duration_seconds") ?? [];
  assert.deepEqual(
    stages.map((series) => [series.labels["stage"], "sum" in series && series.sum]),
    [
      ["observe", 0.003],
      ["attempt", 0.03],
    ],
  );
  for (const [name, value] of [
    ["switchyard_attempts_total", 6],
    ["switchyard_request_bytes_total", 300],
    ["switchyard_answer_bytes_total", 900],
    ["switchyard_cache_lookups_total", 3],
  ] as const) {
    assert.deepEqual(
      report.get(name)?.map((series) => "value" in series && series.value),
      [value],
      name,
    );
  }
});

test("what comes when all series are taken is counted as other, so that sums stay right", () => {
  const metrics = new CallMetrics();
  const tools = maxSeries.counter + 500;
  for (let count = 0; count < 2 * tools; count += 1) metrics.ended({ ...figures, tool: `t${count % tools}` });
  const all = read(metrics);
  const calls = all.get("switchyard_calls_total")?.samples ?? [];
  assert.equal(calls.length, maxSeries.counter + 1);
  assert.equal(
    calls.reduce((sum, { value }) => sum + value, 0),
    2 * tools,
  );
  assert.deepEqual(calls.at(-1)?.labels, {
    upstream: "other",
    tool: "other",
    method: "other",
    outcome: "other",
    code: "other",
  });
  const counts =
    all.get("switchyard_call_duration_seconds")?.samples.filter(({ name }) => name.endsWith("_count")) ?? [];
  assert.equal(counts.length, maxSeries.histogram + 1);
  assert.equal(
    counts.reduce((sum, { value }) => sum + value, 0),
    2 * tools,
  );
});

test("a thousand tools are written in pieces, none of which is long", () => {
  const metrics = new CallMetrics();
  for (let count = 0; count < 1000; count += 1) metrics.ended({ ...figures, tool: `t${count}` });
  const pieces = [...textOf({ families: metrics.families, samples: [] })];
  assert.ok(pieces.length > 10);
  for (const piece of pieces) assert.ok(piece.split("\n").length < 1200);
  assert.ok(readPrometheus(pieces.join("")).has("switchyard_attempts_total"));
});
