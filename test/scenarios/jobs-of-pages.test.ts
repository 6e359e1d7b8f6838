import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { bearer } from "../rig/access-stand.ts";
import { each, pageStand, template } from "../rig/page-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* A job whose operations are made of what a tool answers, page by page. */

const rig = fileRig();

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

test("each row of each page makes an operation, and each page is read once", async () => {
  const stand = await pageStand(rig, { pages: 5, size: 20 });
  const made = await stand.submit({ each, template }, "?parallel=4");
  assert.partialDeepStrictEqual(made, {
    counts: { total: 20 },
    each: { tool: "up__pages", pages: 1, isRead: false, said: "page 0" },
  });
  const shown = await stand.once("completed", made["jobId"]);
  assert.partialDeepStrictEqual(shown, { counts: { total: 100, succeeded: 100 }, progress: { percent: 100 } });
  const wish = { ...each, arguments: {}, next: "/structuredContent/next_cursor", cursor: "cursor", template };
  assert.deepEqual(shown["each"], { tool: "up__pages", pages: 5, isRead: true, said: "page 4", wish });
  assert.deepEqual(
    stand.changed().toSorted((a, b) => a - b),
    numbers(100),
  );
  assert.deepEqual(stand.asked(), [null, "1", "2", "3", "4"]);
  const call = stand.up.received.find(({ params }) => params?.["name"] === "change");
  assert.deepEqual(objectAt(call?.params ?? {}, "arguments"), { n: 0, name: "is row 0" });
});

test("no more is read than is needed, and a dry run says how many are known", async () => {
  const stand = await pageStand(rig, { pages: 1000, size: 700, change: () => "silence" });
  const made = await stand.submit({ each, template }, "?parallel=2");
  await until(() => stand.changed().length === 2, "two are under way");
  await until(async () => Object((await stand.show(made["jobId"]))["each"])["pages"] === 2, "two pages are kept");
  const shown = await stand.show(made["jobId"]);
  assert.partialDeepStrictEqual(shown, { counts: { total: 1400 }, progress: { percent: 0, total: 1400 } });
  assert.match(String(objectAt(shown, "progress")?.["message"]), /of 1400 so far$/);
  assert.deepEqual(stand.asked(), [null, "1"]);
  await stand.post(`/api/jobs/${String(made["jobId"])}/cancel`);

  const other = await pageStand(rig, { pages: 3, size: 10 });
  const tried = await other.submit({ each, template }, "?dryRun=4&parallel=1");
  const paused = await other.once("paused", tried["jobId"]);
  assert.partialDeepStrictEqual(paused, {
    counts: { total: 10, succeeded: 4, waiting: 6 },
    each: { pages: 1, isRead: false },
  });
  assert.deepEqual(other.asked(), [null]);
  await other.post(`/api/jobs/${String(tried["jobId"])}/resume`);
  assert.partialDeepStrictEqual(await other.once("completed", tried["jobId"]), {
    counts: { total: 30, succeeded: 30 },
  });
});

test("the next gateway goes on in the middle: nothing is done twice, nothing is left out", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-pages-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const first = await pageStand(
    rig,
    { pages: 4, size: 400, odd: (page) => (page === 2 ? "silence" : undefined) },
    { dataDir },
  );
  const made = await first.submit({ each, template }, "?parallel=3");
  await until(() => first.asked().includes("2"), "the third page is asked for, and never comes");
  await first.switchyard.close();
  const before = first.changed();
  assert.ok(before.length < 1600);

  const second = await pageStand(rig, { pages: 4, size: 400 }, { dataDir });
  const shown = await second.once("completed", made["jobId"]);
  assert.partialDeepStrictEqual(shown, { counts: { total: 1600, succeeded: 1600 }, each: { pages: 4, isRead: true } });
  assert.deepEqual(second.asked(), ["2", "3"], "the page that was not kept is read again, and none before");
  const { rows } = (await second.rest("/api/calls?tool=pages", bearer(second.switchyard.localKey))).body;
  assert.equal(
    Array.isArray(rows) ? rows.length : 0,
    5,
    "each reading of a page is on record, the one that never ended too",
  );
  const done = [...before, ...second.changed()];
  assert.deepEqual(
    [...new Set(done)].toSorted((a, b) => a - b),
    numbers(1600),
  );
  await second.switchyard.close();
});

