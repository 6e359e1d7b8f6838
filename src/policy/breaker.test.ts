import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { Breaker, type BreakerOutcome, breakerDefaults } from "./breaker.ts";

function stand(options = {}): { clock: ManualClock; breaker: Breaker; seen: string[] } {
  const clock = new ManualClock();
  const seen: string[] = [];
  const breaker = new Breaker(options, clock, ({ kind }) => {
    seen.push(kind);
  });
  return { clock, breaker, seen };
}

function run(breaker: Breaker, outcome: BreakerOutcome, times = 1): void {
  for (let count = 0; count < times; count += 1) breaker.leave(breaker.enter(), outcome);
}

function kindOf({ state }: Breaker): string {
  return state.kind;
}

const refused = (code: string) => (thrown: unknown) => thrown instanceof GatewayError && thrown.code === code;

test("a breaker opens after its threshold of failures in a row", () => {
  const { breaker } = stand();
  run(breaker, "failed", breakerDefaults.failures - 1);
  run(breaker, "succeeded");
  run(breaker, "failed", breakerDefaults.failures - 1);
  assert.equal(kindOf(breaker), "closed");
  run(breaker, "failed");
  assert.equal(kindOf(breaker), "open");
  assert.throws(() => breaker.enter(), refused("breaker_open"));
});

test("what says nothing of the upstream does not count, and does not make up for failures", () => {
  const { breaker } = stand();
  run(breaker, "failed", 4);
  run(breaker, "returned", 10);
  run(breaker, "failed");
  assert.equal(kindOf(breaker), "open");
});

test("an open breaker says when it may be tried, lets its probes through then, and closes when all have succeeded", () => {
  const { breaker, clock, seen } = stand();
  run(breaker, "failed", 5);
  clock.advance(20_000);
  assert.equal(breaker.retryAfterMs, 40_000);
  clock.advance(40_000);
  const passes = [breaker.enter(), breaker.enter(), breaker.enter()];
  assert.throws(() => breaker.enter(), refused("breaker_open"));
  const [first, second, third] = passes;
  breaker.leave(first ?? 0, "succeeded");
  breaker.leave(second ?? 0, "succeeded");
  assert.equal(kindOf(breaker), "half_open");
  breaker.leave(third ?? 0, "succeeded");
  assert.deepEqual(seen, ["open", "half_open", "closed"]);
});

test("a probe that says nothing gives its place back", () => {
  const { breaker, clock } = stand({ probes: 1 });
  run(breaker, "failed", 5);
  clock.advance(60_000);
  run(breaker, "returned", 5);
  assert.equal(kindOf(breaker), "half_open");
  run(breaker, "succeeded");
  assert.equal(kindOf(breaker), "closed");
});

test("a probe that fails opens it again and counts as a cycle; closing forgets the cycles", () => {
  const { breaker, clock } = stand();
  run(breaker, "failed", 5);
  for (let cycle = 1; cycle <= 2; cycle += 1) {
    clock.advance(60_000);
    run(breaker, "failed");
    assert.deepEqual(breaker.state, { kind: "open", openedAt: clock.monotonic(), cycles: cycle });
  }
  clock.advance(60_000);
  run(breaker, "succeeded", 3);
  run(breaker, "failed", 5);
  assert.deepEqual(breaker.state, { kind: "open", openedAt: clock.monotonic(), cycles: 0 });
});

test("a call that ends after the breaker has changed its mind changes nothing", () => {
  const { breaker, clock } = stand();
  const early = breaker.enter();
  run(breaker, "failed", 5);
  breaker.leave(early, "succeeded");
  assert.equal(kindOf(breaker), "open");
  clock.advance(60_000);
  const probe = breaker.enter();
  breaker.leave(early, "failed");
  assert.equal(kindOf(breaker), "half_open");
  breaker.leave(probe, "succeeded");
  assert.equal(kindOf(breaker), "half_open");
});

test("an isolated breaker stays open until an operator releases it, however long and whatever ends", () => {
  const { breaker, clock } = stand();
  const pass = breaker.enter();
  breaker.isolate();
  breaker.leave(pass, "succeeded");
  clock.advance(86_400_000);
  assert.throws(() => breaker.enter(), refused("upstream_isolated"));
  breaker.reset();
  assert.equal(kindOf(breaker), "isolated");
  breaker.release();
  run(breaker, "succeeded");
  assert.equal(kindOf(breaker), "closed");
});

test("a wrong option names itself, its range and its value", () => {
  assert.throws(() => stand({ failures: 0 }), /breaker\.failures must be a whole number from 1, got 0/);
});

test("whatever happens, an open breaker lets nothing through, and a half-open one no more than its probes", () => {
  const random = seededRandom(11);
  const { breaker, clock } = stand();
  const underWay: number[] = [];
  for (let step = 0; step < 50_000; step += 1) {
    if (random() < 0.02) clock.advance(30_000);
    if (random() < 0.5) {
      try {
        underWay.push(breaker.enter());
        assert.notEqual(kindOf(breaker), "open");
      } catch (thrown) {
        assert.ok(refused("breaker_open")(thrown));
        assert.notEqual(kindOf(breaker), "closed");
      }
    } else {
      const pass = underWay.splice(Math.floor(random() * underWay.length), 1)[0];
      if (pass !== undefined) {
        const outcome = random() < 0.5 ? "failed" : random() < 0.5 ? "succeeded" : "returned";
        breaker.leave(pass, outcome);
      }
    }
    const current = breaker.state;
    if (current.kind === "half_open") {
      assert.ok(current.left >= 0 && current.left <= breakerDefaults.probes);
      assert.ok(current.succeeded < breakerDefaults.probes);
    }
  }
});
