import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { everyRight } from "../../access/rights.ts";
import { objectAt } from "../../core/json.ts";
import type { Notification } from "../../protocol/call.ts";
import { metaKeys } from "../../protocol/rev-2026-07-28/meta.ts";
import { relatedTaskKey } from "../../protocol/tasks.ts";
import {
  TaskStand,
  codeOf,
  identity,
  legacyState,
  modernState,
  paramsOf,
  settle,
  valueOf,
} from "../../../test/rig/task-stand.ts";
import type { Outcome } from "../dispatch.ts";
import { initializeResult } from "../self.ts";
import { maxTasksOfOne } from "./task-table.ts";

const stand = new TaskStand();
const { old, fresh, plain, gateway, clock } = stand;

before(() => stand.start());
after(() => stand[Symbol.asyncDispose]());
beforeEach(() => {
  for (const { received } of [old, fresh, plain]) received.length = 0;
});

async function supports(outcome: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { tools } = valueOf(await outcome);
  assert.ok(Array.isArray(tools));
  return Object.fromEntries(tools.map(({ name, execution }) => [name, execution?.taskSupport]));
}

test("tasks are announced in each generation's way, to those who know it, where some upstream has any", () => {
  const view = gateway.view({ kind: "all" }, everyRight);
  const announced = initializeResult(view, "2025-11-25", identity)["capabilities"];
  const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
  assert.deepEqual(objectAt({ announced }, "announced")?.["tasks"], tasks);
  assert.doesNotMatch(JSON.stringify(initializeResult(view, "2025-06-18", identity)), /"tasks":/);
  const without = gateway.view({ kind: "upstream", name: "plain" }, everyRight);
  assert.doesNotMatch(JSON.stringify(initializeResult(without, "2025-11-25", identity)), /tasks/);
});

test("a legacy client sees which tools can be called as tasks through the gateway; a modern one what upstreams say", async () => {
  const client = stand.legacy();
  assert.deepEqual(await supports(client.ask("tools/list")), {
    fresh__echo: "optional",
    old__may: "optional",
    old__must: "optional",
    old__never: "forbidden",
    plain__echo: undefined,
  });
  const modern = await supports(stand.modern("tools/list"));
  assert.deepEqual([modern["fresh__echo"], modern["old__must"]], [undefined, "required"]);
  client.end();
});

test("a tool that cannot be called as a task is refused as one; where no tasks were announced, the wish is ignored", async () => {
  const client = stand.legacy();
  assert.equal(codeOf(await client.ask("tools/call", { name: "old__never", task: {} })), -32601);
  assert.equal(codeOf(await client.ask("tools/call", { name: "plain__echo", task: {} })), -32601);
  assert.equal(codeOf(await client.ask("tools/call", { name: "old__may", task: { ttl: "long" } })), -32602);
  assert.deepEqual(old.received, []);
  const route = { kind: "upstream", name: "plain" } as const;
  const alone = await client.ask("tools/call", { name: "echo", task: {} }, { route });
  assert.deepEqual(valueOf(alone), { content: [{ type: "text", text: "hi" }] });
  assert.deepEqual(paramsOf(plain, "tools/call"), { name: "echo" });
  client.end();
});

test("legacy to legacy: a task is its upstream's, under an id that names it, for its own session alone", async () => {
  const client = stand.legacy();
  const other = stand.legacy();
  old.answer("tools/call", { task: legacyState("working"), _meta: { note: 1 } });
  const made = valueOf(await client.ask("tools/call", { name: "old__may", task: { ttl: 60_000 } }));
  const taskId = "old__t-1";
  assert.deepEqual(made, { task: legacyState("working", { taskId }), _meta: { note: 1 } });
  assert.deepEqual(paramsOf(old, "tools/call"), { name: "may", task: { ttl: 60_000 } });
  old.answer("tasks/get", legacyState("working", { statusMessage: "half" }));
  const got = valueOf(await client.ask("tasks/get", { taskId }));
  assert.deepEqual(got, legacyState("working", { statusMessage: "half", taskId }));
  assert.deepEqual(paramsOf(old, "tasks/get"), { taskId: "t-1" });
  assert.deepEqual(valueOf(await client.ask("tasks/list")), { tasks: [got] });
  assert.deepEqual(valueOf(await other.ask("tasks/list")), { tasks: [] });
  for (const method of ["tasks/get", "tasks/result", "tasks/cancel"]) {
    assert.equal(codeOf(await other.ask(method, { taskId })), -32602);
    assert.equal(codeOf(await client.ask(method, { taskId: "t-1" })), -32602);
  }
  const related = { [relatedTaskKey]: { taskId: "t-1" } };
  old.answer("tasks/result", { content: [], _meta: related });
  assert.deepEqual(valueOf(await client.ask("tasks/result", { taskId })), {
    content: [],
    _meta: { [relatedTaskKey]: { taskId } },
  });
  old.answer("tasks/cancel", { error: { code: -32602, message: "already over" } });
  assert.equal(codeOf(await client.ask("tasks/cancel", { taskId })), -32602);
  client.end();
  other.end();
});