test("a page that fails is read again; where it goes on failing, what is there is made, and a retry reads on", async () => {
  let isBroken = true;
  const failure = { content: [{ type: "text", text: "no site answers" }], isError: true };
  const again = await pageStand(rig, {
    pages: 3,
    size: 5,
    odd: (page, times) => (page === 1 && times < 3 ? failure : undefined),
  });
  const made = await again.submit({ each, template });
  assert.partialDeepStrictEqual(await again.once("completed", made["jobId"]), { counts: { total: 15, succeeded: 15 } });
  assert.deepEqual(again.asked(), [null, "1", "1", "1", "2"]);

  const odd = { content: [], structuredContent: { rows: "none" } };
  const stand = await pageStand(rig, { pages: 3, size: 5, odd: (page) => (page === 1 && isBroken ? odd : undefined) });
  const job = await stand.submit({ each, template });
  const failed = await stand.once("failed", job["jobId"]);
  assert.partialDeepStrictEqual(failed, {
    code: "invalid_operations",
    counts: { total: 5, succeeded: 5 },
    each: { pages: 1, isRead: true, problem: { code: "invalid_operations" } },
  });
  assert.match(String(Object(Object(failed["each"])["problem"])["message"]), /up__pages has no list of objects at/);
  isBroken = false;
  const retried = await stand.post(`/api/jobs/${String(job["jobId"])}/retry`);
  const rest = await stand.once("completed", retried["jobId"]);
  assert.partialDeepStrictEqual(rest, { counts: { total: 10, succeeded: 10 }, retryOf: job["jobId"] });
  assert.deepEqual(
    stand.changed().toSorted((a, b) => a - b),
    numbers(15),
  );
});

function pageOf(next: string | null, rows: readonly JsonObject[]): JsonObject {
  return { content: [], structuredContent: { rows, next_cursor: next } };
}

test("what is wrong with one row is its own failure, unless nothing can be made of it", async () => {
  const rows = [{ n: 1 }, { n: "two" }, { n: 3 }];
  const stand = await pageStand(rig, {
    pages: 1,
    size: 1,
    odd: (page) => [pageOf("1", [{ n: 0 }]), pageOf("2", rows), pageOf(null, [{ m: 1 }])][page],
  });
  const call = {
    type: "tool_call",
    parameters: { tool_name: "up__change", arguments: { n: { $from: "row", pointer: "/n" } } },
  };
  const job = await stand.submit({ each, template: call });
  const failed = await stand.once("failed", job["jobId"]);
  assert.partialDeepStrictEqual(failed, { counts: { total: 4, succeeded: 3, failed: 1 } });
  assert.match(String(Object(Object(failed["each"])["problem"])["message"]), /^Line 5, .* has no \/n$/);
  assert.deepEqual(
    stand.changed().toSorted((a, b) => a - b),
    [0, 1, 3],
  );
});

