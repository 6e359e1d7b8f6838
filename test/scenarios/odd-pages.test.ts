import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { bearer } from "../rig/access-stand.ts";
import { type PageStand, each, pageStand, template } from "../rig/page-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Jobs of pages of a tool that does not keep to what it should, or is taken away; and what people do to them in the middle. */

const rig = fileRig();

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function rowOf(n: number): JsonObject {
  return { n, name: `row ${n}`, labels: {} };
}

function pageOf(next: unknown, rows: readonly JsonObject[]): JsonObject {
  return { content: [], structuredContent: { rows, next_cursor: next } };
}

function problemOf(job: JsonObject): string {
  return String(objectAt(objectAt(job, "each") ?? {}, "problem")?.["message"]);
}

test("a tool whose pages go round is followed once, however long the round is", async () => {
  // 0 → 1 → 2 → 3 → 1 …
  const stand = await pageStand(rig, {
    pages: 9,
    size: 1,
    odd: (page) => pageOf(String((page % 3) + 1), [rowOf(page)]),
  });
  const job = await stand.submit({ each, template });
  const failed = await stand.once("failed", job["jobId"]);
  assert.match(problemOf(failed), /says to go on from "1", where it was asked to/);
  assert.deepEqual(sorted(stand.changed()), [0, 1, 2], "no row is done twice");
  assert.deepEqual(stand.asked(), [null, "1", "2", "3"]);
});

test("a cursor that is too long to be kept with each turn is not taken", async () => {
  const stand = await pageStand(rig, {
    pages: 2,
    size: 1,
    odd: (page) => (page === 1 ? pageOf("x".repeat(5000), [rowOf(1)]) : undefined),
  });
  const job = await stand.submit({ each, template });
  assert.match(
    problemOf(await stand.once("failed", job["jobId"])),
    /go on from a text of 5000 characters; at most 4096/,
  );
});

/** A thousand rows. */
function rowsOf(page: number): readonly JsonObject[] {
  return Array.from({ length: 1000 }, (_, at) => rowOf(page * 1000 + at));
}

test("of pages that have no end no more is read than is needed, and nothing once the job is over", async () => {
  const stand = await pageStand(rig, { pages: 1, size: 1, odd: (page) => pageOf(String(page + 1), rowsOf(page)) });
  const job = await stand.submit({ each, template }, "?parallel=50");
  await until(() => stand.asked().length === 3, "the third page is read");
  assert.ok(stand.changed().length > 1000, "most of the first two pages is made before");
  const cancelled = await stand.post(`/api/jobs/${String(job["jobId"])}/cancel`);
  assert.partialDeepStrictEqual(cancelled, { status: "cancelled", each: { isRead: false } });
  assert.match(String(objectAt(cancelled, "progress")?.["message"]), /of \d+ so far$/);
  assert.equal(stand.asked().length, 3);
});

test("rows that are called alike, and rows with wrong values, can be retried with the rest", async () => {
  let isBroken = true;
  const stand = await pageStand(rig, {
    pages: 2,
    size: 3,
    odd: (page) =>
      page === 0
        ? pageOf("1", [{ n: 0, of: "a" }])
        : pageOf(null, [
            { n: "one", of: "a" },
            { n: 2, of: "a" },
          ]),
    change: () => (isBroken ? { content: [{ type: "text", text: "not now" }], isError: true } : undefined),
  });
  const named = {
    type: "tool_call",
    id: "{{of}}",
    parameters: { tool_name: "up__change", arguments: { n: { $from: "row", pointer: "/n" } } },
  };
  const job = await stand.submit({ each, template: named });
  const failed = await stand.once("completed", job["jobId"]);
  assert.partialDeepStrictEqual(failed, { counts: { total: 3, failed: 3 } });
  isBroken = false;
  const again = await stand.post(`/api/jobs/${String(job["jobId"])}/retry`);
  assert.partialDeepStrictEqual(await stand.once("completed", again["jobId"]), {
    counts: { total: 3, succeeded: 2, failed: 1 },
    retryOf: job["jobId"],
  });
  const third = await stand.post(`/api/jobs/${String(again["jobId"])}/retry`);
  assert.partialDeepStrictEqual(await stand.once("completed", third["jobId"]), { counts: { total: 1, failed: 1 } });
});

test("a retry that reads on knows its rows by their numbers in the whole", async () => {
  let isBroken = true;
  const stand = await pageStand(rig, {
    pages: 2,
    size: 2,
    odd: (page) => (page === 1 && isBroken ? { content: [], structuredContent: { rows: 1 } } : undefined),
    change: (n) => (isBroken && n === 0 ? { content: [], isError: true } : undefined),
  });
  const job = await stand.submit({ each, template });
  await stand.once("failed", job["jobId"]);
  isBroken = false;
  const again = await stand.post(`/api/jobs/${String(job["jobId"])}/retry`);
  await stand.once("completed", again["jobId"]);
  const text = await (
    await fetch(`${stand.server.origin}/api/jobs/${String(again["jobId"])}/results`, {
      headers: bearer(stand.switchyard.localKey),
    })
  ).text();
  const ids = text
    .trim()
    .split("\n")
    .map((line) => Object(JSON.parse(line))["id"]);
  assert.deepEqual(ids, ["1", "3", "4"]);
});

/** A stand whose second page never comes. */
function waitingStand(): Promise<PageStand> {
  return pageStand(rig, { pages: 3, size: 4, odd: (page) => (page === 1 ? "silence" : undefined) });
}

