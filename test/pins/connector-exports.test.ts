import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as api from "../../src/connector/api.ts";

const toolkit = [
  "CircuitBreaker",
  "ResourceMonitor",
  "batch",
  "bulkhead",
  "cached",
  "explainError",
  "fallback",
  "isSigned",
  "mayPass",
  "rateLimit",
  "resilient",
  "retry",
  "sleep",
  "streamPages",
  "systemClock",
  "timed",
  "trackProgress",
];

test("switchyard/connector exports exactly these values", () => {
  const own = ["ToolFailure", "defineConnector", "inGroup", "openConnector", "serveConnector", "tool"];
  assert.deepEqual(Object.keys(api).toSorted(), [...own, ...toolkit].toSorted());
});

test("docs/connectors.md names every piece of the toolkit", () => {
  const page = readFileSync(new URL("../../docs/connectors.md", import.meta.url), "utf8");
  const named = [...page.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, name = ""]) => name),
  );
  assert.deepEqual(named.toSorted(), toolkit.toSorted());
});
