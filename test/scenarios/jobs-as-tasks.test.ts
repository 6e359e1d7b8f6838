import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { tasksExtension } from "../../src/protocol/tasks.ts";
import { bearer } from "../rig/access-stand.ts";
import { type JobStand, jobStand } from "../rig/job-stand.ts";
import { type RawAnswer, type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* A job is a task of either generation: asked about by any session of its owner, also after a restart of the gateway. */

const rig = fileRig();
const jobs = { keep: 100, tools: true };
const extensions = { extensions: { [tasksExtension]: {} } };
const two = {
  operations: [
    { tool: "up__look", arguments: { n: 1 } },
    { tool: "up__look", arguments: { n: -1 } },
  ],
};
const endless = { operations: [{ tool: "up__look", arguments: { n: 1000 } }] };

function local({ switchyard }: JobStand) {
  return bearer(switchyard.localKey);
}

function resultIn({ answer }: RawAnswer): JsonObject {
  assert.ok(isJsonObject(answer["result"]), JSON.stringify(answer));
  return answer["result"];
}

function codeIn({ answer }: RawAnswer): unknown {
  return objectAt(answer, "error")?.["code"];
}

async function legacyTask(client: RawClient, given: JsonObject): Promise<string> {
  const made = resultIn(await client("tools/call", { name: "jobs_submit", arguments: given, task: { ttl: 1000 } }));
  const task = objectAt(made, "task") ?? {};
  assert.equal(task["ttl"], null, "it is kept as jobs are");
  return stringAt(task, "taskId") ?? "";
}

test("2025-11-25: a job that is submitted as a task is asked about, waited for, listed and cancelled as one", async () => {
  const stand = await jobStand(rig, { jobs });
  const client = await rawLegacy(stand.url, local(stand));
  const { tools } = resultIn(await client("tools/list", {}));
  assert.ok(Array.isArray(tools));
  const submit = tools.find(({ name }) => name === "jobs_submit");
  assert.deepEqual(submit.execution, { taskSupport: "optional" });
  const id = await legacyTask(client, two);
  const result = resultIn(await client("tasks/result", { taskId: id }));
  assert.deepEqual(objectAt(result, "_meta"), { "io.modelcontextprotocol/related-task": { taskId: id } });
  assert.partialDeepStrictEqual(result["structuredContent"], { jobId: id, status: "completed", counts: { failed: 1 } });
  assert.equal(resultIn(await client("tasks/get", { taskId: id }))["status"], "completed");
  assert.equal(codeIn(await client("tasks/cancel", { taskId: id })), -32_602);
  const other = await legacyTask(client, endless);
  const waiting = client("tasks/result", { taskId: other });
  assert.equal(resultIn(await client("tasks/cancel", { taskId: other }))["status"], "cancelled");
  assert.partialDeepStrictEqual(resultIn(await waiting), { isError: true, structuredContent: { status: "cancelled" } });
  const { tasks } = resultIn(await client("tasks/list", {}));
  assert.ok(Array.isArray(tasks));
  assert.deepEqual(
    tasks.map(({ taskId, status }) => [taskId, status]),
    [
      [id, "completed"],
      [other, "cancelled"],
    ],
  );
  const alone = await rawLegacy(`${stand.url}/u/up`, local(stand));
  assert.equal(codeIn(await alone("tasks/get", { taskId: id })), -32_602, "at a server's address there are none");
});

test("2026-07-28: whoever takes tasks gets the job as one; whoever does not gets its id", async () => {
  const stand = await jobStand(rig, { jobs });
  const client = rawModern(stand.url, local(stand));
  const discovered = resultIn(await client("server/discover", {}));
  assert.ok(tasksExtension in (objectAt(objectAt(discovered, "capabilities") ?? {}, "extensions") ?? {}));
  const given = { name: "jobs_submit", arguments: two };
  assert.partialDeepStrictEqual(resultIn(await client("tools/call", given)), { resultType: "complete" });
  const task = resultIn(await client("tools/call", given, extensions));
  assert.partialDeepStrictEqual(task, { resultType: "task", ttlMs: null, pollIntervalMs: 1000 });
  const { taskId } = task;
  let seen: JsonObject = {};
  await until(async () => {
    seen = resultIn(await client("tasks/get", { taskId }, extensions));
    return seen["status"] === "completed";
  }, "the task is completed");
  assert.partialDeepStrictEqual(objectAt(seen, "result"), {
    structuredContent: { jobId: taskId, counts: { succeeded: 1 } },
  });
  const held = resultIn(await client("tools/call", { name: "jobs_submit", arguments: endless }, extensions));
  assert.equal(
    resultIn(await client("tasks/update", { taskId: held["taskId"], inputResponses: {} }, extensions))["resultType"],
    "complete",
  );
  resultIn(await client("tasks/cancel", { taskId: held["taskId"] }, extensions));
  assert.equal(resultIn(await client("tasks/get", { taskId: held["taskId"] }, extensions))["status"], "cancelled");
  const other = rawModern(stand.url, (await stand.key("operator", "up")).headers);
  assert.equal(codeIn(await other("tasks/get", { taskId }, extensions)), -32_602, "another's is not there");
});

test("a job's task is there after a restart of the gateway, also for another session", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-job-tasks-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const first = await jobStand(rig, { jobs, dataDir });
  const taskId = await legacyTask(await rawLegacy(first.url, local(first)), endless);
  await until(() => first.called().length === 1, "it is under way");
  await first.switchyard.close();
  const second = await jobStand(rig, { jobs, dataDir });
  second.up.answer("tools/call", { content: [] });
  const client = await rawLegacy(second.url, local(second));
  const result = resultIn(await client("tasks/result", { taskId }));
  assert.partialDeepStrictEqual(result["structuredContent"], { jobId: taskId, counts: { succeeded: 1 } });
  const modern = rawModern(second.url, local(second));
  assert.equal(resultIn(await modern("tasks/get", { taskId }, extensions))["status"], "completed");
  await second.switchyard.close();
});
