import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { inspect } from "node:util";
import { objectAt } from "../../src/core/json.ts";
import { bearer } from "../rig/access-stand.ts";
import { type Ended, inFolder, runCommand } from "../rig/command-line.ts";
import { type JobStand, jobIdIn, jobStand, operationLine } from "../rig/job-stand.ts";
import { type TestPostgres, password, startPostgres } from "../rig/postgres.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let postgres: TestPostgres;

before(async () => {
  postgres = rig.use(await startPostgres());
});

function localOf({ switchyard }: JobStand) {
  return bearer(switchyard.localKey);
}

function endsToldBy({ switchyard }: JobStand): number {
  return switchyard.events.read(0).filter(({ type }) => type === "job.cancelled").length;
}

/** A gateway with a folder of its own and this database. */
function standOn(url: string): Promise<JobStand> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-jobs-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  return jobStand(rig, { dataDir, store: { url } });
}

function lines(from: number, count: number, tool = "look"): string {
  return Array.from({ length: count }, (_, at) => operationLine(from + at, tool)).join("\n");
}

test("several jobs are shared by gateways with one database, and each shows all of them to their end", async () => {
  const url = await postgres.database();
  const [a, b] = [await standOn(url), await standOn(url)];
  const ids = await Promise.all(
    [0, 50, 100, 150, 200, 250].map(async (from) =>
      jobIdIn(await a.submit(lines(from, 50), localOf(a), "?perSecond=50&parallel=2")),
    ),
  );
  for (const id of ids) {
    const shown = await b.once("completed", id, localOf(b));
    assert.partialDeepStrictEqual(shown["counts"], { total: 50, succeeded: 50 });
    assert.equal((await a.results(id, localOf(a))).length, 50);
  }
  assert.ok(a.called().length > 0 && b.called().length > 0, `${a.called().length} and ${b.called().length}`);
  assert.deepEqual(
    [...a.called(), ...b.called()].toSorted((x, y) => x - y),
    Array.from({ length: 300 }, (_, n) => n),
  );
  await a.switchyard.close();
  await b.switchyard.close();
});

test("a gateway that comes later takes over some of the jobs of one that has them all, and none is made twice", async () => {
  const url = await postgres.database();
  const a = await standOn(url);
  const ids: string[] = [];
  for (const from of [0, 60, 120]) {
    ids.push(jobIdIn(await a.submit(lines(from, 60, "change"), localOf(a), "?perSecond=10&parallel=4")));
  }
  for (const id of ids) await a.once("running", id, localOf(a));
  const b = await standOn(url);
  await until(() => b.called().length > 0, "the second has taken one over");
  for (const id of ids) {
    const shown = await b.once("completed", id, localOf(b));
    assert.partialDeepStrictEqual(shown["counts"], { total: 60, succeeded: 60 });
  }
  const called = [...a.called(), ...b.called()];
  assert.equal(called.length, 180);
  assert.equal(new Set(called).size, 180);
  await a.switchyard.close();
  await b.switchyard.close();
});

test("a job is paused, resumed, cancelled and retried by any gateway, whichever carries it out", async () => {
  const url = await postgres.database();
  const [a, b] = [await standOn(url), await standOn(url)];
  // Of these the last is never answered, so that the job runs until somebody ends it.
  const body = [lines(-2, 2), lines(0, 20), operationLine(1000, "change")].join("\n");
  const id = jobIdIn(await a.submit(body, localOf(a), "?parallel=1"));
  await until(() => [...a.called(), ...b.called()].includes(1000), "the last one is under way");
  const [busy, idle] = a.called().length > 0 ? [a, b] : [b, a];
  assert.equal((await idle.act("pause", id, localOf(idle))).status, 200);
  await busy.once("paused", id, localOf(busy));
  assert.equal((await idle.act("resume", id, localOf(idle))).status, 200);
  // As the call under way is all that may be at once, nothing begins yet.
  await busy.once("queued", id, localOf(busy));
  const cancelled = await idle.act("cancel", id, localOf(idle));
  assert.partialDeepStrictEqual(objectAt(cancelled.body, "counts"), { succeeded: 20, failed: 2, cancelled: 1 });
  await until(() => busy.up.received.some(({ method }) => method === "notifications/cancelled"), "its call is aborted");
  assert.partialDeepStrictEqual((await busy.once("cancelled", id, localOf(busy)))["counts"], {
    succeeded: 20,
    failed: 2,
  });
  await until(() => endsToldBy(busy) === 1, "who carried it out tells of its end");
  assert.equal(endsToldBy(idle), 1, "and so does who was asked, each once");
  assert.equal((await busy.act("cancel", id, localOf(busy))).code, "job_conflict");
  const again = jobIdIn(await idle.act("retry", id, localOf(idle)));
  const shown = await busy.once("completed", again, localOf(busy));
  assert.partialDeepStrictEqual(shown["counts"], { total: 2, failed: 2 });
  await a.switchyard.close();
  await b.switchyard.close();
});

