import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { testKeyStore } from "../access/key-store.contract.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { fullSession, testSessionStore } from "../gateway/session-store.contract.ts";
import { idempotencyStoreContract } from "../policy/idempotency-store.contract.ts";
import { jobOf, jobStoreContract, operationsOf } from "../jobs/job-store.contract.ts";
import { scheduleStoreContract } from "../jobs/schedules/schedule-store.contract.ts";
import { testPromptStore } from "../prompts/prompt-store.contract.ts";
import { testCatalogStore } from "../upstream/catalog-store.contract.ts";
import { databaseName, openDatabase } from "./database.ts";
import { migrate, migrations } from "./migrations.ts";
import { type Store, openStore, storeIn } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-store-"));
const opened: Store[] = [];

after(() => {
  for (const store of opened) store.close();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
function newFolder(): string {
  folders += 1;
  return join(root, String(folders), "data");
}

function openIn(
  dataDir: string,
  onProblem?: (problem: GatewayError | undefined) => void,
): Store & { clock: ManualClock } {
  const clock = new ManualClock(10_000);
  const store = openStore({ dataDir, clock, ...(onProblem === undefined ? {} : { onProblem }) });
  opened.push(store);
  return { ...store, clock };
}

/** Closes and opens again, as a restart does. */
function underTest<T>(pick: (store: Store) => T): { readonly store: T; readonly settle: () => T } {
  const dataDir = newFolder();
  const store = openIn(dataDir);
  return {
    store: pick(store),
    settle: () => {
      store.close();
      store.close();
      return pick(openIn(dataDir));
    },
  };
}

testKeyStore("SQLite", () => underTest((store) => store.apiKeys));
testPromptStore("SQLite", () => underTest((store) => store.prompts));
testSessionStore("the store of sessions in SQLite", () => underTest(({ sessions }) => sessions));
testCatalogStore("the store of catalogs in SQLite", () => underTest(({ catalogs }) => catalogs));
jobStoreContract("the store of jobs in SQLite", () => {
  const { store, settle } = underTest(({ jobs }) => jobs);
  return { store, reopen: settle };
});
scheduleStoreContract("the store of schedules in SQLite", () => {
  const { store, settle } = underTest((each) => each);
  return { ...store, reopen: settle };
});

test("a job whose making ended with its process is not there, and its rows are forgotten", async () => {
  const dataDir = newFolder();
  const store = openIn(dataDir);
  const making = store.jobs.create(jobOf("half", 5000), operationsOf(5000));
  store.close();
  await assert.rejects(making, { code: "store_unavailable" });
  const { jobs } = openIn(dataDir);
  assert.equal(await jobs.job("half"), undefined);
  assert.deepEqual(await jobs.jobs({ max: 10 }), []);
  assert.deepEqual((await jobs.take("w", { now: 0, ms: 1000, more: 9, among: 9 })).jobs, []);
  const rows = async (): Promise<number> => (await jobs.operations("half", { from: 0, max: 5000 })).length;
  assert.equal(await rows(), 400);
  assert.equal(await jobs.forget(100, 5000, 500_000), false, "it may still be in the making");
  while (await jobs.forget(100, 300, 700_000)) continue;
  assert.equal(await rows(), 0);
});

idempotencyStoreContract("the store of calls with keys in SQLite", () => {
  const { store, settle } = underTest(({ keyedCalls }) => keyedCalls);
  let last = store;
  let isFirst = true;
  return {
    store,
    reopen: () => {
      if (isFirst) last = settle();
      isFirst = false;
      return last;
    },
  };
});

function refusal(run: () => unknown): GatewayError {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof GatewayError, String(thrown));
    assert.equal(thrown.code, "store_unavailable");
    return thrown;
  }
  throw new Error("it was not refused");
}

test("only its owner may read the folder and the files, also those that were there before", () => {
  const dataDir = newFolder();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, databaseName), "", { mode: 0o644 });
  const store = openIn(dataDir);
  store.key("a", () => randomBytes(32));
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  for (const name of ["", "-wal", "-shm"]) {
    assert.equal(statSync(join(dataDir, databaseName + name)).mode & 0o777, 0o600, name);
  }
});

