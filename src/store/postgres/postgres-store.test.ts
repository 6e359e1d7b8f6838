import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { Client } from "pg";
import { type TestPostgres, password, startPostgres } from "../../../test/rig/postgres.ts";
import { until } from "../../../test/rig/until.ts";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { jobOf, jobStoreContract, operationsOf } from "../../jobs/job-store.contract.ts";
import { scheduleOf, scheduleStoreContract } from "../../jobs/schedules/schedule-store.contract.ts";
import { type PostgresStore, openPostgres } from "./postgres-store.ts";

let server: TestPostgres;
const opened: PostgresStore[] = [];

before(async () => {
  server = await startPostgres();
});
after(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await server[Symbol.asyncDispose]();
});

function openAt(url: string, realm = "r"): PostgresStore {
  const store = openPostgres({ url, realm, clock: systemClock });
  opened.push(store);
  return store;
}

/** Makes every lease so much older. */
async function pass(url: string, ms: number): Promise<void> {
  const client = new Client(url);
  await client.connect();
  for (const table of ["jobs", "workers"]) {
    await client.query(`UPDATE switchyard.${table} SET until = until - $1 * interval '1 millisecond'`, [ms]);
  }
  await client.end();
}

jobStoreContract("the store of jobs on PostgreSQL", async () => {
  const url = await server.database();
  return { store: openAt(url).jobs, reopen: () => openAt(url).jobs, pass: (ms) => pass(url, ms) };
});

scheduleStoreContract("the store of schedules on PostgreSQL", async () => {
  const url = await server.database();
  return { ...openAt(url), reopen: () => openAt(url) };
});

test("a job of an API key is carried out by gateways that know the key, any other by all", async () => {
  const url = await server.database();
  const [own, other] = [openAt(url, "own").jobs, openAt(url, "other").jobs];
  const job = jobOf("a", 1);
  await own.create({ ...job, owner: { ...job.owner, kind: "key" } }, operationsOf(1));
  await own.create({ ...job, id: "b" }, operationsOf(1));
  const wanted = { now: 0, ms: 1000, more: 9, among: 9 };
  assert.deepEqual(
    (await other.take("w", wanted)).jobs.map(({ id }) => id),
    ["b"],
  );
  assert.deepEqual(
    (await own.take("v", wanted)).jobs.map(({ id }) => id),
    ["a"],
  );
});

test("a schedule of an API key is due for gateways that know the key, any other for all", async () => {
  const url = await server.database();
  const [own, other] = [openAt(url, "own").schedules, openAt(url, "other").schedules];
  const schedule = { ...scheduleOf("a"), nextAt: 5 };
  await own.create({ ...schedule, owner: { ...schedule.owner, kind: "key" } }, []);
  await own.create({ ...schedule, id: "b", nextAt: 7 }, []);
  assert.deepEqual([await own.next(), await other.next()], [5, 7]);
  assert.deepEqual([(await own.due(9)).length, (await other.due(9)).length], [2, 1]);
});

test("a job is told of once it is there, to one of those who listen", async () => {
  const url = await server.database();
  const told: string[] = [];
  const listening = ["a", "b"].map((name) => {
    const { jobs } = openAt(url);
    jobs.listen?.(() => Promise.resolve(void told.push(name)));
    return jobs;
  });
  await Promise.all(listening.map((jobs) => jobs.open()));
  const [first] = listening;
  for (const id of ["1", "2", "3"]) await first?.create(jobOf(id, 1), operationsOf(1));
  await until(() => told.length === 3, "each is told of");
  await first?.create({ ...jobOf("held", 1), state: { kind: "paused" } }, operationsOf(1));
  await first?.change("held", (job) => ({ ...job, state: { kind: "queued" } }));
  await until(() => told.length === 4, "one that is resumed is told of");
});

test("of two that take at once none gets what the other got", async () => {
  const url = await server.database();
  const [one, two] = [openAt(url).jobs, openAt(url).jobs];
  for (let n = 0; n < 20; n += 1) await one.create(jobOf(`j${n}`, 1), operationsOf(1));
  const taken: string[] = [];
  while (taken.length < 20) {
    const wanted = { now: 0, ms: 60_000, more: 2, among: 20 };
    const both = await Promise.all([one.take(`a${taken.length}`, wanted), two.take(`b${taken.length}`, wanted)]);
    taken.push(...both.flatMap(({ jobs }) => jobs).map(({ id }) => id));
  }
  assert.equal(new Set(taken).size, 20);
  assert.equal(taken.length, 20);
});

