import assert from "node:assert/strict";
import { request as openRequest } from "node:http";
import { before, test } from "node:test";
import { objectAt } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type TestKey, bearer } from "../rig/access-stand.ts";
import { type JobStand, jobIdIn, jobStand, operationLine } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let stand: JobStand;
let ada: TestKey;
let bob: TestKey;
let operator: TestKey;
let admin: TestKey;

before(async () => {
  stand = await jobStand(rig);
  [ada, bob, operator, admin] = await Promise.all([
    stand.key("user", "up"),
    stand.key("user", "up"),
    stand.key("operator"),
    stand.key("admin"),
  ]);
});

function ascending(a: number, b: number): number {
  return a - b;
}

function numberOf(id: string) {
  return { $from: id, pointer: "/structuredContent/n" };
}

function partOfResult(pointer: string): string {
  return operationLine({ $from: "result", pointer }, "change", { idempotencyKey: "k-{{id}}" });
}

const counts = { total: 0, waiting: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };

test("operations come as lines, as an array, or from a table with a template, and their results as lines", async () => {
  const lines = await stand.submit(`${operationLine(1)}\n${operationLine(-2, "change")}\n`, ada.headers);
  const id = jobIdIn(lines);
  assert.deepEqual(lines.body["counts"], { ...counts, total: 2, waiting: 2 });
  const shown = await stand.once("completed", id, ada.headers);
  assert.deepEqual(shown["counts"], { ...counts, total: 2, succeeded: 1, failed: 1 });
  const { perSecond, ...progress } = objectAt(shown, "progress") ?? {};
  assert.ok(Number(perSecond) > 0);
  assert.deepEqual(progress, {
    status: "COMPLETED",
    percent: 100,
    step: 2,
    total: 2,
    message: "1 succeeded, 1 failed, of 2",
  });
  const [first, second] = await stand.results(id, ada.headers);
  const { result, ...head } = first ?? {};
  assert.deepEqual(head, { number: 0, id: "1", tool: "up__look", status: "succeeded", attempts: 1 });
  assert.deepEqual(result, {
    content: [{ type: "text", text: "did 1" }],
    structuredContent: { n: 1 },
    isError: false,
  });
  assert.deepEqual([second?.["status"], second?.["code"]], ["failed", "tool_error"]);
  assert.deepEqual(
    (await stand.results(id, ada.headers, "?status=failed")).map(({ number }) => number),
    [1],
  );

  const array = JSON.stringify([JSON.parse(operationLine(3))]);
  const asArray = jobIdIn(await stand.submit(array, ada.headers, "", "application/json"));
  await stand.once("completed", asArray, ada.headers);
  const template = encodeURIComponent(operationLine("{{n:number}}"));
  const table = jobIdIn(await stand.submit("n\n4\n5\n", ada.headers, `?template=${template}`, "text/csv"));
  await stand.once("completed", table, ada.headers);
  assert.deepEqual(stand.called().toSorted(ascending), [-2, 1, 3, 4, 5]);
  const listed = await stand.rest("/api/jobs?limit=2", ada.headers);
  assert.ok(Array.isArray(listed.body["jobs"]));
  assert.deepEqual(
    listed.body["jobs"].map(({ jobId }) => jobId),
    [table, asArray],
  );
});

