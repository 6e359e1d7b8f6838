import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Fact } from "../events/fact.ts";
import { CallMetrics } from "../metrics/call-metrics.ts";
import { type AlertOptions, type Objective, alertDefaults } from "./alert-options.ts";
import { Alerts, lookMs, maxOfRule } from "./alerts.ts";
import type { Look } from "./readings.ts";

const quiet: Omit<Look, "families"> = {
  upstreams: [{ name: "a", down: undefined }],
  within: new Map(),
  eventLoopMs: 1,
  memoryPercent: 20,
  diskPercent: 50,
  dropped: 0,
};

/** Alerts by themselves, in front of real counters and of what a test says of the rest. */
class Stand {
  readonly clock = new ManualClock(1_700_000_000_000);
  readonly metrics = new CallMetrics();
  readonly facts: Fact[] = [];
  readonly alerts: Alerts;
  now: Omit<Look, "families"> = quiet;

  constructor(options: AlertOptions = alertDefaults) {
    this.alerts = new Alerts(options, {
      clock: this.clock,
      events: { append: (fact) => this.facts.push(fact) },
      look: () => ({ ...this.now, families: this.metrics.families }),
    });
    this.alerts.start();
  }

  /** So many calls of a tool that ended in this way. */
  call(times: number, outcome = "ok", code = "", ms = 5, tool = "t"): void {
    for (let each = 0; each < times; each += 1) {
      this.metrics.ended({
        method: "tools/call",
        upstream: "a",
        tool,
        outcome,
        code,
        stages: [],
        times: [0],
        endedAt: ms,
        attempts: 1,
        bytesIn: undefined,
        bytesOut: 1,
      });
    }
  }

  /** Lets minutes pass, in each of which this happens. */
  minutes(number: number, each: () => void = () => undefined): void {
    for (let minute = 0; minute < number; minute += 1) {
      each();
      this.clock.advance(60_000);
    }
  }

  told(): string[] {
    return this.facts
      .splice(0)
      .map((fact) => ("alert" in fact ? `${fact.type} ${fact.alert} ${fact.level}` : fact.type));
  }
}

test("a server that is down for a minute is told of once, with why, and that it is over", () => {
  const stand = new Stand();
  stand.now = { ...quiet, upstreams: [{ name: "a", down: "The process ended" }] };
  stand.clock.advance(lookMs);
  assert.deepEqual(stand.told(), []);
  assert.equal(stand.alerts.report().alerts[0]?.state, "pending");
  stand.minutes(3);
  assert.deepEqual(stand.told(), ["alert.fired upstream_down:a critical"]);
  const [alert] = stand.alerts.report().alerts;
  assert.equal(alert?.message, "a is not connected: The process ended");
  assert.deepEqual([alert?.upstream, alert?.state, alert?.value], ["a", "firing", 1]);
  stand.now = quiet;
  stand.clock.advance(lookMs);
  assert.deepEqual(stand.told(), ["alert.resolved upstream_down:a critical"]);
  const { alerts, resolved } = stand.alerts.report();
  assert.deepEqual(alerts, []);
  assert.equal(resolved[0]?.message, "a is not connected: The process ended");
});

test("a tool that fails fast burns its budget: the fast alert fires within minutes, and ends soon after the failures do", () => {
  const stand = new Stand();
  stand.minutes(120, () => {
    stand.call(10);
  });
  assert.deepEqual(stand.told(), []);
  stand.minutes(12, () => {
    stand.call(10, "error", "upstream_unavailable");
  });
  assert.deepEqual(stand.told(), [
    // First the server, too many of whose calls in five minutes fail; then 6 % of six hours; then 14.4 % of an hour.
    "alert.fired error_rate:a warning",
    "alert.fired slo_slow_burn:a/t warning",
    "alert.fired slo_fast_burn:a/t critical",
  ]);
  const [use] = stand.alerts.objectives();
  assert.deepEqual(use?.windows["1h"], { calls: 590, bad: 120, burn: 20.339 });
  stand.minutes(10, () => {
    stand.call(10);
  });
  assert.deepEqual(stand.told(), ["alert.resolved slo_fast_burn:a/t critical", "alert.resolved error_rate:a warning"]);
  stand.minutes(30, () => {
    stand.call(10);
  });
  assert.deepEqual(stand.told(), ["alert.resolved slo_slow_burn:a/t warning"]);
});

/** Slow calls of a tool of which its connector expects 100 ms, for half an hour. */
function slowCalls(objective: Objective) {
  const slo = { ...alertDefaults.slo, tools: [{ pattern: "a/t", objective }] };
  const stand = new Stand({ ...alertDefaults, slo });
  stand.now = { ...quiet, within: new Map([["a/t", 100]]) };
  stand.minutes(30, () => {
    stand.call(10, "ok", "", 500);
  });
  const burn = stand.alerts.objectives().find(({ kind }) => kind === "latency")?.burn1h;
  return { burn, told: stand.told() };
}

test("what a connector expects of itself is reported and wakes nobody; what the configuration expects does", () => {
  assert.deepEqual(slowCalls({ target: 99, within: undefined }), { burn: 20, told: [] });
  const { burn, told } = slowCalls({ target: 99, within: { ms: 100, target: 95 } });
  assert.equal(burn, 20);
  assert.ok(told.includes("alert.fired slo_fast_burn:a/t critical"), told.join(", "));
});

