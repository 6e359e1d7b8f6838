import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Credentials, type RestAnswer, bearer } from "../rig/access-stand.ts";
import { type JobStand, jobStand, operationLine } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Schedules over HTTP, on a clock that is moved by hand: nothing here waits for the time of day. */

const rig = fileRig();
const minute = 60_000;
/** Shorter than servers have to answer that they are there. */
const stepMs = 4000;
const begin = Date.parse("2026-03-28T12:00:00Z");

interface ScheduleStand extends JobStand {
  readonly clock: ManualClock;
  readonly local: Credentials;
  /** Events of schedules, in their order, as `type` and what they tell. */
  readonly told: () => readonly string[];
  create(query: Readonly<Record<string, string>>, body?: string, as?: Credentials): Promise<RestAnswer>;
  /** Moves the clock on in steps, each once all that is due has been done. */
  pass(ms: number): Promise<void>;
  /** Jobs that schedules made, the earliest first. */
  made(): Promise<readonly JsonObject[]>;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function scheduleStand(dataDir?: string, at = begin): Promise<ScheduleStand> {
  const clock = new ManualClock(at);
  const stand = await jobStand(rig, { clock, ...(dataDir === undefined ? {} : { dataDir }) });
  const local = bearer(stand.switchyard.localKey);
  return {
    ...stand,
    clock,
    local,
    told: () =>
      stand.switchyard.events
        .after(0)
        .events.filter(({ type }) => type.startsWith("schedule."))
        .map((event) => ("reason" in event ? `${event.type} ${event.reason}` : event.type)),
    create(query, body = operationLine(1), as = local) {
      const headers = { ...as, "content-type": "application/x-ndjson" };
      return stand.rest(`/api/schedules?${new URLSearchParams(query).toString()}`, headers, { method: "POST", body });
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(Math.min(stepMs, ms - passed));
        await settled();
      }
    },
    async made() {
      const { body } = await stand.rest("/api/jobs?limit=1000", local);
      const jobs = Array.isArray(body["jobs"]) ? body["jobs"].filter(isJsonObject) : [];
      return jobs.filter((job) => job["schedule"] !== undefined).toReversed();
    },
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-schedules-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function scheduleIdIn({ status, body }: RestAnswer): string {
  assert.equal(status, 201, JSON.stringify(body));
  return stringAt(body, "scheduleId") ?? "";
}

function localTimes(body: JsonObject): unknown[] {
  const next = body["next"];
  return Array.isArray(next) ? next.filter(isJsonObject).map((time) => time["local"]) : [];
}

const hourly = { cron: "0 * * * *" };

test("a schedule makes its jobs when clocks in its zone say so, across a change of the clocks, and says so beforehand", async () => {
  const stand = await scheduleStand(undefined, Date.parse("2026-03-29T00:00:00Z"));
  const query = { cron: "30 2,4 * * *", zone: "Europe/Berlin", name: "nightly", preview: "true" };
  const preview = await stand.create(query);
  assert.equal(preview.status, 200);
  assert.equal(preview.body["scheduleId"], undefined);
  assert.deepEqual(localTimes(preview.body), [
    "2026-03-29T03:00+02:00",
    "2026-03-29T04:30+02:00",
    "2026-03-30T02:30+02:00",
    "2026-03-30T04:30+02:00",
    "2026-03-31T02:30+02:00",
  ]);
  assert.deepEqual((await stand.rest("/api/schedules", stand.local)).body, { schedules: [] });
  const id = scheduleIdIn(await stand.create({ ...query, preview: "false" }));
  await stand.pass(60 * minute - 1);
  assert.deepEqual(await stand.made(), []);
  await stand.pass(1);
  await until(() => stand.called().length === 1, "the first is called");
  await stand.pass(90 * minute);
  await until(() => stand.called().length === 2, "the second is called");
  const made = await stand.made();
  assert.deepEqual(
    made.map(({ schedule, dueAt }) => [schedule, dueAt]),
    [
      [id, "2026-03-29T01:00:00.000Z"],
      [id, "2026-03-29T02:30:00.000Z"],
    ],
  );
  const shown = (await stand.rest(`/api/schedules/${id}`, stand.local)).body;
  assert.partialDeepStrictEqual(shown, { status: "active", name: "nightly", operations: 1, owner: "local" });
  assert.deepEqual(shown["last"], { jobId: made[1]?.["jobId"], dueAt: "2026-03-29T02:30:00.000Z" });
  assert.deepEqual(stand.told(), ["schedule.began", "schedule.began"]);
});

test("what an idempotency key means is one call at each time", async () => {
  const stand = await scheduleStand();
  scheduleIdIn(await stand.create(hourly, operationLine(1, "change", { idempotencyKey: "k" })));
  await stand.pass(2 * 60 * minute);
  await until(() => stand.called().length === 2, "both are called");
  const keys = stand.up.received.flatMap(
    ({ params }) => objectAt(params, "_meta")?.["switchyard/idempotencyKey"] ?? [],
  );
  assert.deepEqual(keys, ["k@2026-03-28T13:00:00.000Z", "k@2026-03-28T14:00:00.000Z"]);
});

test("while its job is not over, a schedule leaves times out, lets them wait, or begins beside it", async () => {
  // One in a thousand seconds: three hours.
  const slow = Array.from({ length: 12 }, (_, n) => operationLine(n)).join("\n");
  for (const [overlap, expected] of [
    ["skip", ["schedule.began", "schedule.skipped overlap", "schedule.skipped overlap", "schedule.began"]],
    ["queue", ["schedule.began", "schedule.began", "schedule.began"]],
    ["parallel", ["schedule.began", "schedule.began", "schedule.began"]],
  ] as const) {
    const stand = await scheduleStand();
    const id = scheduleIdIn(await stand.create({ ...hourly, overlap, perSecond: "0.001" }, slow));
    await stand.pass(3 * 60 * minute);
    const open = async (): Promise<JsonObject[]> =>
      (await stand.made()).filter(({ status }) => status === "running" || status === "queued");
    await until(
      async () => (await open()).length === (overlap === "parallel" ? 3 : 1),
      `${overlap}: what may run does`,
    );
    const shown = (await stand.rest(`/api/schedules/${id}`, stand.local)).body;
    assert.equal(shown["waiting"], overlap === "queue" ? 2 : 0);
    if (overlap === "parallel") continue;
    if (overlap === "skip") {
      for (const { jobId } of await open()) await stand.act("cancel", String(jobId), stand.local);
      await stand.pass(60 * minute);
    }
    const followers = overlap === "queue" ? 2 : 0;
    for (let ended = 0; ended < followers; ended += 1) {
      const [job] = await open();
      await stand.act("cancel", String(job?.["jobId"]), stand.local);
      await until(async () => (await stand.made()).length === ended + 2, "the next begins");
    }
    await until(() => stand.told().length === expected.length, `${overlap}: all is told`);
    assert.deepEqual(stand.told(), expected);
  }
});

test("after a time without a gateway, what was missed is left out, made up once, or made up for each", async () => {
  for (const [missed, count, told] of [
    ["skip", 0, ["schedule.skipped missed"]],
    ["once", 1, ["schedule.began"]],
    ["all", 3, ["schedule.began", "schedule.began", "schedule.began"]],
  ] as const) {
    const dataDir = newFolder();
    const first = await scheduleStand(dataDir);
    scheduleIdIn(await first.create({ ...hourly, missed, overlap: "parallel" }));
    await first.switchyard.close();
    const second = await scheduleStand(dataDir, begin + 3 * 60 * minute + 30 * minute);
    await until(() => second.told().length === told.length, `${missed}: it is told`);
    assert.deepEqual(second.told(), told);
    assert.equal((await second.made()).length, count);
    await second.pass(30 * minute);
    await until(async () => (await second.made()).length === count + 1, `${missed}: it goes on at its time`);
    await second.switchyard.close();
  }
});

test("two gateways with one data folder make each job once", async () => {
  const dataDir = newFolder();
  const [a, b] = [await scheduleStand(dataDir), await scheduleStand(dataDir)];
  for (let n = 0; n < 5; n += 1) scheduleIdIn(await a.create({ ...hourly, overlap: "parallel" }, operationLine(n)));
  for (let hour = 0; hour < 4; hour += 1) {
    await Promise.all([a.pass(60 * minute), b.pass(60 * minute)]);
    await until(async () => (await a.made()).length === 5 * (hour + 1), "all are made");
  }
  assert.equal((await b.made()).length, 20);
  assert.equal([...a.told(), ...b.told()].length, 20);
  await a.switchyard.close();
  await b.switchyard.close();
});

test("a schedule is paused, goes on without what passed, runs once more by hand, and is removed", async () => {
  const stand = await scheduleStand();
  const id = scheduleIdIn(await stand.create({ ...hourly, missed: "all", overlap: "queue" }));
  const act = (action: string): Promise<RestAnswer> =>
    stand.rest(`/api/schedules/${id}/${action}`, stand.local, { method: "POST", body: "{}" });
  assert.partialDeepStrictEqual((await act("pause")).body, { status: "paused", next: [] });
  await stand.pass(3 * 60 * minute);
  assert.deepEqual(await stand.made(), []);
  assert.equal(localTimes((await act("resume")).body)[0], "2026-03-28T16:00+00:00");
  assert.partialDeepStrictEqual((await act("run")).body, {
    status: "active",
    last: { dueAt: "2026-03-28T15:00:00.000Z" },
  });
  assert.equal((await stand.made()).length, 1);
  const removed = await stand.rest(`/api/schedules/${id}`, stand.local, { method: "DELETE" });
  assert.deepEqual(removed.body, { removed: id });
  assert.equal((await act("run")).code, "schedule_not_found");
  assert.equal((await stand.made()).length, 1, "its jobs stay");
});

test("a rule that comes to its end ends its schedule", async () => {
  const stand = await scheduleStand();
  const id = scheduleIdIn(await stand.create({ rrule: "FREQ=HOURLY;COUNT=2", start: "2026-03-28T13:00" }));
  await stand.pass(3 * 60 * minute);
  await until(() => stand.told().length === 3, "it has ended");
  assert.deepEqual(stand.told(), ["schedule.began", "schedule.began", "schedule.ended"]);
  assert.partialDeepStrictEqual((await stand.rest(`/api/schedules/${id}`, stand.local)).body, {
    status: "ended",
    next: [],
  });
  const paused = await stand.rest(`/api/schedules/${id}/resume`, stand.local, { method: "POST", body: "{}" });
  assert.equal(paused.code, "schedule_ended");
});

test("its jobs are made with the rights that its owner has then; without any, it pauses and says why", async () => {
  const stand = await scheduleStand();
  const key = await stand.key("user", "up");
  const id = scheduleIdIn(await stand.create(hourly, operationLine(1), key.headers));
  assert.deepEqual(
    (await stand.rest(`/api/schedules/${id}`, (await stand.key("user", "up")).headers)).code,
    "schedule_not_found",
  );
  await stand.pass(60 * minute);
  await until(() => stand.called().length === 1, "it is called");
  await stand.revoke(key);
  await stand.pass(60 * minute);
  await until(() => stand.told().includes("schedule.failed"), "it is told");
  const shown = (await stand.rest(`/api/schedules/${id}`, stand.local)).body;
  assert.partialDeepStrictEqual(shown, {
    status: "paused",
    code: "unauthenticated",
    problem: { code: "unauthenticated" },
  });
  assert.equal(stand.called().length, 1);
});

test("what cannot be a schedule is refused whole, and how many there may be is bounded", async () => {
  const stand = await scheduleStand();
  const user = await stand.key("user", "nothing");
  for (const [query, body, code] of [
    [{}, operationLine(1), "invalid_schedule"],
    [{ cron: "0 * * * *", rrule: "FREQ=DAILY" }, operationLine(1), "invalid_schedule"],
    [{ cron: "0 0 31 2 *" }, operationLine(1), "invalid_schedule"],
    [{ rrule: "FREQ=DAILY;UNTIL=20200101T000000Z" }, operationLine(1), "invalid_schedule"],
    [{ ...hourly, missed: "all" }, operationLine(1), "invalid_schedule"],
    [{ ...hourly, zone: "Mars/Base" }, operationLine(1), "invalid_schedule"],
    [{ ...hourly, dryRun: "1" }, operationLine(1), "invalid_schedule"],
    [{ ...hourly, parallel: "1000" }, operationLine(1), "invalid_params"],
    [{ ...hourly, every: "day" }, operationLine(1), "invalid_params"],
    [hourly, operationLine(1, "absent"), "unknown_tool"],
    [hourly, operationLine("x"), "invalid_arguments"],
    [hourly, Array.from({ length: 1001 }, (_, n) => operationLine(n)).join("\n"), "invalid_schedule"],
  ] as const) {
    assert.equal((await stand.create(query, body)).code, code, JSON.stringify(query));
  }
  assert.equal((await stand.create(hourly, operationLine(1), user.headers)).code, "unknown_tool");
  for (let n = 0; n < 100; n += 1) scheduleIdIn(await stand.create({ cron: "0 0 1 1 *" }));
  const tooMany = await stand.create(hourly);
  assert.deepEqual([tooMany.status, tooMany.code], [409, "too_many_schedules"]);
});