test("while the database is gone calls go on and jobs wait, which everybody is told without its password; then they go on", async () => {
  const lone = rig.use(await startPostgres());
  const stand = await standOn(await lone.database());
  const id = jobIdIn(await stand.submit(lines(0, 60), localOf(stand), "?perSecond=30"));
  await until(() => stand.called().length > 5, "it runs");
  await lone.stop();
  const isDown = (): boolean => stand.switchyard.status().store.shared?.problem !== undefined;
  await until(isDown, "the gateway has found out");
  const refused = await stand.submit(lines(100, 1), localOf(stand));
  assert.equal(refused.code, "store_unavailable");
  const called = await stand.rest("/api/call", localOf(stand), {
    method: "POST",
    body: JSON.stringify({ tool: "up__look", arguments: { n: 500 } }),
  });
  assert.equal(called.status, 200, JSON.stringify(called.body));
  await lone.start();
  const shown = await stand.once("completed", id, localOf(stand));
  assert.partialDeepStrictEqual(shown["counts"], { total: 60, succeeded: 60 });
  assert.equal(isDown(), false);
  const types = new Set(stand.switchyard.events.read(0).map(({ type }) => type));
  assert.ok(types.has("store.failed") && types.has("store.recovered"));
  const said = inspect([stand.switchyard.events.read(0), stand.switchyard.status(), refused], { depth: 20 });
  assert.match(said, /PostgreSQL at 127\.0\.0\.1:\d+\/db1/);
  assert.ok(!said.includes(password));
  await stand.switchyard.close();
});

test("`db` shows and brings up to date the database as well, leaves copies to its own tools, and tells no password", async () => {
  const url = await postgres.database();
  await inFolder(async (folder) => {
    const config = { store: { url: "postgres://switchyard:${PASSWORD}@${PLACE}" } };
    writeFileSync(join(folder, "switchyard.json"), JSON.stringify(config));
    const place = url.slice(url.indexOf("@") + 1);
    const run = async (args: readonly string[], at = place): Promise<Ended> => {
      const ended = await runCommand(["db", ...args], folder, { PASSWORD: password, PLACE: at });
      assert.ok(!(ended.stdout + ended.stderr).includes(password));
      return ended;
    };
    assert.match((await run(["status"])).stdout, /format 0 of 1: the next start adds: jobs and schedules/);
    const migrated: unknown = JSON.parse((await run(["migrate", "--json"])).stdout);
    assert.partialDeepStrictEqual(migrated, { postgres: { place, format: 1, knownFormat: 1, missing: [] } });
    assert.match(
      (await run(["status"])).stdout,
      /PostgreSQL 18\S* at 127\.0\.0\.1:\d+\/db\d+\n {2}0\.\d MiB, format 1 of 1: up to date/,
    );
    const copied = await run(["backup", "copy.db"]);
    assert.equal(copied.status, 0);
    assert.match(copied.stdout, /copy them with pg_dump/);
    assert.match((await run(["restore", "copy.db"])).stdout, /stay as they are/);
    const unreachable = await run(["status"], "127.0.0.1:1/none");
    assert.match(unreachable.stdout, /switchyard\.db/);
    assert.match(unreachable.stderr, /PostgreSQL at 127\.0\.0\.1:1\/none cannot be reached/);
    assert.equal(unreachable.status, 6);
    const missing = await runCommand(["db", "status"], folder, { PASSWORD: password });
    assert.match(missing.stderr, /store\.url needs the environment variable PLACE, which is not set/);
  });
});
