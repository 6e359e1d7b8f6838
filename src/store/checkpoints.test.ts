import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, test } from "node:test";
import { systemClock } from "../core/clock.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type Database, openDatabase } from "./database.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-checkpoints-"));

after(() => {
  rmSync(root, { recursive: true, force: true });
});

const rowBytes = 64 * 1024;

function opened(name: string): Database {
  const database = openDatabase(join(root, name));
  database.sql.exec("CREATE TABLE lines (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
  return database;
}

function write(database: Database, checkpoints: Checkpoints, rows: number): void {
  const add = database.sql.prepare("INSERT INTO lines (text) VALUES (?)");
  for (let row = 0; row < rows; row += 1) {
    database.transaction(() => add.run("x".repeat(rowBytes)));
    checkpoints.written();
  }
}

function aheadMiB({ file }: Database): number {
  return statSync(`${file}-wal`).size / 2 ** 20;
}

test("who writes little has no thread for it", () => {
  const clock = new ManualClock();
  const database = opened("little");
  const checkpoints = new Checkpoints(database, clock);
  write(database, checkpoints, 10);
  assert.equal(clock.pending, 1, "however much was written, there is one look");
  clock.advance(1000);
  assert.equal(checkpoints.hasThread, false);
  checkpoints.close();
  checkpoints.close();
  assert.equal(clock.pending, 0);
  database.close();
});

test("what many writes leave ahead is put in its place by a thread, stays bounded, and is whole when all is closed", async () => {
  const database = opened("much");
  const checkpoints = new Checkpoints(database, systemClock);
  after(() => {
    checkpoints.close();
  });
  write(database, checkpoints, 100);
  while (!checkpoints.hasThread) await pause(10);
  for (let round = 0; round < 30; round += 1) {
    write(database, checkpoints, 100);
    await pause(1);
    assert.ok(aheadMiB(database) < 128, `${aheadMiB(database)} MiB are ahead`);
  }
  checkpoints.close();
  checkpoints.close();
  database.close();
  assert.equal(existsSync(`${database.file}-wal`), false, "the thread had let go of the file before");
  const again = openDatabase(join(root, "much"));
  const { rows, bytes } =
    again.sql.prepare("SELECT count(*) AS rows, sum(length(text)) AS bytes FROM lines").get() ?? {};
  assert.deepEqual([rows, bytes], [3100, 3100 * rowBytes]);
  again.close();
});

test("where what can wait does so while the thread finishes, the file begins anew", async () => {
  const database = opened("resting");
  const checkpoints = new Checkpoints(database, systemClock);
  after(() => {
    checkpoints.close();
    database.close();
  });
  let rests = 0;
  let least = Infinity;
  for (let round = 0; round < 2000 && least > 1; round += 1) {
    if (checkpoints.rest !== undefined) {
      await checkpoints.rest;
      rests += 1;
      write(database, checkpoints, 1);
      const { log } = database.sql.prepare("PRAGMA wal_checkpoint(NOOP)").get() ?? {};
      least = Math.min(least, (Number(log) * database.pageBytes) / 2 ** 20);
    }
    write(database, checkpoints, 1);
    await pause(1);
  }
  assert.ok(rests > 0);
  assert.ok(least < 1, `after ${rests} rests at least ${least} MiB were ahead`);
});

test("a thread that is only beginning is ended all the same", () => {
  const clock = new ManualClock();
  const database = opened("short");
  const checkpoints = new Checkpoints(database, clock);
  write(database, checkpoints, 100);
  clock.advance(1000);
  assert.equal(checkpoints.hasThread, true);
  checkpoints.close();
  database.close();
  assert.equal(existsSync(`${database.file}-wal`), false);
});