test("what is wrong with an input is named with its place, and nothing of it is begun", async () => {
  const earlierCalls = stand.called().length;
  const made = (await stand.rest("/api/jobs", ada.headers)).body["jobs"];
  const template = `?template=${encodeURIComponent(operationLine("{{n:number}}"))}`;
  const table = Array.from({ length: 8000 }, (_, at) => (at + 2 === 7431 ? "7,what?" : "7,ok")).join("\n");
  const bad: readonly (readonly [body: string, code: string, data: object, query?: string, type?: string])[] = [
    [
      `n,note\n${table.replace("7,what?", '7,"what?" or not')}`,
      "invalid_operations",
      { line: 7431, column: 10 },
      template,
      "text/csv",
    ],
    [
      `n,note\n${table.replace("7,what?", "seven,what?")}`,
      "invalid_operations",
      { line: 7431, column: 1 },
      template,
      "text/csv",
    ],
    [`${operationLine(1)}\n${operationLine(1).slice(0, -1)}`, "invalid_operations", { line: 2 }],
    [`${operationLine(1)}\n${operationLine(1, "nothing")}`, "unknown_tool", { line: 2 }],
    [`${operationLine(1)}\n\n${operationLine("many")}`, "invalid_arguments", { line: 3 }],
    [
      `${operationLine(1, "look", { dependsOn: ["2"] })}\n${operationLine(1, "look", { dependsOn: ["1"] })}`,
      "invalid_operations",
      { line: 1 },
    ],
    [operationLine(1, "look", { dependsOn: ["9"] }), "invalid_operations", { line: 1 }],
    [
      `${operationLine(1, "look", { id: "a" })}\n${operationLine(1, "look", { id: "a" })}`,
      "invalid_operations",
      { line: 2 },
    ],
    [Array.from({ length: 100_001 }, () => operationLine(1)).join("\n"), "invalid_operations", { line: 100_001 }],
    [
      operationLine("deep").replace('"deep"', `${"[".repeat(5000)}${"]".repeat(5000)}`),
      "invalid_operations",
      { line: 1 },
    ],
    ["", "invalid_operations", { line: 1 }],
    [operationLine(1), "invalid_params", {}, "?parallel=51"],
    [operationLine(1), "invalid_params", {}, "?paralel=5"],
    [operationLine(1), "unsupported_media_type", {}, "", "text/plain"],
  ];
  for (const [body, code, data, query, type] of bad) {
    const answer = await stand.submit(body, ada.headers, query, type);
    assert.equal(answer.code, code, JSON.stringify(answer.body));
    assert.partialDeepStrictEqual(objectAt(objectAt(answer.body, "error") ?? {}, "data"), data);
  }
  assert.deepEqual((await stand.rest("/api/jobs", ada.headers)).body["jobs"], made);
  assert.equal(stand.called().length, earlierCalls);
});

test("while as many jobs arrive as may at once, another is refused, and not when one of them has left", async () => {
  const headers = { ...ada.headers, "content-type": "application/x-ndjson" };
  const arriving = Array.from({ length: 4 }, () => {
    const upload = openRequest(`${stand.server.origin}/api/jobs`, { method: "POST", headers });
    upload.on("error", () => undefined);
    upload.write(`${operationLine(1)}\n`);
    return upload;
  });
  await until(async () => {
    const refused = await stand.submit("", ada.headers);
    return refused.code === "too_many_jobs" && refused.status === 503;
  }, "the fifth is refused");
  for (const upload of arriving) upload.destroy();
  await until(async () => {
    const answer = await stand.submit("", ada.headers);
    return answer.code === "invalid_operations";
  }, "another is taken");
});

test("a tool that somebody may not use is not there, for a viewer each that changes something", async () => {
  const [viewer, stranger] = [await stand.key("viewer", "up"), await stand.key("user")];
  for (const [key, tool] of [
    [viewer, "change"],
    [stranger, "look"],
  ] as const) {
    const refused = await stand.submit(operationLine(1, tool), key.headers);
    assert.deepEqual([refused.status, refused.code], [404, "unknown_tool"]);
  }
  const looking = jobIdIn(await stand.submit(operationLine(1), viewer.headers));
  await stand.once("completed", looking, viewer.headers);
});

test("a job is there for its owner; operators may see and end it, and only admins may read its results", async () => {
  const id = jobIdIn(await stand.submit(operationLine(1), ada.headers));
  await stand.once("completed", id, ada.headers);
  const of = (path: string, { headers }: TestKey) => stand.rest(`/api/jobs/${path}`, headers);
  const unknown = await of("nothing", ada);
  assert.deepEqual([unknown.status, unknown.code], [404, "job_not_found"]);
  const hidden = await of(id, bob);
  assert.deepEqual(
    JSON.stringify(hidden.body).replaceAll(id, ""),
    JSON.stringify(unknown.body).replaceAll("nothing", ""),
    "to others it is as one that there is not",
  );
  for (const action of ["pause", "resume", "cancel", "retry"]) {
    assert.equal((await stand.act(action, id, bob.headers)).code, "job_not_found");
  }
  assert.equal((await of(`${id}/results`, bob)).code, "job_not_found");
  assert.deepEqual((await stand.rest("/api/jobs", bob.headers)).body["jobs"], []);
  assert.equal((await stand.rest("/api/jobs?all=true", ada.headers)).code, "forbidden");
  const all = (await stand.rest("/api/jobs?all=true", operator.headers)).body["jobs"];
  assert.ok(Array.isArray(all) && all.some(({ jobId }) => jobId === id));
  assert.equal((await of(id, operator)).status, 200);
  assert.equal((await of(`${id}/results`, operator)).code, "forbidden");
  assert.equal((await stand.act("retry", id, operator.headers)).code, "forbidden");
  assert.equal((await stand.results(id, admin.headers)).length, 1);
});

