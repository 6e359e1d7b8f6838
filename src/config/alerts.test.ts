import assert from "node:assert/strict";
import { test } from "node:test";
import { alertDefaults } from "../alerts/alert-options.ts";
import { defaultRules } from "../alerts/alert-rule.ts";
import { GatewayError } from "../core/errors.ts";
import { parseConfig } from "./parse.ts";

function parse(content: object) {
  return parseConfig(JSON.stringify(content), "switchyard.jsonc", {}, "/work").alerts;
}

test("a file that says nothing of alerts and objectives has the usual ones", () => {
  assert.deepEqual(parse({}), alertDefaults);
  assert.deepEqual(parse({ alerts: {}, slo: {} }), alertDefaults);
});

test("under the name of a usual rule only what differs is said; another limit moves the way back along", () => {
  const { rules } = parse({
    alerts: {
      error_rate: { above: 5, level: "critical" },
      disk: false,
      memory: { forMs: 0 },
      slow_files: { watch: "p99_ms", of: ["files"], above: 2000, clearAt: 1500 },
    },
  });
  assert.deepEqual(rules["error_rate"], { ...defaultRules.error_rate, above: 5, clearAt: 5, level: "critical" });
  assert.deepEqual(rules["memory"], { ...defaultRules.memory, forMs: 0 });
  assert.equal(rules["disk"], undefined);
  assert.deepEqual(rules["slow_files"], {
    watch: "p99_ms",
    of: ["files"],
    above: 2000,
    clearAt: 1500,
    forMs: 60_000,
    clearMs: 60_000,
    level: "warning",
  });
});

test("objectives of tools take from that of all what they do not say, or are none", () => {
  const { slo } = parse({
    slo: { target: 99.5, withinMs: 1000, tools: { "a/slow": { withinMs: 9000, withinTarget: 80 }, "b/*": false } },
  });
  assert.deepEqual(slo, {
    usual: { target: 99.5, within: { ms: 1000, target: 95 } },
    leastCalls: 20,
    tools: [
      { pattern: "a/slow", objective: { target: 99.5, within: { ms: 9000, target: 80 } } },
      { pattern: "b/*", objective: undefined },
    ],
  });
  assert.equal(parse({ slo: false }).slo.usual, undefined);
  const off = parse({ slo: { withinMs: 0, tools: { "a/b": { target: 90 }, "a/c": { withinMs: 50 } } } }).slo;
  assert.deepEqual(
    [off.usual?.within, ...off.tools.map(({ objective }) => objective?.within)],
    ["no_matter", "no_matter", { ms: 50, target: 95 }],
  );
});

test("what is wrong with a rule or an objective is said by its place", () => {
  for (const [wrong, words] of [
    [{ alerts: { mine: { above: 3 } } }, /alerts\.mine must say what to watch and above which value/],
    [{ alerts: { mine: { watch: "weather", above: 3 } } }, /alerts\.mine\.watch must be one of upstream_down/],
    [{ alerts: { memory: { above: 50, clearAt: 60 } } }, /alerts\.memory\.clearAt must be at most above, which is 50/],
    [{ alerts: { memory: { clearAt: 95 } } }, /must be at most above, which is 90, got 95/],
    [{ alerts: { memory: { abve: 5 } } }, /unknown key "abve" in alerts\.memory; did you mean "above"/],
    [{ alerts: { memory: true } }, /alerts\.memory must be an object, or false/],
    [{ slo: { target: 100 } }, /slo\.target must be a number of percent from 50 to 99\.999, got 100/],
    [{ slo: { tools: { "a/b": { target: "high" } } } }, /target must be a number of percent/],
    [{ slo: { goal: 99 } }, /unknown key "goal" in slo/],
  ] as const) {
    assert.throws(
      () => parse(wrong),
      (thrown) => thrown instanceof GatewayError && words.test(thrown.message),
      JSON.stringify(wrong),
    );
  }
});
