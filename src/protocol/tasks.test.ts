import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "./call.ts";
import { codecsFor } from "./codecs.ts";
import {
  announcesToolTasks,
  declaresTasks,
  declaringTasks,
  legacyTask,
  modernTask,
  readTask,
  relatedTask,
  relatedTaskKey,
  relatedTo,
} from "./tasks.ts";

const codecs = codecsFor({ name: "x", title: "X", version: "0" });
const caller = { info: undefined, capabilities: {} };
const times = { createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:01Z" };

test("a task of either generation reads the same, and is written in each one's own words", () => {
  const legacy = { taskId: "t", status: "working", statusMessage: "half", ...times, ttl: 5000, pollInterval: 100 };
  const modern = { taskId: "t", status: "working", statusMessage: "half", ...times, ttlMs: 5000, pollIntervalMs: 100 };
  const fromLegacy = readTask(legacy, "");
  assert.deepEqual(fromLegacy, readTask(modern, ""));
  assert.ok(fromLegacy);
  assert.deepEqual(legacyTask(fromLegacy), legacy);
  assert.deepEqual(modernTask(fromLegacy), modern);
});

test("a task without an end has null for a time to live, and one without id or status is none", () => {
  const endless = readTask({ taskId: "t", status: "failed" }, "2026-02-02T00:00:00Z");
  assert.ok(endless);
  const written = { taskId: "t", status: "failed", createdAt: "2026-02-02T00:00:00Z" };
  assert.deepEqual(legacyTask(endless), { ...written, lastUpdatedAt: written.createdAt, ttl: null });
  assert.deepEqual(modernTask(endless), { ...written, lastUpdatedAt: written.createdAt, ttlMs: null });
  assert.equal(readTask({ taskId: "t", status: "submitted" }, ""), undefined);
  assert.equal(readTask({ status: "working" }, ""), undefined);
});

test("what a message belongs to is changed or taken away, and everything else of it stays", () => {
  const related = { content: [], _meta: { "com.example/k": 1, [relatedTaskKey]: { taskId: "a" } } };
  assert.equal(relatedTask(related), "a");
  assert.deepEqual(relatedTo(related, "b"), {
    content: [],
    _meta: { "com.example/k": 1, [relatedTaskKey]: { taskId: "b" } },
  });
  assert.deepEqual(relatedTo(related, undefined), { content: [], _meta: { "com.example/k": 1 } });
  assert.deepEqual(relatedTo({ _meta: { [relatedTaskKey]: {} }, x: 1 }, undefined), { x: 1 });
  const unrelated = { content: [] };
  assert.equal(relatedTo(unrelated, undefined), unrelated);
});

test("tasks are announced by what can be called as one, and declared by the extension", () => {
  assert.equal(announcesToolTasks({ tasks: { requests: { tools: { call: {} } } } }), true);
  assert.equal(announcesToolTasks({ tasks: { list: {}, requests: { sampling: {} } } }), false);
  assert.equal(declaresTasks({ extensions: { other: {} } }), false);
  assert.equal(declaresTasks(declaringTasks({ sampling: {}, extensions: { other: {} } })), true);
});

test("the wish for a task is read and written in 2025-11-25 alone; the other revisions ignore it", () => {
  const params = { name: "n", task: { ttl: 5000 } };
  const wishing = codecs["2025-11-25"].decodeCall("tools/call", params, caller);
  assert.deepEqual([wishing.task, wishing.params], [{ ttlMs: 5000 }, { name: "n" }]);
  assert.deepEqual(codecs["2025-11-25"].encodeCall(wishing, undefined), params);
  assert.deepEqual(codecs["2025-06-18"].encodeCall(wishing, undefined), { name: "n" });
  const ignoring = codecs["2025-06-18"].decodeCall("tools/call", params, caller);
  assert.deepEqual([ignoring.task, ignoring.params], [undefined, { name: "n" }]);
  // SEP-2663: a client may still send the member; it means nothing, and must mean nothing to a legacy upstream either.
  const modern: Call = { ...wishing, task: undefined, params };
  assert.deepEqual(codecs["2025-11-25"].encodeCall(modern, undefined), { name: "n" });
  for (const task of [1, null, { ttl: -1 }, { ttl: "5" }]) {
    assert.throws(() => codecs["2025-11-25"].decodeCall("tools/call", { name: "n", task }, caller), {
      code: "invalid_params",
    });
  }
});

test("only a client of 2025-11-25 may ask about experimental tasks", () => {
  for (const revision of ["2024-11-05", "2025-03-26", "2025-06-18"] as const) {
    assert.equal(codecs[revision].requests.has("tasks/get"), false);
  }
  for (const method of ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"]) {
    assert.ok(codecs["2025-11-25"].requests.has(method));
  }
  assert.equal(codecs["2026-07-28"].requests.has("tasks/result"), false);
});