function isCalledOff({ up }: PageStand): boolean {
  return up.received.some(({ method }) => method === "notifications/cancelled");
}

test("a job that is paused while a page is read reads it again when it goes on, and no row is done twice", async () => {
  let isSilent = true;
  const stand = await pageStand(rig, {
    pages: 3,
    size: 4,
    odd: (page) => (page === 1 && isSilent ? "silence" : undefined),
  });
  const job = await stand.submit({ each, template });
  const id = String(job["jobId"]);
  await until(() => stand.asked().length === 2 && stand.changed().length === 4, "the second page is asked for");
  await stand.post(`/api/jobs/${id}/pause`);
  await until(() => isCalledOff(stand), "the reading is called off");
  assert.partialDeepStrictEqual(await stand.show(id), { status: "paused", each: { pages: 1, isRead: false } });
  isSilent = false;
  await stand.post(`/api/jobs/${id}/resume`);
  assert.partialDeepStrictEqual(await stand.once("completed", id), { counts: { total: 12, succeeded: 12 } });
  assert.deepEqual(sorted(stand.changed()), numbers(0, 12));
});

test("a job that is cancelled while a page is read asks for no more", async () => {
  const stand = await waitingStand();
  const job = await stand.submit({ each, template });
  await until(() => stand.asked().length === 2, "the second page is asked for");
  await stand.post(`/api/jobs/${String(job["jobId"])}/cancel`);
  await until(() => isCalledOff(stand), "the reading is called off");
  assert.partialDeepStrictEqual(await stand.show(job["jobId"]), { status: "cancelled", each: { pages: 1 } });
});

test("who may not come in any more reads no further page", async () => {
  const stand = await waitingStand();
  const key = await stand.key("user", "up");
  const headers = { ...key.headers, "content-type": "application/json" };
  const body = JSON.stringify({ each, template });
  const made = await stand.rest("/api/jobs", headers, { method: "POST", body });
  await until(() => stand.asked().length === 2 && stand.changed().length === 4, "the second page is asked for");
  await stand.revoke(key);
  const failed = await stand.once("failed", made.body["jobId"]);
  assert.equal(failed["code"], "unauthenticated");
  assert.deepEqual(stand.asked(), [null, "1"]);
});

test("a tool that by now may change something is not read any more", async () => {
  let isSilent = true;
  const stand = await pageStand(rig, {
    pages: 3,
    size: 2,
    odd: (page, times) => (page === 1 && times === 1 && isSilent ? { content: [], isError: true } : undefined),
  });
  const job = await stand.submit({ each, template });
  await until(() => stand.asked().length === 2, "the second page was asked for, and is again later");
  isSilent = false;
  stand.up.answer("tools/list", {
    tools: [
      { name: "pages", inputSchema: { type: "object" } },
      { name: "change", inputSchema: { type: "object" } },
    ],
  });
  stand.up.notify("notifications/tools/list_changed");
  const failed = await stand.once("failed", job["jobId"]);
  assert.match(problemOf(failed), /up__pages does not say that it only reads/);
  assert.deepEqual(stand.asked(), [null, "1"]);
});

test("a server that leaves in the middle is asked again when it is back", async () => {
  let isThere = false;
  const stand = await pageStand(rig, {
    pages: 3,
    size: 2,
    odd: (page) => (page === 1 && !isThere ? "silence" : undefined),
  });
  const job = await stand.submit({ each, template });
  await until(() => stand.asked().length === 2 && stand.changed().length === 2, "the second page is asked for");
  isThere = true;
  await stand.up.leave();
  assert.partialDeepStrictEqual(await stand.once("completed", job["jobId"]), { counts: { total: 6, succeeded: 6 } });
  assert.deepEqual(sorted(stand.changed()), numbers(0, 6));
});

test("pages without rows are gone through, and a last one that changes its mind is taken as it is", async () => {
  const stand = await pageStand(rig, {
    pages: 9,
    size: 1,
    odd: (page, times) => {
      if (page === 0) return pageOf("1", []);
      if (page < 5) return pageOf(String(page + 1), []);
      // It says something else each time that it is asked; it is asked once.
      return pageOf(null, [rowOf(times)]);
    },
  });
  const job = await stand.submit({ each, template });
  assert.partialDeepStrictEqual(await stand.once("completed", job["jobId"]), {
    counts: { total: 1, succeeded: 1 },
    each: { pages: 6 },
  });
  assert.deepEqual(stand.asked(), [null, "1", "2", "3", "4", "5"]);
});

test("a dry run of none makes none and reads no second page, and goes on when it is resumed", async () => {
  const stand = await pageStand(rig, { pages: 3, size: 2 });
  const job = await stand.submit({ each, template }, "?dryRun=0");
  await stand.once("paused", job["jobId"]);
  assert.deepEqual([stand.asked(), stand.changed()], [[null], []]);
  await stand.post(`/api/jobs/${String(job["jobId"])}/resume`);
  assert.partialDeepStrictEqual(await stand.once("completed", job["jobId"]), { counts: { succeeded: 6 } });
  const further = await pageStand(rig, { pages: 5, size: 2 });
  const tried = await further.submit({ each, template }, "?dryRun=5&parallel=1");
  await further.once("paused", tried["jobId"]);
  assert.deepEqual(further.asked(), [null, "1", "2"], "no more is read than is made");
  assert.deepEqual(further.changed(), [0, 1, 2, 3, 4]);
});