test("mistakes of callers and calls that they give up alert nobody", () => {
  const stand = new Stand();
  stand.minutes(30, () => {
    stand.call(10, "error", "invalid_arguments");
    stand.call(10, "tool_error", "not_found");
    stand.call(10, "cancelled", "cancelled");
  });
  assert.deepEqual(stand.told(), []);
  assert.deepEqual(stand.alerts.objectives()[0]?.windows["5m"], { calls: 80, bad: 0, burn: 0 });
});

test("slow calls, a late thread, memory, the disk and lost rows are told of with what they are and what to do", () => {
  const stand = new Stand();
  stand.minutes(6, () => {
    stand.call(10, "ok", "", 30_000);
  });
  stand.now = { ...quiet, eventLoopMs: 500, memoryPercent: 95, diskPercent: 97, dropped: 3 };
  stand.minutes(2, () => {
    stand.call(10, "ok", "", 30_000);
  });
  assert.deepEqual(stand.told().toSorted(), [
    "alert.fired busy_gateway warning",
    "alert.fired disk critical",
    "alert.fired dropped critical",
    "alert.fired memory critical",
    "alert.fired slow_calls:a warning",
  ]);
  const { alerts } = stand.alerts.report();
  assert.deepEqual(
    alerts.map(({ level }) => level),
    ["critical", "critical", "critical", "warning", "warning"],
  );
  assert.ok(alerts.every(({ suggestion }) => suggestion.length > 20));
  assert.match(alerts.find(({ rule }) => rule === "disk")?.message ?? "", /97 % full; the limit is 95 %/);
  stand.now = { ...quiet, dropped: 3 };
  stand.minutes(6, () => {
    stand.call(10);
  });
  assert.deepEqual(stand.alerts.report().alerts, [], "what was lost is over once five minutes have passed");
});

test("who sees to an alert is told and shown, once; of what does not fire nobody can", () => {
  const stand = new Stand();
  stand.now = { ...quiet, dropped: 1 };
  stand.clock.advance(lookMs);
  stand.told();
  const seen = stand.alerts.acknowledge("dropped", "key ada");
  assert.deepEqual(seen.acknowledged, { by: "key ada", at: stand.clock.now() });
  assert.deepEqual(stand.alerts.acknowledge("dropped", "key bob").acknowledged, seen.acknowledged);
  assert.deepEqual(stand.told(), ["alert.acknowledged dropped critical"]);
  assert.throws(
    () => stand.alerts.acknowledge("memory", "key ada"),
    (thrown) => thrown instanceof GatewayError && thrown.code === "route_not_found",
  );
});

test("what is watched changes at once: what fires by a rule that is gone is over, other alerts stay", () => {
  const stand = new Stand();
  stand.now = { ...quiet, dropped: 1, memoryPercent: 95 };
  stand.minutes(2);
  assert.deepEqual(stand.told(), ["alert.fired dropped critical", "alert.fired memory critical"]);
  const { memory: _memory, ...rules } = alertDefaults.rules;
  const mine = {
    watch: "memory_percent",
    of: [],
    level: "warning",
    above: 90,
    clearAt: 90,
    forMs: 0,
    clearMs: 0,
  } as const;
  stand.alerts.change({ ...alertDefaults, rules: { ...rules, mine } });
  assert.deepEqual(stand.told(), ["alert.resolved memory critical"]);
  stand.clock.advance(lookMs);
  assert.deepEqual(stand.told(), ["alert.fired mine warning"]);
});

test("a rule is of the servers that it names", () => {
  const down = ["a", "b", "c"].map((name) => ({ name, down: "gone" }));
  const upstream_down = { ...alertDefaults.rules.upstream_down, of: ["*", "!b"], forMs: 0 };
  const stand = new Stand({ ...alertDefaults, rules: { upstream_down } });
  stand.now = { ...quiet, upstreams: down };
  stand.clock.advance(lookMs);
  assert.deepEqual(stand.told(), ["alert.fired upstream_down:a critical", "alert.fired upstream_down:c critical"]);
});

test("when everything fails, a hundred of a rule say so", () => {
  const upstream_down = { ...alertDefaults.rules.upstream_down, forMs: 0 };
  const stand = new Stand({ ...alertDefaults, rules: { upstream_down } });
  stand.now = { ...quiet, upstreams: Array.from({ length: 300 }, (_, at) => ({ name: `u${at}`, down: "gone" })) };
  stand.clock.advance(4 * lookMs);
  assert.equal(stand.told().length, maxOfRule);
  assert.equal(stand.alerts.report().alerts.length, maxOfRule);
});

test("metrics say what fires by each rule, and how fast each tool burns", () => {
  const stand = new Stand();
  stand.now = { ...quiet, dropped: 1 };
  stand.call(20, "error", "timed_out");
  stand.clock.advance(lookMs);
  const samples = stand.alerts.samples();
  const firing = samples.filter(({ name, value }) => name === "switchyard_alerts_firing" && value > 0);
  assert.deepEqual(
    firing.map(({ labels }) => labels?.["rule"]),
    ["dropped", "slo_fast_burn", "slo_slow_burn"],
  );
  const burns = samples.filter(({ name }) => name === "switchyard_slo_burn_rate");
  assert.deepEqual(
    burns.map(({ labels, value }) => `${labels?.["tool"]} ${labels?.["window"]} ${value}`),
    ["t 5m 100", "t 30m 100", "t 1h 100", "t 6h 100"],
  );
});

test("after it was closed, nothing is looked at", () => {
  const stand = new Stand();
  stand.alerts.close();
  stand.alerts.close();
  stand.now = { ...quiet, dropped: 1 };
  stand.minutes(5);
  assert.deepEqual(stand.told(), []);
});