test("a key is made once, also by two who open the store at the same time", () => {
  const dataDir = newFolder();
  const [one, other] = [openIn(dataDir), openIn(dataDir)];
  const key = one.key("state", () => randomBytes(32));
  assert.equal(key.length, 32);
  assert.deepEqual(
    other.key("state", () => randomBytes(32)),
    key,
  );
  assert.notDeepEqual(
    other.key("another", () => randomBytes(32)),
    key,
  );
});

test("a session is in the file 100 ms after it was kept, and two gateways keep theirs apart", async () => {
  const dataDir = newFolder();
  const [one, other] = [openIn(dataDir), openIn(dataDir)];
  one.sessions.keep("here", fullSession("a", 9000));
  other.sessions.keep("there", fullSession("b", 9000));
  one.clock.advance(100);
  other.clock.advance(100);
  const third = openIn(dataDir);
  const all = { max: 10, usedSince: 0 };
  assert.deepEqual(
    [await third.sessions.read("here", all), await third.sessions.read("there", all)].map((list) =>
      list.map(({ id }) => id),
    ),
    [["a"], ["b"]],
  );
});

test("a row that cannot be read is a session that there is not", async () => {
  const dataDir = newFolder();
  const store = openIn(dataDir);
  for (const id of ["a", "b", "c", "d"]) store.sessions.keep("here", fullSession(id, 9000));
  store.close();
  const sql = new DatabaseSync(join(dataDir, databaseName));
  const damage = sql.prepare("UPDATE sessions SET detail = ? WHERE id = ?");
  damage.run("{", "a");
  damage.run('{"route":{"kind":"all"},"revision":"1999-01-01","caller":{}}', "b");
  damage.run('{"route":{"kind":"moon"},"revision":"2025-06-18","caller":{}}', "c");
  sql.close();
  const read = await openIn(dataDir).sessions.read("here", { max: 10, usedSince: 0 });
  assert.deepEqual(read, [fullSession("d", 9000)]);
});

test("a client that says very much of itself is not kept", async () => {
  const { store, settle } = underTest(({ sessions }) => sessions);
  store.keep("here", { ...fullSession("a", 1), caller: { info: { name: "x".repeat(70_000) }, capabilities: {} } });
  assert.deepEqual(await settle().read("here", { max: 10, usedSince: 0 }), []);
});

test("a file that a newer version wrote is refused and left as it is", () => {
  const dataDir = newFolder();
  openIn(dataDir).close();
  const file = join(dataDir, databaseName);
  const sql = new DatabaseSync(file);
  sql.exec("INSERT INTO migrations VALUES (99, 'from the future')");
  sql.close();
  const before = readFileSync(file);
  const { message, data } = refusal(() => openIn(dataDir));
  assert.match(
    message,
    new RegExp(
      `switchyard\\.db, was written by a newer Switchyard \\(format 99; this one knows ${migrations.length}\\)`,
    ),
  );
  assert.match(String(data?.["suggestion"]), /Start the newer version again/);
  assert.deepEqual(readFileSync(file), before);
});

test("a migration that fails leaves the file as it was", () => {
  const file = join(root, "failing.db");
  const sql = new DatabaseSync(file);
  const [first] = migrations;
  assert.ok(first);
  migrate(sql, file, [first]);
  const failing = [
    first,
    { name: "good", sql: "CREATE TABLE good (a INTEGER) STRICT" },
    { name: "bad", sql: "CREATE nonsense" },
  ];
  assert.throws(() => {
    migrate(sql, file, failing);
  }, /syntax error/);
  const tables = sql.prepare("SELECT name FROM sqlite_schema WHERE name = 'good'").all();
  assert.deepEqual(tables, []);
  migrate(sql, file, [first, { name: "good", sql: "CREATE TABLE good (a INTEGER) STRICT" }]);
  assert.equal(sql.prepare("SELECT count(*) AS n FROM migrations").get()?.["n"], 2);
  sql.close();
});

const harm: Readonly<Record<string, readonly [(dataDir: string) => void, RegExp, RegExp]>> = {
  "something else": [
    (dataDir) => writeFileSync(join(dataDir, databaseName), "not a database, but long enough to be one".repeat(100)),
    /is damaged, or is something else/,
    /Move it away/,
  ],
  "cut short": [
    (dataDir) => {
      openIn(dataDir).close();
      truncateSync(join(dataDir, databaseName), 5000);
    },
    /is damaged, or is something else/,
    /Move it away/,
  ],
  "a folder": [(dataDir) => mkdirSync(join(dataDir, databaseName)), /cannot be written/, /name another folder/],
};