test("legacy to legacy: progress and status reach the task's session after the call was answered, and questions whoever waits", async () => {
  const client = stand.legacy();
  const other = stand.legacy();
  old.answer("tools/call", { task: legacyState("working") });
  const received = old.next("tools/call");
  await client.ask("tools/call", { name: "old__may", task: {}, _meta: { progressToken: "mine" } });
  const token = objectAt((await received).params, "_meta")?.["progressToken"];
  old.notify("notifications/progress", { progressToken: token, progress: 1 });
  old.notify("notifications/tasks/status", legacyState("input_required"));
  await settle();
  const taskId = "old__t-1";
  assert.deepEqual(client.told, [
    { method: "notifications/progress", params: { progressToken: "mine", progress: 1 } },
    { method: "notifications/tasks/status", params: legacyState("input_required", { taskId }) },
  ]);
  assert.deepEqual(other.told, []);
  old.answer("tasks/result", "silence");
  const pending = old.next("tasks/result");
  const waited = client.ask("tasks/result", { taskId });
  const { id } = await pending;
  // Somebody else's call is under way too: the question says whose it is.
  old.answer("tools/call", "silence");
  const busy = new AbortController();
  const otherCall = other.ask("tools/call", { name: "old__may" }, { controller: busy });
  await settle();
  const own = { [relatedTaskKey]: { taskId: "t-1" } };
  old.send(
    JSON.stringify({
      jsonrpc: "2.0",
      id: "q",
      method: "elicitation/create",
      params: { message: "?", task: {}, _meta: own },
    }),
  );
  await settle();
  assert.deepEqual(
    client.asked.map(({ params }) => params),
    [{ message: "?", _meta: { [relatedTaskKey]: { taskId } } }],
  );
  assert.deepEqual(other.asked, []);
  assert.deepEqual(old.answers.get("q"), { action: "accept", _meta: own });
  // However long it takes.
  clock.advance(50_000);
  if (id !== undefined) old.complete(id, { content: [] });
  assert.deepEqual(valueOf(await waited)["content"], []);
  busy.abort();
  await otherCall;
  client.end();
  other.end();
});

test("who listens for tasks is told how they stand, whoever has them; those of which nobody will tell are not acknowledged", async () => {
  old.answer("tools/call", { task: legacyState("working") });
  old.answer("tasks/result", "silence");
  const pending = old.next("tasks/result");
  await stand.modern("tools/call", { name: "old__may" });
  old.answer("tasks/get", legacyState("completed"));
  old.notify("notifications/tasks/status", legacyState("completed"));
  const { id } = await pending;
  const listened = fresh.next("subscriptions/listen");
  const told: Notification[] = [];
  const taskIds = ["old__t-1", "fresh__t-1", "fresh__unheard", "nobody__t"];
  void stand.modern("subscriptions/listen", { notifications: { taskIds } }, { notify: (said) => told.push(said) });
  const { id: subscription, params } = await listened;
  assert.deepEqual(params["notifications"], { taskIds: ["t-1", "unheard"] });
  const meta = { [metaKeys.subscriptionId]: subscription };
  const acknowledged = "notifications/subscriptions/acknowledged";
  fresh.notify(acknowledged, { notifications: { taskIds: ["t-1"] }, _meta: meta });
  await settle();
  assert.deepEqual(told[0]?.params["notifications"], { taskIds: ["old__t-1", "fresh__t-1"] });
  fresh.notify("notifications/tasks", { ...modernState("completed", { result: {} }), _meta: meta });
  if (id !== undefined) old.complete(id, { content: [] });
  await settle();
  assert.deepEqual(
    told.slice(1).map(({ method, params: said }) => [method, said["taskId"], said["status"]]),
    [
      ["notifications/tasks", "fresh__t-1", "completed"],
      ["notifications/tasks", "old__t-1", "completed"],
    ],
  );
  const filter = { notifications: { taskIds } };
  assert.equal(codeOf(await stand.modern("subscriptions/listen", filter, { capabilities: {} })), -32021);
  gateway.tasks.leave("local");
});

test("tasks are bounded in number and forgotten when their time is over", async () => {
  const client = stand.legacy();
  fresh.answer("tools/call", { resultType: "complete", content: [] });
  for (let made = 0; made < maxTasksOfOne; made += 1) {
    valueOf(await client.ask("tools/call", { name: "fresh__echo", task: { ttl: 60_000 } }));
  }
  assert.equal(codeOf(await client.ask("tools/call", { name: "fresh__echo", task: {} })), 50_306);
  const { tasks, nextCursor } = valueOf(await client.ask("tasks/list"));
  assert.ok(Array.isArray(tasks));
  const rest = valueOf(await client.ask("tasks/list", { cursor: nextCursor }))["tasks"];
  assert.ok(Array.isArray(rest));
  assert.equal(new Set([...tasks, ...rest].map(({ taskId }) => taskId)).size, tasks.length * 2);
  assert.equal(codeOf(await client.ask("tasks/list", { cursor: "forged" })), -32602);
  const [{ taskId }] = tasks;
  clock.advance(60_001);
  assert.equal(codeOf(await client.ask("tasks/get", { taskId })), -32602);
  assert.deepEqual(valueOf(await client.ask("tasks/list")), { tasks: [] });
  client.end();
});
