import assert from "node:assert/strict";
import { test } from "node:test";
import { Histogram } from "../metrics/histogram.ts";
import type { Objective } from "./alert-options.ts";
import { MinuteCounts } from "./minute-counts.ts";
import { Slo, windowUse } from "./slo.ts";
import type { ToolCalls } from "./tally.ts";

const options = { usual: { target: 99, within: undefined }, tools: [], leastCalls: 20 };

/** A tool that is called a hundred times a minute, of which so many fail in each minute. */
function called(failures: readonly number[], name = "t"): ToolCalls {
  const counts = new MinuteCounts();
  for (const [minute, bad] of failures.entries()) counts.add(minute, { all: 100, bad });
  return { upstream: "a", tool: name, counts, durations: undefined };
}

const minutes = (length: number, bad: number): number[] => Array.from({ length }, () => bad);

test("a budget burns as many times as fast as allowed as the share of failures is of what the target allows", () => {
  assert.deepEqual(windowUse({ all: 1000, bad: 10 }, 99), { calls: 1000, bad: 10, burn: 1 });
  assert.equal(windowUse({ all: 1000, bad: 144 }, 99).burn, 14.4);
  assert.equal(windowUse({ all: 1000, bad: 1 }, 99.9).burn, 1);
  assert.equal(windowUse({ all: 0, bad: 0 }, 99).burn, 0);
  assert.equal(windowUse({ all: 5, bad: 5 }, 50).burn, 2);
});

test("both windows must burn: a short outburst does not yet, and an outage that is over no longer does", () => {
  const slo = new Slo(options);
  const at = (failures: readonly number[]) => {
    const [use] = slo.uses([called(failures)], failures.length - 1);
    assert.ok(use !== undefined);
    return use;
  };
  assert.deepEqual([at(minutes(360, 0)).burn1h, at(minutes(360, 0)).burn6h], [0, 0]);
  const outburst = at([...minutes(355, 0), ...minutes(5, 60)]);
  assert.equal(outburst.windows["5m"].burn, 60);
  assert.equal(outburst.burn1h, 5);
  const outage = at([...minutes(340, 0), ...minutes(20, 60)]);
  assert.equal(outage.burn1h, 20);
  const over = at([...minutes(335, 0), ...minutes(20, 60), ...minutes(5, 0)]);
  assert.equal(over.windows["1h"].burn, 20);
  assert.equal(over.burn1h, 0);
  assert.ok((over.burn6h ?? 0) < 6);
  const slow = at(minutes(360, 7));
  assert.deepEqual([slow.burn1h, slow.burn6h, slow.budgetLeft], [7, 7, -6]);
});

test("with few calls nothing follows, and a tool that was not called for six hours is not shown", () => {
  const slo = new Slo(options);
  const counts = new MinuteCounts();
  counts.add(0, { all: 19, bad: 19 });
  const tool = { upstream: "a", tool: "t", counts, durations: undefined };
  assert.equal(slo.uses([tool], 0)[0]?.burn1h, undefined);
  counts.add(0, { all: 1, bad: 1 });
  assert.equal(slo.uses([tool], 0)[0]?.burn1h, 100);
  assert.deepEqual(slo.uses([tool], 500), []);
});

test("the first pattern that fits says what is expected of a tool, which may be nothing", () => {
  const slo = new Slo({
    ...options,
    tools: [
      { pattern: "a/quiet", objective: undefined },
      { pattern: "a/*", objective: { target: 99.9, within: undefined } },
    ],
  });
  const tools = [called([1], "quiet"), called([1], "other"), { ...called([1]), upstream: "b" }];
  assert.deepEqual(
    slo.uses(tools, 0).map(({ upstream, tool, target }) => `${upstream}/${tool} ${target}`),
    ["a/other 99.9", "b/t 99"],
  );
});

test("how long calls take is an objective of its own, and what came before it was one is not held against a tool", () => {
  const expected = { ...options, usual: { target: 99, within: { ms: 100, target: 90 } } };
  const durations = new Histogram();
  const tool = { ...called([0]), durations };
  const slo = new Slo(expected);
  for (let each = 0; each < 100; each += 1) durations.observe(each < 80 ? 50 : 500);
  slo.take([tool], 0);
  const [, latency] = slo.uses([tool], 0);
  assert.deepEqual(
    [latency?.kind, latency?.withinMs, latency?.windows["5m"]],
    ["latency", 100, { calls: 100, bad: 20, burn: 2 }],
  );

  slo.change({ ...expected, usual: { target: 99, within: { ms: 10, target: 90 } } });
  slo.take([tool], 0);
  assert.equal(slo.uses([tool], 0)[1]?.windows["6h"].calls, 0);
  durations.observe(50);
  slo.take([tool], 0);
  assert.deepEqual(slo.uses([tool], 0)[1]?.windows["6h"], { calls: 1, bad: 1, burn: 10 });
});

test("what a connector says of its tool is expected where the configuration says nothing else, and is shown as the connector's", () => {
  const durations = new Histogram();
  for (let each = 0; each < 100; each += 1) durations.observe(each < 80 ? 50 : 500);
  const promised = new Map([["a/t", 100]]);
  const latencyOf = (objective: Partial<Objective> | undefined, said: ReadonlyMap<string, number> = promised) => {
    const own = objective === undefined ? undefined : { target: 99, within: undefined, ...objective };
    const slo = new Slo({ ...options, tools: [{ pattern: "a/*", objective: own }] });
    const tool = { ...called([0]), durations };
    slo.take([tool], 0, said);
    const found = slo.uses([tool], 0).find(({ kind }) => kind === "latency");
    return found && [found.target, found.withinMs, found.from, found.windows["5m"].bad];
  };
  assert.deepEqual(latencyOf({ target: 99.9 }), [95, 100, "connector", 20]);
  assert.deepEqual(latencyOf({ within: { ms: 1000, target: 90 } }), [90, 1000, "configuration", 0]);
  assert.equal(latencyOf({ within: "no_matter" }), undefined);
  assert.equal(latencyOf(undefined), undefined, "of a tool of which nothing is expected, not that either");
  assert.equal(latencyOf({}, new Map([["a/other", 100]])), undefined);
  const slo = new Slo(options);
  assert.equal(slo.uses([called([0])], 0)[0]?.from, "default");
  assert.equal(
    new Slo({ ...options, usual: { target: 95, within: undefined } }).uses([called([0])], 0)[0]?.from,
    "configuration",
  );
});

test("a connector that says something else from now on is not held to that for what came before", () => {
  const durations = new Histogram();
  const tool = { ...called([0]), durations };
  const slo = new Slo(options);
  for (let each = 0; each < 10; each += 1) durations.observe(50);
  slo.take([tool], 0, new Map([["a/t", 100]]));
  slo.take([tool], 0, new Map([["a/t", 10]]));
  durations.observe(50);
  slo.take([tool], 0, new Map([["a/t", 10]]));
  const [, latency] = slo.uses([tool], 0);
  assert.deepEqual(latency?.windows["5m"], { calls: 1, bad: 1, burn: 20 });
});
