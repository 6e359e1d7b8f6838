import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileRig } from "../rig/rig.ts";
import { type Holding, soak } from "../soak/cycles.ts";

const skip = existsSync("/proc/self/stat") ? false : "it looks into /proc";

fileRig();

/** Far more than a few cycles may cost, far less than what one would leave that forgot a process or a connection each time. */
const noiseBytes = 2 * 1024 * 1024;

test("servers that come and go leave no process, no open file and no memory behind", { skip }, async (t) => {
  const held: Holding[] = [];
  for await (const holding of soak([5, 20])) held.push(holding);
  const [first, last] = held;
  assert.ok(first !== undefined && last !== undefined);
  t.diagnostic(`heap ${first.heapBytes} → ${last.heapBytes}, resident ${first.residentBytes} → ${last.residentBytes}`);
  assert.ok(last.openFiles <= first.openFiles, `${first.openFiles} open files became ${last.openFiles}`);
  assert.ok(last.heapBytes - first.heapBytes < noiseBytes, `${first.heapBytes} bytes became ${last.heapBytes}`);
});