test("who takes jobs gets a share of those that are due, which grows when another worker is gone", async () => {
  const url = await server.database();
  const { jobs } = openAt(url);
  for (const id of ["a", "b", "c"]) await jobs.create(jobOf(id, 1), operationsOf(1));
  const take = async (worker: string): Promise<readonly [number, string]> => {
    const { share, jobs: own } = await jobs.take(worker, { now: 0, ms: 1000, more: 9, among: 9 });
    const ids = own.map(({ id }) => id).toSorted();
    return [share, ids.join(" ")];
  };
  assert.deepEqual(await take("w"), [3, "a b c"]);
  assert.deepEqual(await take("v"), [2, ""]);
  assert.deepEqual(await take("w"), [2, "a b c"], "it has more than its share now");
  await jobs.release("w", "c");
  assert.deepEqual(await take("w"), [2, "a b"], "and does not take back what it let go of");
  assert.deepEqual(await take("v"), [2, "c"]);
  await jobs.release("w");
  assert.deepEqual(await take("v"), [3, "a b c"]);
});

test("a database that is gone is said to be, without its password, and is used again when it is back", async () => {
  const lone = await startPostgres();
  try {
    const url = await lone.database();
    const heard: (GatewayError | undefined)[] = [];
    const store = openPostgres({ url, realm: "r", clock: systemClock, onProblem: (problem) => heard.push(problem) });
    opened.push(store);
    await lone.stop();
    await assert.rejects(store.jobs.open(), {
      code: "store_unavailable",
      message: /127\.0\.0\.1:\d+\/db1 cannot be reached/,
    });
    await lone.start();
    assert.equal(await store.jobs.open(), 0);
    await store.jobs.create(jobOf("a", 1), operationsOf(1));
    await lone.stop();
    await assert.rejects(store.jobs.open(), { code: "store_unavailable" });
    assert.ok(store.status().problem !== undefined);
    await lone.start();
    assert.equal(await store.jobs.open(), 1);
    assert.deepEqual(
      heard.map((problem) => problem?.code),
      ["store_unavailable", undefined, "store_unavailable", undefined],
    );
    assert.ok(!inspect(heard, { depth: 20, showHidden: true }).includes(password));
    await store.close();
  } finally {
    await lone[Symbol.asyncDispose]();
  }
});

test("a wrong password and a database that is not there are told with the way out, without the password", async () => {
  const url = await server.database();
  const cases = [
    [url.replace(password, "falsch"), /does not let the gateway in/],
    [url.replace(/db\d+$/, "missing"), /is not there/],
  ] as const;
  for (const [wrong, words] of cases) {
    await assert.rejects(openAt(wrong).jobs.open(), (thrown) => {
      assert.ok(thrown instanceof GatewayError && thrown.code === "store_unavailable");
      assert.match(thrown.message, words);
      const everything = inspect(thrown, { depth: 20, showHidden: true });
      return !everything.includes(password) && !everything.includes("falsch");
    });
  }
});

test("a database that a newer version wrote to is refused and left as it is", async () => {
  const url = await server.database();
  await openAt(url).jobs.open();
  const client = new Client(url);
  await client.connect();
  await client.query("INSERT INTO switchyard.migrations VALUES (99, 'later')");
  await client.end();
  await assert.rejects(openAt(url).jobs.open(), { code: "store_unavailable", message: /newer Switchyard \(format 99/ });
});

test("several gateways that meet an empty database at once all use it", async () => {
  const url = await server.database();
  const stores = Array.from({ length: 4 }, () => openAt(url));
  assert.deepEqual(await Promise.all(stores.map(({ jobs }) => jobs.open())), [0, 0, 0, 0]);
});

test("an answer with what PostgreSQL takes in no text is kept", async () => {
  const { jobs } = openAt(await server.database());
  await jobs.create(jobOf("a", 1), operationsOf(1));
  await jobs.take("w", { now: 0, ms: 1000, more: 1, among: 1 });
  const change = { job: "a", number: 0, state: { kind: "succeeded", attempts: 1 }, answer: '"a\0b"' } as const;
  await jobs.save("w", { jobs: [{ was: "queued", job: jobOf("a", 1) }], operations: [change] });
  assert.equal((await jobs.operation("a", 0))?.answer, '"a\\u0000b"');
});
