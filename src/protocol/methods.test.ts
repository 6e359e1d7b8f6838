import assert from "node:assert/strict";
import { test } from "node:test";
import { callMethods } from "./call.ts";
import { cacheableMethods, legacyRequests, modernRequests } from "./methods.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("what travels to an upstream may be asked for in both eras", () => {
  const either = callMethods.filter((method) => !method.startsWith("tasks/"));
  for (const method of either) assert.ok(legacyRequests.includes(method) && modernRequests.includes(method));
});

test("what 2026-07-28 took away is left to the legacy era, and what it brought to the modern one", () => {
  verifies("version.removed");
  const legacyOnly = legacyRequests.filter((method) => !modernRequests.includes(method));
  const modernOnly = modernRequests.filter((method) => !legacyRequests.includes(method));
  assert.deepEqual(legacyOnly, ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"]);
  assert.deepEqual(modernOnly, [
    "server/discover",
    "subscriptions/listen",
    "tasks/get",
    "tasks/update",
    "tasks/cancel",
  ]);
});

test("the results that carry how long they may be kept are those the specification lists", () => {
  verifies("caching.hints");
  assert.deepEqual(
    [...cacheableMethods].toSorted(),
    [
      "prompts/list",
      "resources/list",
      "resources/read",
      "resources/templates/list",
      "server/discover",
      "tools/list",
    ].toSorted(),
  );
});
