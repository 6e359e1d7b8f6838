import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { objectAt } from "../../core/json.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { metaKeys } from "../../protocol/rev-2026-07-28/meta.ts";
import { relatedTaskKey } from "../../protocol/tasks.ts";
import {
  TaskStand,
  codeOf,
  extensions,
  identity,
  inTurn,
  legacyState,
  modernState,
  paramsOf,
  result,
  settle,
  valueOf,
} from "../../../test/rig/task-stand.ts";

/* What one generation of tasks says in its own way is said to a client of the other in that one's. */

const stand = new TaskStand();
const { old, fresh, plain, gateway, clock } = stand;

before(() => stand.start());
after(() => stand[Symbol.asyncDispose]());
beforeEach(() => {
  for (const { received } of [old, fresh, plain]) received.length = 0;
});

test("legacy to modern: the task is there at once, and ends with what the call comes to", async () => {
  const client = stand.legacy();
  fresh.answer("tools/call", { resultType: "complete", content: [{ type: "text", text: "done" }] });
  const { task } = valueOf(await client.ask("tools/call", { name: "fresh__echo", task: { ttl: 5000 } }));
  const { taskId, status, ttl } = objectAt({ task }, "task") ?? {};
  assert.match(String(taskId), /^fresh__/);
  assert.deepEqual([status, ttl], ["working", 5000]);
  const value = valueOf(await client.ask("tasks/result", { taskId }));
  assert.deepEqual(value, {
    content: [{ type: "text", text: "done" }],
    _meta: { [relatedTaskKey]: { taskId } },
  });
  assert.equal(valueOf(await client.ask("tasks/get", { taskId }))["status"], "completed");
  assert.equal(codeOf(await client.ask("tasks/cancel", { taskId })), -32602);
  const declared = objectAt(paramsOf(fresh, "tools/call") ?? {}, "_meta")?.[metaKeys.clientCapabilities];
  assert.deepEqual(declared, { elicitation: {}, extensions });
  assert.equal(client.told.at(-1)?.params["status"], "completed");
  client.end();
});

test("legacy to modern: an upstream's task is followed, and what it needs is asked while its result is waited for", async () => {
  const client = stand.legacy();
  const inputRequests = { k: { method: "elicitation/create", params: { message: "name?" } } };
  fresh.answer("tools/call", { resultType: "task", ...modernState("working") });
  fresh.answer(
    "tasks/get",
    inTurn(
      { resultType: "complete", ...modernState("input_required", { inputRequests }) },
      { resultType: "complete", ...modernState("completed", { result: { content: [], isError: true } }) },
    ),
  );
  fresh.answer("tasks/update", { resultType: "complete" });
  const { task } = valueOf(await client.ask("tools/call", { name: "fresh__echo", task: {} }));
  const taskId = objectAt({ task }, "task")?.["taskId"];
  await settle();
  clock.advance(500);
  await settle();
  assert.equal(valueOf(await client.ask("tasks/get", { taskId }))["status"], "input_required");
  assert.deepEqual(client.asked, []);
  // A wait that is given up does not lose the question.
  client.answer = () => Promise.withResolvers<Answer>().promise;
  const controller = new AbortController();
  const given = client.ask("tasks/result", { taskId }, { controller });
  await settle();
  controller.abort();
  await given;
  client.answer = () => Promise.resolve(result({ action: "accept", content: { name: "Ada" } }));
  const waited = client.ask("tasks/result", { taskId });
  await settle();
  assert.deepEqual(client.asked.at(-1), {
    method: "elicitation/create",
    params: { message: "name?", _meta: { [relatedTaskKey]: { taskId } } },
  });
  assert.deepEqual(paramsOf(fresh, "tasks/update")?.["inputResponses"], {
    k: { action: "accept", content: { name: "Ada" } },
  });
  assert.equal(paramsOf(fresh, "tasks/update")?.["taskId"], "t-1");
  clock.advance(500);
  assert.equal(valueOf(await waited)["isError"], true);
  // 2025-11-25: a failed tool fails the task.
  assert.equal(valueOf(await client.ask("tasks/get", { taskId }))["status"], "failed");
  client.end();
});

test("legacy to modern: cancelling ends the work, and the session's end does too", async () => {
  for (const by of ["request", "session"]) {
    const client = stand.legacy();
    fresh.answer("tools/call", { resultType: "task", ...modernState("working") });
    fresh.answer("tasks/get", { resultType: "complete", ...modernState("working") });
    fresh.answer("tasks/cancel", { resultType: "complete" });
    const { task } = valueOf(await client.ask("tools/call", { name: "fresh__echo", task: {} }));
    const taskId = objectAt({ task }, "task")?.["taskId"];
    await settle();
    const cancelled = fresh.next("tasks/cancel");
    if (by === "request") {
      const waited = client.ask("tasks/result", { taskId });
      assert.equal(valueOf(await client.ask("tasks/cancel", { taskId }))["status"], "cancelled");
      assert.equal(codeOf(await waited), 49_901);
    }
    client.end();
    assert.equal((await cancelled).params["taskId"], "t-1");
  }
  assert.equal(gateway.tasks.size, 0);
});