for (const [name, [spoil, why, wayOut]] of Object.entries(harm)) {
  test(`a file that is ${name} is refused with the reason and the way out`, () => {
    const dataDir = newFolder();
    mkdirSync(dataDir, { recursive: true });
    spoil(dataDir);
    const { message, data } = refusal(() => openIn(dataDir));
    assert.match(message, why);
    assert.ok(message.includes(join(dataDir, databaseName)));
    assert.match(String(data?.["suggestion"]), wayOut);
  });
}

test("a data folder that cannot be made is refused", () => {
  const file = join(root, "a-file");
  writeFileSync(file, "");
  assert.match(refusal(() => openIn(join(file, "data"))).message, /cannot be written \(ENOTDIR/);
});

test(
  "a folder that may not be written is refused",
  { skip: process.getuid?.() === 0 ? "root may write everywhere" : false },
  () => {
    const dataDir = newFolder();
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, 0o500);
    assert.match(refusal(() => openIn(dataDir)).message, /cannot be written \(EACCES/);
    chmodSync(dataDir, 0o700);
  },
);

test("while another process holds the file, writes wait and are seen to; they are made when it lets go", async () => {
  const dataDir = newFolder();
  const problems: (GatewayError | undefined)[] = [];
  const store = openIn(dataDir, (problem) => problems.push(problem));
  const other = new DatabaseSync(join(dataDir, databaseName));
  other.exec("BEGIN IMMEDIATE");
  store.sessions.keep("here", fullSession("a", 9000));
  store.clock.advance(300);
  assert.match(store.status().problem?.message ?? "", /is locked by another process/);
  assert.equal(store.status().waiting, 1);
  other.exec("ROLLBACK");
  other.close();
  store.clock.advance(400);
  assert.equal(store.status().problem, undefined);
  assert.equal(store.status().waiting, 0);
  assert.deepEqual(
    problems.map((problem) => problem?.code),
    ["store_unavailable", undefined],
  );
  assert.equal((await store.sessions.read("here", { max: 10, usedSince: 0 })).length, 1);
});

test("a full disk is seen to, and what could not be written is once there is room again", async () => {
  const clock = new ManualClock(10_000);
  const database = openDatabase(newFolder());
  const store = storeIn(database, { clock });
  opened.push(store);
  // What SQLite says when the file may have no more pages is what it says of a full disk.
  const pages = Number(database.sql.prepare("PRAGMA page_count").get()?.["page_count"]);
  database.sql.exec(`PRAGMA max_page_count = ${pages}`);
  for (let at = 0; at < 400; at += 1) store.sessions.keep("here", fullSession(`session-${at}`, 9000));
  clock.advance(100);
  assert.match(store.status().problem?.message ?? "", /the disk is full/);
  database.sql.exec(`PRAGMA max_page_count = ${pages + 1000}`);
  clock.advance(200);
  assert.equal(store.status().problem, undefined);
  assert.equal((await store.sessions.read("here", { max: 1000, usedSince: 0 })).length, 400);
});

test("what another process changes of templates is noticed, and what else it writes is not", () => {
  const dataDir = newFolder();
  const [ours, other] = [openIn(dataDir), openIn(dataDir)];
  const content = { tags: [], arguments: [], messages: [{ role: "user", text: "x" }] } as const;
  const version = { number: 1, at: 1, by: "a", content };
  const template = {
    name: "brief",
    status: { kind: "draft" },
    latest: 1,
    revision: 1,
    createdAt: 1,
    changedAt: 1,
  } as const;
  ours.prompts.all();
  other.key("a secret", () => randomBytes(32));
  assert.equal(ours.prompts.hasChanged(), false);
  other.prompts.put({ template, version });
  assert.equal(ours.prompts.hasChanged(), true);
  assert.equal(ours.prompts.hasChanged(), false);
  ours.prompts.put({ template: { ...template, revision: 2 }, version: { ...version, number: 2 } });
  ours.prompts.all();
  other.key("another secret", () => randomBytes(32));
  assert.equal(ours.prompts.hasChanged(), false);
  other.prompts.remove("brief");
  assert.equal(ours.prompts.hasChanged(), true);
});
