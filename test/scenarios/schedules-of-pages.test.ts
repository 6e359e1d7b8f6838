import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type RestAnswer, bearer } from "../rig/access-stand.ts";
import { type PageStand, type Pages, each, pageStand, template } from "../rig/page-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Schedules whose jobs are made of what a tool answers then, page by page, on a clock that is moved by hand. */

const rig = fileRig();
const minute = 60_000;
/** Shorter than servers have to answer that they are there. */
const stepMs = 4000;

interface Stand extends PageStand {
  create(query?: string, body?: JsonObject): Promise<RestAnswer>;
  /** Moves the clock on in steps. */
  pass(ms: number): Promise<void>;
  shown(id: string): Promise<JsonObject>;
  /** Jobs, the earliest first. */
  jobs(): Promise<readonly JsonObject[]>;
  /** Idempotency keys that `change` was called with, in order. */
  keys(): readonly unknown[];
}

async function stand(wish: Pages): Promise<Stand> {
  const clock = new ManualClock(Date.parse("2026-03-28T12:00:00Z"));
  const opened = await pageStand(rig, wish, { clock });
  const local = bearer(opened.switchyard.localKey);
  return {
    ...opened,
    create: (query = "", body = { each, template }) =>
      opened.rest(
        `/api/schedules?cron=${encodeURIComponent("0 * * * *")}${query}`,
        { ...local, "content-type": "application/json" },
        { method: "POST", body: JSON.stringify(body) },
      ),
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(Math.min(stepMs, ms - passed));
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    shown: async (id) => (await opened.rest(`/api/schedules/${id}`, local)).body,
    async jobs() {
      const { jobs } = (await opened.rest("/api/jobs", local)).body;
      return Array.isArray(jobs) ? jobs.filter(isJsonObject).toReversed() : [];
    },
    keys: () =>
      opened.up.received
        .filter(({ params }) => params["name"] === "change")
        .map(({ params }) => objectAt(params, "_meta")?.["switchyard/idempotencyKey"]),
  };
}

function idIn({ status, body }: RestAnswer): string {
  assert.equal(status, 201, JSON.stringify(body));
  return stringAt(body, "scheduleId") ?? "";
}

function pageOf(next: string | null, rows: readonly number[]): JsonObject {
  return { content: [], structuredContent: { rows: rows.map((n) => ({ n, name: `row ${n}` })), next_cursor: next } };
}

function hour(h: number): string {
  return `@2026-03-28T${h}:00:00.000Z`;
}

test("each time the pages are read anew, and a key means one call at each time; where there is nothing, nothing is done", async () => {
  let rows: readonly number[] = [1];
  const opened = await stand({
    pages: 2,
    size: 1,
    odd: (page) =>
      page === 0
        ? pageOf("1", rows)
        : pageOf(
            null,
            rows.map((n) => n + 10),
          ),
  });
  const preview = await opened.create("&preview=true");
  assert.equal(preview.status, 200);
  assert.deepEqual(
    [preview.body["operations"], objectAt(preview.body, "each")],
    [undefined, { ...each, arguments: {}, next: "/structuredContent/next_cursor", cursor: "cursor", template }],
  );
  assert.deepEqual([opened.asked(), opened.changed()], [[null], []], "the first page was looked at");
  const id = idIn(await opened.create("&name=nightly"));
  assert.deepEqual(objectAt(await opened.shown(id), "each")?.["tool"], "up__pages");
  await opened.pass(60 * minute);
  await until(() => opened.changed().length === 2, "both pages are made");
  rows = [];
  await opened.pass(60 * minute);
  await until(async () => (await opened.jobs())[1]?.["status"] === "completed", "it had nothing to do");
  rows = [1, 2];
  await opened.pass(60 * minute);
  await until(() => opened.changed().length === 6, "what is there by then is made");
  assert.deepEqual(opened.keys().map(String).toSorted(), [
    `change-11${hour(13)}`,
    `change-11${hour(15)}`,
    `change-12${hour(15)}`,
    `change-1${hour(13)}`,
    `change-1${hour(15)}`,
    `change-2${hour(15)}`,
  ]);
  const made = await opened.jobs();
  assert.deepEqual(
    made.map((job) => [job["schedule"], objectAt(job, "counts")?.["total"], objectAt(job, "progress")?.["percent"]]),
    [
      [id, 2, 100],
      [id, 0, 100],
      [id, 4, 100],
    ],
  );
  assert.equal((await opened.shown(id))["problem"], undefined);
});

test("a tool that is away for a while is read once it is back; a retry of the job keeps to its time", async () => {
  let isAway = false;
  const failure = { content: [{ type: "text", text: "no site answers" }], isError: true };
  const opened = await stand({ pages: 2, size: 2, odd: () => (isAway ? failure : undefined) });
  const id = idIn(await opened.create());
  isAway = true;
  await opened.pass(60 * minute);
  await until(() => opened.asked().length > 1, "it is asked");
  isAway = false;
  await opened.pass(minute);
  await until(() => opened.changed().length === 4, "it is read");
  assert.equal((await opened.shown(id))["problem"], undefined);

  isAway = true;
  await opened.pass(70 * minute);
  const [, failed] = await opened.jobs();
  assert.partialDeepStrictEqual(failed, { status: "failed", code: "upstream_error", counts: { total: 0 } });
  isAway = false;
  const retried = await opened.post(`/api/jobs/${String(failed?.["jobId"])}/retry`);
  await until(() => opened.changed().length === 8, "the retry reads all of it");
  assert.partialDeepStrictEqual(await opened.once("completed", retried["jobId"]), { counts: { succeeded: 4 } });
  const keys = opened.keys().slice(4).map(String);
  assert.ok(
    keys.every((key) => key.endsWith("@2026-03-28T14:00:00.000Z")),
    keys.join(", "),
  );
});

test("what cannot be read is said when the schedule is made, and at its times", async () => {
  const opened = await stand({ pages: 1, size: 1 });
  const codeOf = async (body: JsonObject): Promise<unknown> => (await opened.create("", body)).code;
  assert.equal(await codeOf({ each: { ...each, tool: "up__change" }, template }), "invalid_operations");
  assert.equal(await codeOf({ each: { ...each, tool: "up__nothing" }, template }), "unknown_tool");
  assert.equal(await codeOf({ each: { ...each, rows: "/none" }, template }), "invalid_operations");
  assert.equal(await codeOf({ each }), "invalid_operations");
  const wrong = { type: "tool_call", parameters: { tool_name: "up__change", arguments: { n: "{{name}}" } } };
  assert.equal(await codeOf({ each, template: wrong }), "invalid_arguments");
  assert.deepEqual((await opened.rest("/api/schedules", bearer(opened.switchyard.localKey))).body, { schedules: [] });

  const id = idIn(await opened.create());
  const asked = opened.asked().length;
  opened.up.answer("tools/list", { tools: [{ name: "pages", inputSchema: { type: "object" } }] });
  opened.up.notify("notifications/tools/list_changed");
  await opened.pass(60 * minute);
  await until(async () => objectAt(await opened.shown(id), "problem") !== undefined, "it is told");
  assert.match(String(objectAt(await opened.shown(id), "problem")?.["message"]), /does not say that it only reads/);
  assert.deepEqual(await opened.jobs(), []);
  assert.equal(opened.asked().length, asked);
});
