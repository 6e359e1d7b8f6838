import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { type Credentials, bearer } from "../rig/access-stand.ts";
import { type JobStand, jobIdIn, jobStand, operationLine } from "../rig/job-stand.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";

/* A batch is a job that begins when it is executed: over HTTP, and by methods of its own over WebSocket. */

const rig = fileRig();
let stand: JobStand;
let local: Credentials;

before(async () => {
  stand = await jobStand(rig);
  local = bearer(stand.switchyard.localKey);
});

function operations(...numbers: readonly number[]): unknown[] {
  return numbers.map((n): unknown => JSON.parse(operationLine(n)));
}

async function connected(as: Credentials, path = "") {
  const socket = await rawWebSocket(`${stand.url.replace("http", "ws")}${path}`, ["mcp"], as);
  rig.use(socket);
  let lastId = 0;
  return async (method: string, params: JsonObject = {}): Promise<JsonObject> => {
    lastId += 1;
    socket.request(lastId, method, params);
    return socket.answer(lastId);
  };
}

async function codes(answering: Promise<JsonObject>): Promise<unknown> {
  const error = objectAt(await answering, "error") ?? {};
  return objectAt(error, "data")?.["code"] ?? error["code"];
}

/** What the tool answers, as a cell. */
function answerCell(n: number, isError: boolean): string {
  const result = { content: [{ type: "text", text: `did ${n}` }], structuredContent: { n }, isError };
  return `"${JSON.stringify(result).replaceAll('"', '""')}"`;
}

function resultIn(answer: JsonObject): JsonObject {
  assert.ok(isJsonObject(answer["result"]), JSON.stringify(answer));
  return answer["result"];
}

test("over WebSocket a batch is created, executed, looked at, listed and cancelled", async () => {
  const ask = await connected(local);
  const earlier = stand.called().length;
  const made = resultIn(await ask("batch/create", { operations: operations(1, -2), parallel: 2 }));
  assert.partialDeepStrictEqual(made, { status: "paused", counts: { total: 2, waiting: 2 }, options: { parallel: 2 } });
  const { batchId } = made;
  assert.equal(stand.called().length, earlier, "nothing has begun");
  assert.equal(resultIn(await ask("batch/execute", { batchId }))["status"], "queued");
  await stand.once("completed", String(batchId), local);
  const status = resultIn(await ask("batch/status", { batchId }));
  assert.partialDeepStrictEqual(status, { batchId, resultType: "complete", counts: { succeeded: 1, failed: 1 } });
  const other = resultIn(await ask("batch/create", { operations: operations(3) }));
  assert.equal(resultIn(await ask("batch/cancel", { batchId: other["batchId"] }))["status"], "cancelled");
  const { batches } = resultIn(await ask("batch/list"));
  assert.ok(Array.isArray(batches));
  assert.deepEqual(
    batches.slice(0, 2).map((batch) => batch.batchId),
    [other["batchId"], batchId],
  );
  const acted = stand.switchyard.events.after(0).events.filter(({ type }) => type === "operator.acted");
  assert.deepEqual(
    acted.slice(-2).map((event) => ("operation" in event ? event.operation : "")),
    ["resume_job", "cancel_job"],
  );
});

test("what is wrong with a batch is an error of its request, others' are not there, and at a server's address there are none", async () => {
  const ask = await connected(local);
  assert.equal(await codes(ask("batch/create", {})), "invalid_params");
  assert.equal(await codes(ask("batch/create", { operations: operations(1), max_parallel: 3 })), "invalid_params");
  assert.equal(await codes(ask("batch/create", { operations: [{ type: "dance" }] })), "invalid_operations");
  assert.equal(await codes(ask("batch/status", {})), "invalid_params");
  assert.equal(await codes(ask("batch/execute", { batchId: "nothing" })), "job_not_found");
  assert.equal(await codes(ask("batch/resume", {})), "method_not_found");
  const { batchId } = resultIn(await ask("batch/create", { operations: operations(1) }));
  const other = await connected((await stand.key("user", "up")).headers);
  assert.equal(await codes(other("batch/status", { batchId })), "job_not_found");
  assert.equal(await codes((await connected(local, "/u/up"))("batch/list")), "method_not_found");
});

test("over HTTP a batch is a job that begins when it is executed", async () => {
  const headers = { ...local, "content-type": "application/x-ndjson" };
  const body = [operationLine(1), operationLine(-2)].join("\n");
  const made = await stand.rest("/api/batches?parallel=1", headers, { method: "POST", body });
  const id = jobIdIn(made);
  assert.equal(made.body["status"], "paused");
  const post = { method: "POST", body: "{}" };
  assert.equal((await stand.rest(`/api/batches/${id}/execute`, local, post)).status, 200);
  await stand.once("completed", id, local);
  const { batches } = (await stand.rest("/api/batches?limit=1", local)).body;
  assert.ok(Array.isArray(batches) && batches[0].jobId === id);
  assert.equal((await stand.rest(`/api/batches/${id}/execute`, local, post)).code, "job_conflict");
  assert.equal((await stand.rest(`/api/jobs/${id}/execute`, local, post)).code, "route_not_found");
});

test("results are a table, too, in which every cell can be read back", async () => {
  const id = jobIdIn(
    await stand.submit([operationLine(1, "look", { id: 'a "b", c' }), operationLine(-2)].join("\n"), local),
  );
  await stand.once("completed", id, local);
  const response = await fetch(`${stand.server.origin}/api/jobs/${id}/results?format=csv`, { headers: local });
  assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.deepEqual((await response.text()).trimEnd().split("\n"), [
    "number,id,tool,status,attempts,code,answer",
    `0,"a ""b"", c",up__look,succeeded,1,,${answerCell(1, false)}`,
    `1,2,up__look,failed,1,tool_error,${answerCell(-2, true)}`,
  ]);
  assert.equal((await stand.rest(`/api/jobs/${id}/results?format=xml`, local)).code, "invalid_params");
});
