import assert from "node:assert/strict";
import { test } from "node:test";
import * as api from "../../src/index.ts";

test("the package exports exactly these values", () => {
  assert.deepEqual(Object.keys(api).toSorted(), [
    "GatewayError",
    "causeTable",
    "configJsonSchema",
    "errorTable",
    "explainError",
    "loadConfig",
    "memoryPair",
    "ownStdio",
    "startSwitchyard",
    "systemClock",
    "upstreamDefaults",
    "watchWork",
    "workLimitDefaults",
  ]);
});