test("a job that is cancelled ends its calls at the server too, and begins nothing more", async () => {
  const earlierCalls = stand.called().length;
  const body = Array.from({ length: 20 }, (_, at) => operationLine(1000 + at, "change")).join("\n");
  const id = jobIdIn(await stand.submit(body, ada.headers, "?parallel=4"));
  await until(() => stand.called().length === earlierCalls + 4, "four calls are under way");
  const shown = (await stand.rest(`/api/jobs/${id}`, ada.headers)).body;
  assert.deepEqual(shown["counts"], { ...counts, total: 20, running: 4, waiting: 16 });
  const cancelled = await stand.act("cancel", id, operator.headers);
  assert.deepEqual(cancelled.body["counts"], { ...counts, total: 20, cancelled: 20 });
  const told = () => stand.up.received.filter(({ method }) => method === "notifications/cancelled").length;
  await until(() => told() === 4, "the server was told of all four");
  const again = await stand.act("cancel", id, ada.headers);
  assert.deepEqual([again.status, again.code], [409, "job_conflict"]);
  assert.equal((await stand.act("resume", id, ada.headers)).code, "job_conflict");
  assert.equal(stand.called().length, earlierCalls + 4);
});

test("a job that is paused lets what is under way end, and goes on when it is resumed", async () => {
  const earlierCalls = stand.called().length;
  const held = stand.up.next("tools/call");
  const body = `${operationLine(1000, "change")}\n${operationLine(1)}\n${operationLine(2)}`;
  const id = jobIdIn(await stand.submit(body, ada.headers, "?parallel=1"));
  const { id: request } = await held;
  assert.equal((await stand.act("pause", id, ada.headers)).body["status"], "paused");
  assert.ok(request !== undefined);
  stand.up.complete(request, { content: [] });
  await until(async () => {
    const { body: shown } = await stand.rest(`/api/jobs/${id}`, ada.headers);
    return objectAt(shown, "counts")?.["succeeded"] === 1;
  }, "what was under way has ended");
  const paused = (await stand.rest(`/api/jobs/${id}`, ada.headers)).body;
  assert.equal(objectAt(paused, "progress")?.["message"], "1 succeeded, 0 failed, of 3; 2 begin when it is resumed");
  assert.equal(stand.called().length, earlierCalls + 1);
  await stand.act("resume", id, ada.headers);
  const { counts: whole } = await stand.once("completed", id, ada.headers);
  assert.deepEqual(whole, { ...counts, total: 3, succeeded: 3 });
});

test("a dry run checks every operation, makes the first few for real, and waits to be resumed", async () => {
  const earlierCalls = stand.called().length;
  const body = [1, 2, 3, 4].map((n) => operationLine(n, "change")).join("\n");
  const wrong = await stand.submit(`${body}\n${operationLine("five")}`, ada.headers, "?dryRun=1");
  assert.equal(wrong.code, "invalid_arguments");
  const id = jobIdIn(await stand.submit(body, ada.headers, "?dryRun=2"));
  const shown = await stand.once("paused", id, ada.headers);
  assert.deepEqual(shown["counts"], { ...counts, total: 4, succeeded: 2, waiting: 2 });
  assert.deepEqual(stand.called().slice(earlierCalls).toSorted(ascending), [1, 2]);
  await stand.act("resume", id, ada.headers);
  await stand.once("completed", id, ada.headers);
  const nothing = jobIdIn(await stand.submit(body, ada.headers, "?dryRun=0"));
  assert.deepEqual((await stand.once("paused", nothing, ada.headers))["counts"], { ...counts, total: 4, waiting: 4 });
  assert.equal(stand.called().length, earlierCalls + 4);
  await stand.act("cancel", nothing, ada.headers);
});

