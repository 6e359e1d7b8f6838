import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { underLock } from "./file-lock.ts";

const folder = await mkdtemp(join(tmpdir(), "switchyard-lock-"));
after(() => rm(folder, { recursive: true, force: true }));

test("the lock is there while something runs, and gone afterwards, also when it failed", async () => {
  const file = join(folder, "one.lock");
  await underLock(file, systemClock, async () => {
    assert.ok(await stat(file));
  });
  await assert.rejects(
    underLock(file, systemClock, () => Promise.reject(new Error("failed"))),
    /failed/,
  );
  assert.deepEqual(await readdir(folder), []);
});

test("a lock that a process left behind is taken after half a minute", async () => {
  const file = join(folder, "left.lock");
  await writeFile(file, "");
  const longAgo = new Date(systemClock.now() - 31_000);
  await utimes(file, longAgo, longAgo);
  assert.equal(await underLock(file, systemClock, () => Promise.resolve("done")), "done");
});

test("where no lock can be made, what is to be done is done", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  assert.equal(await underLock(join(file, "x.lock"), systemClock, () => Promise.resolve("done")), "done");
});
