import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { bearer } from "../rig/access-stand.ts";
import { type JobStand, jobStand } from "../rig/job-stand.ts";
import { type RawClient, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let stand: JobStand;
let client: RawClient;

before(async () => {
  stand = await jobStand(rig, { jobs: { keep: 2, tools: true } });
  client = rawModern(stand.url, bearer(stand.switchyard.localKey));
});

const names = ["jobs_cancel", "jobs_list", "jobs_results", "jobs_status", "jobs_submit", "jobs_wait"];

async function toolsAt(url: string): Promise<unknown[]> {
  const { answer } = await rawModern(url, bearer(stand.switchyard.localKey))("tools/list", {});
  const { result } = answer;
  const tools = isJsonObject(result) ? result["tools"] : undefined;
  assert.ok(Array.isArray(tools));
  return tools.map(({ name }) => name);
}

async function call(name: string, given: JsonObject): Promise<JsonObject> {
  const { answer } = await client("tools/call", { name, arguments: given });
  const { result } = answer;
  assert.ok(isJsonObject(result));
  return result;
}

async function content(name: string, given: JsonObject): Promise<JsonObject> {
  const result = await call(name, given);
  assert.notEqual(result["isError"], true, JSON.stringify(result));
  return objectAt(result, "structuredContent") ?? {};
}

test("the tools for jobs stand in the list of everything, and at no server's address", async () => {
  assert.deepEqual(await toolsAt(stand.url), [...names, "up__change", "up__look"]);
  assert.deepEqual(await toolsAt(`${stand.url}/u/up`), ["change", "look"]);
});

test("an agent has calls made, asks how far they are, and comes back for the results", async () => {
  const operations = [
    { tool: "up__look", arguments: { n: 1 }, id: "first" },
    { tool: "up__change", arguments: { n: { $from: "first", pointer: "/structuredContent/n" } } },
    { tool: "up__look", arguments: { n: -1 } },
  ];
  const made = await content("jobs_submit", { operations, parallel: 2 });
  const jobId = stringAt(made, "jobId") ?? "";
  await until(async () => (await content("jobs_status", { jobId }))["status"] === "completed", "the job is completed");
  const first = await content("jobs_results", { jobId, limit: 2 });
  assert.ok(Array.isArray(first["results"]));
  assert.deepEqual([first["results"].map(({ status }) => status), first["next"]], [["succeeded", "succeeded"], 2]);
  const rest = await content("jobs_results", { jobId, from: first["next"] });
  assert.ok(Array.isArray(rest["results"]));
  assert.deepEqual([rest["results"].map(({ code }) => code), rest["next"]], [["tool_error"], undefined]);
  assert.deepEqual((await content("jobs_results", { jobId, failedOnly: true }))["results"], rest["results"]);
});

test("an agent waits for a job, and is told how far it is; the job goes on without it", async () => {
  const held = stand.up.next("tools/call");
  const operations = [
    { tool: "up__change", arguments: { n: 1000 } },
    { tool: "up__look", arguments: { n: 1 } },
  ];
  const { jobId } = await content("jobs_submit", { operations, parallel: 1 });
  const { id } = await held;
  assert.ok(id !== undefined);
  const params = { name: "jobs_wait", arguments: { jobId }, _meta: { progressToken: "p" } };
  const waiting = client("tools/call", params);
  const short = await content("jobs_wait", { jobId, seconds: 1 });
  assert.equal(short["status"], "running", "the time is over, the job is not");
  stand.up.complete(id, { content: [] });
  const { before: told, answer } = await waiting;
  assert.ok(isJsonObject(answer["result"]));
  assert.equal(objectAt(answer["result"], "structuredContent")?.["status"], "completed");
  const steps = told.map((message) => objectAt(message, "params") ?? {});
  assert.deepEqual(steps.at(-1), {
    progressToken: "p",
    progress: 2,
    total: 2,
    message: "2 succeeded, 0 failed, of 2",
  });
  assert.equal((await content("jobs_wait", { jobId }))["status"], "completed", "it is over already");
});

test("an agent cancels a job, and finds its latest ones", async () => {
  const { jobId } = await content("jobs_submit", { operations: [{ tool: "up__change", arguments: { n: 1000 } }] });
  assert.equal((await content("jobs_cancel", { jobId }))["status"], "cancelled");
  const { jobs } = await content("jobs_list", { limit: 1 });
  assert.ok(Array.isArray(jobs));
  assert.deepEqual(
    jobs.map((job) => job.jobId),
    [jobId],
  );
});

test("what is wrong is a result that the model can act upon, and others' jobs are not there", async () => {
  for (const [name, given, text] of [
    ["jobs_submit", {}, /needs operations/],
    ["jobs_submit", { operations: [{ tool: "up__nothing" }] }, /Line 1: Unknown tool: up__nothing/],
    ["jobs_submit", { operations: [{ tool: "up__look", arguments: { n: "x" } }] }, /Line 1: The arguments .* wrong/],
    ["jobs_submit", { operations: [{ tool: "up__look", arguments: { n: 1 } }], parallel: 99 }, /parallel must be/],
    ["jobs_status", { jobId: "nothing" }, /There is no job "nothing"/],
    ["jobs_status", { id: "x" }, /no parameter "id"; there are jobId/],
    ["jobs_results", { jobId: "x", limit: 0 }, /limit must be a whole number from 1 to 200/],
  ] as const) {
    const { isError, content: parts } = await call(name, given);
    assert.equal(isError, true, name);
    assert.match(JSON.stringify(parts), new RegExp(text.source.replaceAll('"', String.raw`\\"`)));
  }
  const { jobId } = await content("jobs_submit", { operations: [{ tool: "up__look", arguments: { n: 1 } }] });
  const other = await stand.key("user", "up");
  const { answer } = await rawModern(stand.url, other.headers)("tools/call", {
    name: "jobs_status",
    arguments: { jobId },
  });
  assert.match(JSON.stringify(answer), /There is no job/);
});

test("of jobs that are over as many are kept as the configuration says", async () => {
  for (const n of [1, 2, 3, 4]) {
    const { jobId } = await content("jobs_submit", { operations: [{ tool: "up__look", arguments: { n } }] });
    await stand.once("completed", String(jobId), bearer(stand.switchyard.localKey));
  }
  await until(async () => {
    const { jobs } = await content("jobs_list", {});
    return Array.isArray(jobs) && jobs.length === 2;
  }, "two are left");
});