test("what failed is retried as a job of its own, with what it needs of the rest", async () => {
  let isBroken = true;
  stand.up.answer("tools/call", (params) => {
    const n = objectAt(params, "arguments")?.["n"];
    return { content: [], structuredContent: { n: Number(n) + 1 }, isError: isBroken && n === 8 };
  });
  const body = [
    operationLine(7, "look", { id: "a" }),
    operationLine(numberOf("a"), "look", { id: "b" }),
    operationLine(numberOf("b"), "look", { id: "c" }),
  ].join("\n");
  const id = jobIdIn(await stand.submit(body, ada.headers));
  await stand.once("completed", id, ada.headers);
  const codes = (await stand.results(id, ada.headers)).map(({ code }) => code);
  assert.deepEqual(codes, [undefined, "tool_error", "dependency_failed"]);
  isBroken = false;
  const again = await stand.act("retry", id, ada.headers);
  const retried = jobIdIn(again);
  assert.equal(again.body["retryOf"], id);
  assert.deepEqual((await stand.once("completed", retried, ada.headers))["counts"], {
    ...counts,
    total: 2,
    succeeded: 2,
  });
  const results = await stand.results(retried, ada.headers);
  assert.deepEqual(
    results.map((row) => [row["id"], objectAt(objectAt(row, "result") ?? {}, "structuredContent")?.["n"]]),
    [
      ["b", 9],
      ["c", 10],
    ],
  );
  assert.equal((await stand.act("retry", retried, ada.headers)).code, "job_conflict");
});

test("nothing but a rate, a retry or a limit makes an operation wait: not even one that needs another", async () => {
  const clock = new ManualClock();
  rig.watchClock(clock);
  const still = await jobStand(rig, { clock });
  const as = bearer(still.switchyard.localKey);
  const links = Array.from({ length: 30 }, (_, at) =>
    operationLine(at, "look", { id: `l${at}`, dependsOn: at === 0 ? [] : [`l${at - 1}`] }),
  );
  const id = jobIdIn(await still.submit(links.toReversed().join("\n"), as));
  const shown = await still.once("completed", id, as);
  assert.deepEqual(shown["counts"], { ...counts, total: 30, succeeded: 30 });
  assert.deepEqual(
    still.called(),
    Array.from({ length: 30 }, (_, at) => at),
  );
  await still.switchyard.close();
});

test("a job is made of the results of an earlier one", async () => {
  stand.up.answer("tools/call", (params) => {
    const n = Number(objectAt(params, "arguments")?.["n"]);
    return { content: [], structuredContent: { next: n * 10 }, isError: n === 2 };
  });
  const earlier = jobIdIn(await stand.submit([1, 2, 3].map((n) => operationLine(n)).join("\n"), ada.headers));
  await stand.once("completed", earlier, ada.headers);
  const query = (template: string, id = earlier) => `?from=${id}&template=${encodeURIComponent(template)}`;
  const earlierCalls = stand.called().length;
  const id = jobIdIn(await stand.submit("{}", ada.headers, query(partOfResult("/structuredContent/next"))));
  assert.deepEqual((await stand.once("completed", id, ada.headers))["counts"], { ...counts, total: 2, succeeded: 2 });
  assert.deepEqual(stand.called().slice(earlierCalls).toSorted(ascending), [10, 30]);
  const wrong = await stand.submit("{}", ada.headers, query(partOfResult("/structuredContent/nothing")));
  assert.deepEqual(
    [wrong.code, objectAt(objectAt(wrong.body, "error") ?? {}, "data")?.["line"]],
    ["invalid_operations", 1],
  );
  assert.equal((await stand.submit("{}", bob.headers, query(partOfResult("")))).code, "job_not_found");
});

test("of a key that is revoked, the job is given up", async () => {
  const carol = await stand.key("user", "up");
  stand.up.answer("tools/call", "silence");
  const id = jobIdIn(await stand.submit([1, 2].map((n) => operationLine(n)).join("\n"), carol.headers, "?parallel=1"));
  await stand.once("running", id, operator.headers);
  await stand.revoke(carol);
  const shown = await stand.once("failed", id, operator.headers);
  assert.equal(shown["code"], "unauthenticated");
});

test("who watches is told that a job began, how it ended, and nothing after that", async () => {
  stand.up.answer("tools/call", { content: [] });
  const { events } = stand.switchyard;
  const id = jobIdIn(await stand.submit([1, 2, 3].map((n) => operationLine(n)).join("\n"), ada.headers));
  await stand.once("completed", id, ada.headers);
  const told = events.after(0).events.filter((event) => "job" in event && event.job === id);
  assert.deepEqual([told[0]?.type, told.at(-1)?.type], ["job.started", "job.completed"]);
  assert.equal(told.filter(({ type }) => type !== "job.progressed").length, 2);
  const [last] = told.slice(-1);
  assert.ok(last?.type === "job.completed");
  assert.deepEqual([last.owner, last.status, last.percent, last.step], [`key ${ada.id}`, "COMPLETED", 100, 3]);
});
