import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { seededRandom } from "../../src/core/seeded-random.ts";
import { fileRig } from "../rig/rig.ts";
import { type Holding, soak } from "../soak/cycles.ts";
import { growthOf, pointCount } from "../soak/growth.ts";

const skip = existsSync("/proc/self/stat") ? false : "it looks into /proc";

fileRig();

/** Far more than a few cycles may cost, far less than what one would leave that forgot a process or a connection each time. */
const noiseBytes = 3 * 1024 * 1024;

test(
  "servers and gateways that come and go leave no process, no open file and no memory behind",
  { skip },
  async (t) => {
    const held: Holding[] = [];
    for await (const holding of soak([8, 28])) held.push(holding);
    const [first, last] = held;
    assert.ok(first !== undefined && last !== undefined);
    t.diagnostic(
      `heap ${first.heapBytes} → ${last.heapBytes}, resident ${first.residentBytes} → ${last.residentBytes}`,
    );
    assert.ok(last.openFiles <= first.openFiles, `${first.openFiles} open files became ${last.openFiles}`);
    assert.ok(last.heapBytes - first.heapBytes < noiseBytes, `${first.heapBytes} bytes became ${last.heapBytes}`);
  },
);

for (const { leakBytes, isFound } of [
  { leakBytes: 0, isFound: false },
  { leakBytes: 2000, isFound: true },
]) {
  test(`a leak of ${leakBytes} bytes a cycle is ${isFound ? "" : "not "}seen through noise of a third of a MiB`, () => {
    const random = seededRandom(7);
    const points = Array.from({ length: pointCount }, (_, at) => ({
      cycles: 200 + at * 40,
      value: 20_000_000 + leakBytes * at * 40 + random() * 350_000,
    }));
    assert.equal(growthOf(points).atLeastPerCycle > 512, isFound);
  });
}