test("a legacy call that a modern upstream makes only as a task is waited for; a modern client is told what is missing", async () => {
  const client = stand.legacy();
  const error = { code: -32021, message: "tasks needed", data: { requiredCapabilities: { extensions } } };
  fresh.answer("tools/call", (params) => {
    const declared = objectAt(objectAt(params, "_meta") ?? {}, metaKeys.clientCapabilities);
    return declared !== undefined && "extensions" in declared
      ? { resultType: "task", ...modernState("working") }
      : { error };
  });
  fresh.answer("tasks/get", { resultType: "complete", ...modernState("completed", { result: { content: [] } }) });
  const called = client.ask("tools/call", { name: "fresh__echo" });
  await settle();
  clock.advance(500);
  assert.deepEqual(valueOf(await called), { content: [] });
  assert.equal(codeOf(await stand.modern("tools/call", { name: "fresh__echo" }, { capabilities: {} })), -32021);
  client.end();
});

test("modern to legacy: a tool that can be a task becomes one, whose end carries the result", async () => {
  old.answer("tools/call", { task: legacyState("working") });
  old.answer("tasks/result", "silence");
  const pending = old.next("tasks/result");
  const made = valueOf(await stand.modern("tools/call", { name: "old__may" }));
  const taskId = "old__t-1";
  const identified = { [metaKeys.serverInfo]: identity };
  assert.deepEqual(made, { resultType: "task", ...modernState("working", { taskId }), _meta: identified });
  old.answer("tasks/get", legacyState("working", { statusMessage: "half" }));
  clock.advance(500);
  await settle();
  // No request is open for a task that only works: there may be many.
  assert.equal(paramsOf(old, "tasks/result"), undefined);
  const got = valueOf(await stand.modern("tasks/get", { taskId }));
  assert.deepEqual([got["resultType"], got["status"], got["statusMessage"]], ["complete", "working", "half"]);
  old.answer("tasks/get", legacyState("input_required"));
  old.notify("notifications/tasks/status", legacyState("input_required"));
  const { id } = await pending;
  const related = { [relatedTaskKey]: { taskId: "t-1" } };
  old.send(
    JSON.stringify({
      jsonrpc: "2.0",
      id: "q2",
      method: "elicitation/create",
      params: { message: "?", _meta: related },
    }),
  );
  await settle();
  const asking = valueOf(await stand.modern("tasks/get", { taskId }));
  assert.deepEqual(
    [asking["status"], asking["inputRequests"]],
    ["input_required", { q1: { method: "elicitation/create", params: { message: "?" } } }],
  );
  const inputResponses = { q1: { action: "decline" }, nobody: {} };
  assert.equal(valueOf(await stand.modern("tasks/update", { taskId, inputResponses }))["resultType"], "complete");
  await settle();
  assert.deepEqual(old.answers.get("q2"), { action: "decline", _meta: related });
  if (id !== undefined) old.complete(id, { content: [], isError: true, _meta: related });
  await settle();
  const ended = valueOf(await stand.modern("tasks/get", { taskId }));
  // SEP-2663: a tool that failed has completed, and the id of the task stands in one place only.
  assert.deepEqual([ended["status"], ended["result"]], ["completed", { content: [], isError: true }]);
  assert.equal(valueOf(await stand.modern("tasks/cancel", { taskId }))["resultType"], "complete");
  assert.equal(codeOf(await stand.modern("tasks/get", { taskId }, { capabilities: {} })), -32021);
  assert.equal(codeOf(await stand.modern("tasks/get", { taskId: "old__t-2" })), -32602);
  gateway.tasks.leave("local");
});

test("a tool that can only be a task is waited for on behalf of whoever knows no tasks; giving up cancels it", async () => {
  old.answer("tools/call", { task: legacyState("working") });
  old.answer("tasks/result", {
    content: [{ type: "text", text: "yes" }],
    _meta: { [relatedTaskKey]: { taskId: "t-1" } },
  });
  const modern = valueOf(await stand.modern("tools/call", { name: "old__must" }, { capabilities: {} }));
  assert.deepEqual([modern["resultType"], modern["content"]], ["complete", [{ type: "text", text: "yes" }]]);
  const client = stand.legacy();
  assert.deepEqual(valueOf(await client.ask("tools/call", { name: "old__must" })), {
    content: [{ type: "text", text: "yes" }],
  });
  old.answer("tasks/result", "silence");
  const pending = old.next("tasks/result");
  const begun = old.next("tools/call");
  const controller = new AbortController();
  const params = { name: "old__must", _meta: { progressToken: "mine" } };
  const called = client.ask("tools/call", params, { controller });
  const token = objectAt((await begun).params, "_meta")?.["progressToken"];
  await pending;
  old.notify("notifications/progress", { progressToken: token, progress: 7 });
  await settle();
  assert.deepEqual(client.told, [{ method: "notifications/progress", params: { progressToken: "mine", progress: 7 } }]);
  const cancelled = old.next("tasks/cancel");
  controller.abort();
  assert.equal((await cancelled).params["taskId"], "t-1");
  await called;
  client.end();
});