test("what is wrong is said before anything is kept", async () => {
  const stand = await pageStand(rig, { pages: 2, size: 2 });
  const messageOf = async (body: JsonObject): Promise<string> => {
    const { error } = await stand.submit(body);
    return String(Object(error)["message"]);
  };
  const named = { type: "tool_call", parameters: { tool_name: "up__change", arguments: { n: "{{number:number}}" } } };
  const wrong: readonly (readonly [JsonObject, RegExp])[] = [
    [{ each, template: named }, /^Line 1, .*the template names the column "number"; there are n, name, labels/],
    [{ each }, /template must be one operation/],
    [{ each: { ...each, tool: "up__change" }, template }, /up__change does not say that it only reads/],
    [{ each: { ...each, tool: "up__nothing" }, template }, /Unknown tool: up__nothing/],
    [{ each: { ...each, rows: "rows" }, template }, /each\.rows must be a JSON Pointer/],
    [{ each: { ...each, rows: "/structuredContent/none" }, template }, /has no list of objects at/],
    [{ each: { ...each, pages: 3 }, template }, /each has no "pages"/],
    [{ each, template, operations: [] }, /Beside each and template there is no "operations"/],
    [{ each, template: { ...template, idempotencyKey: undefined, dependsOn: ["1"] } }, /there is only "row" here/],
    [
      { each, template: { type: "tool_call", parameters: { tool_name: "up__change", arguments: { n: "{{name}}" } } } },
      /arguments for "up__change" are wrong/,
    ],
  ];
  for (const [body, message] of wrong) assert.match(await messageOf(body), message);
  const { jobs } = (await stand.rest("/api/jobs", bearer(stand.switchyard.localKey))).body;
  assert.deepEqual(jobs, []);
  assert.deepEqual(stand.changed(), []);
});

test("a tool that goes on from where it was asked to is not followed for ever", async () => {
  const round = { content: [], structuredContent: { rows: [{ n: 1, name: "x" }], next_cursor: "1" } };
  const stand = await pageStand(rig, { pages: 1, size: 1, odd: () => round });
  const job = await stand.submit({ each, template });
  const failed = await stand.once("failed", job["jobId"]);
  assert.partialDeepStrictEqual(failed, { counts: { total: 1, succeeded: 1 }, each: { pages: 1 } });
  assert.match(
    String(Object(Object(failed["each"])["problem"])["message"]),
    /says to go on from "1", where it was asked to/,
  );
});

test("pages are read with the owner's own rights: who may not reach the tool has none", async () => {
  const stand = await pageStand(rig, { pages: 2, size: 2 });
  const { headers } = await stand.key("user", "up/change");
  const body = JSON.stringify({ each, template });
  const refused = await stand.rest(
    "/api/jobs",
    { ...headers, "content-type": "application/json" },
    { method: "POST", body },
  );
  assert.equal(refused.code, "unknown_tool");
  assert.deepEqual(stand.asked(), []);
});

test("over WebSocket a batch is made of pages, too, and begins when it is executed", async () => {
  const stand = await pageStand(rig, { pages: 3, size: 2 });
  const socket = await rawWebSocket(stand.url.replace("http", "ws"), ["mcp"], bearer(stand.switchyard.localKey));
  rig.use(socket);
  socket.request(1, "batch/create", { each, template, parallel: 2 });
  const made = objectAt(await socket.answer(1), "result") ?? {};
  assert.partialDeepStrictEqual(made, { status: "paused", counts: { total: 2 } });
  assert.deepEqual(stand.changed(), []);
  socket.request(2, "batch/execute", { batchId: made["batchId"] });
  await socket.answer(2);
  assert.partialDeepStrictEqual(await stand.once("completed", made["batchId"]), { counts: { total: 6, succeeded: 6 } });
});

test("an agent has a job made of pages by the names that it sees", async () => {
  const stand = await pageStand(rig, { pages: 3, size: 4 }, { jobs: { keep: 10, tools: true } });
  const client = rawModern(stand.url, bearer(stand.switchyard.localKey));
  const call = async (name: string, given: JsonObject): Promise<JsonObject> => {
    const { answer } = await client("tools/call", { name, arguments: given });
    return objectAt(answer, "result") ?? {};
  };
  const given = { tool: "up__change", arguments: { n: "{{n:number}}" }, idempotencyKey: "{{n}}" };
  const made = objectAt(await call("jobs_submit", { each, template: given, parallel: 2 }), "structuredContent") ?? {};
  const { structuredContent: shown } = await call("jobs_wait", { jobId: made["jobId"] });
  assert.partialDeepStrictEqual(shown, { status: "completed", counts: { total: 12, succeeded: 12 } });
  const both = await call("jobs_submit", { each, template: given, operations: [given] });
  assert.equal(both["isError"], true);
  assert.match(JSON.stringify(both["content"]), /operations, or each with template, not both/);
});
