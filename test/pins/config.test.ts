import assert from "node:assert/strict";
import { test } from "node:test";
import { configJsonSchema } from "../../src/config/schema.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";

/** What people write in their files. A change here is a change for them: say so in the changelog. */
const pinned = {
  server: [
    "type",
    "command",
    "args",
    "env",
    "envFile",
    "cwd",
    "url",
    "connector",
    "config",
    "isolate",
    "headers",
    "oauth",
    "disabled",
    "timeoutMs",
    "cache",
    "maxTimeoutMs",
    "rateLimit",
    "validate",
    "fallback",
    "role",
    "retry",
    "concurrency",
    "tools",
    "startTimeoutMs",
    "definitions",
    "lazy",
    "idleMs",
    "restart",
    "health",
    "breaker",
    "disabledTools",
    "limits",
    "description",
    "autoApprove",
    "alwaysAllow",
    "dev",
    "gallery",
  ],
  health: { intervalMs: [30_000, 0, 86_400_000], timeoutMs: [10_000, 1, 3_600_000], failures: [3, 1, 1000] },
  breaker: { failures: [5, 1, 1000], openMs: [60_000, 1, 86_400_000], probes: [3, 1, 100] },
  restart: ["always", "on-failure", "never"],
};

function bounds(object: JsonObject | undefined): unknown {
  const members = Object.entries(objectAt(object ?? {}, "properties") ?? {});
  return Object.fromEntries(
    members.map(([key, value]) => {
      const { default: usual, minimum, maximum } = isJsonObject(value) ? value : {};
      return [key, [usual, minimum, maximum]];
    }),
  );
}

test("a server has these keys, and those of numbers these defaults and bounds", () => {
  const schema: unknown = JSON.parse(JSON.stringify(configJsonSchema()));
  assert.ok(isJsonObject(schema));
  const server = objectAt(objectAt(objectAt(schema, "$defs") ?? {}, "server") ?? {}, "properties") ?? {};
  assert.deepEqual(Object.keys(server), pinned.server);
  assert.deepEqual(bounds(objectAt(server, "health")), pinned.health);
  assert.deepEqual(bounds(objectAt(server, "breaker")), pinned.breaker);
  assert.deepEqual(objectAt(server, "restart")?.["enum"], pinned.restart);
});
