import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { HealthCheck, type HealthCheckOptions } from "./health-check.ts";

/** An upstream that answers, fails or stays silent, and what its health check says of it. */
function stand(options: HealthCheckOptions = {}): {
  clock: ManualClock;
  check: HealthCheck;
  told: string[];
  upstream: { answers: "well" | "badly" | "not" };
  pass: (ms: number) => Promise<void>;
} {
  const clock = new ManualClock();
  const told: string[] = [];
  const upstream: { answers: "well" | "badly" | "not" } = { answers: "well" };
  const check = new HealthCheck(options, {
    clock,
    async ping(signal) {
      told.push("asked");
      if (upstream.answers === "badly") throw new GatewayError("upstream_protocol_error", "HTTP 500");
      if (upstream.answers === "well") return;
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(signal.reason instanceof Error ? signal.reason : new Error("given up"));
        });
      });
    },
    worsened: ({ code }) => told.push(`worsened: ${code}`),
    recovered: () => told.push("recovered"),
    gaveUp: ({ code }) => told.push(`gave up: ${code}`),
  });
  return {
    clock,
    check,
    told,
    upstream,
    async pass(ms) {
      clock.advance(ms);
      await turn();
    },
  };
}

test("an idle upstream is asked every half minute, one with traffic is not", async () => {
  const { check, told, pass } = stand();
  await pass(29_999);
  assert.deepEqual(told, []);
  await pass(1);
  await pass(30_000);
  assert.deepEqual(told, ["asked", "asked"]);
  for (let count = 0; count < 10; count += 1) {
    check.heard();
    await pass(30_000);
  }
  assert.deepEqual(told, ["asked", "asked"]);
});

test("one that stays silent is worse after the first check, and given up after three", async () => {
  const { clock, told, upstream, pass } = stand();
  upstream.answers = "not";
  await pass(30_000);
  await pass(10_000);
  assert.deepEqual(told, ["asked", "worsened: upstream_unresponsive"]);
  await pass(5000);
  await pass(10_000);
  await pass(5000);
  await pass(10_000);
  assert.deepEqual(told.slice(2), ["asked", "asked", "gave up: upstream_unresponsive"]);
  assert.equal(clock.pending, 0);
});

test("one that answers again has recovered, by an answer or by traffic", async () => {
  const { check, told, upstream, pass } = stand();
  upstream.answers = "badly";
  await pass(30_000);
  upstream.answers = "well";
  await pass(5000);
  assert.deepEqual(told, ["asked", "worsened: upstream_protocol_error", "asked", "recovered"]);
  upstream.answers = "badly";
  await pass(30_000);
  check.heard();
  await pass(5000);
  assert.deepEqual(told.slice(4), ["asked", "worsened: upstream_protocol_error", "recovered"]);
});

test("a closed check asks nothing more, tells nothing more and keeps no timer", async () => {
  const { clock, check, told, upstream, pass } = stand();
  upstream.answers = "not";
  await pass(30_000);
  check.close();
  check.close();
  await pass(100_000);
  assert.deepEqual(told, ["asked"]);
  assert.equal(clock.pending, 0);
});

test("without an interval nobody is asked", async () => {
  const { told, pass } = stand({ intervalMs: 0 });
  await pass(1_000_000);
  assert.deepEqual(told, []);
});
