import assert from "node:assert/strict";
import { cp, mkdtemp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { LiveModel } from "./live-model.ts";

const sale = (name: string): string => `{type: sale, name: ${name}, amount: 1, start_date: 2026-01-01}\n`;

async function company(context: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "cashflow-live-"));
  context.after(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, "model");
  await mkdir(folder);
  await writeFile(join(folder, "company.yaml"), "name: X\nstart: 2026-01\n");
  await writeFile(join(folder, "a.yaml"), sale("A"));
  await writeFile(join(folder, "b.yaml"), sale("B"));
  return folder;
}

/** Looks again until it holds; twenty seconds at most. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 2000; round += 1) {
    if (await holds()) return;
    await pause(10);
  }
  assert.fail("waited twenty seconds in vain");
}

test("of files that change only those are read again, and a model that did not change is the same", async (context) => {
  const folder = await company(context);
  const told: (readonly string[])[] = [];
  await using live = await LiveModel.open(folder, ({ files }) => told.push(files));
  const before = await live.model();
  assert.equal(await live.model(), before);
  await writeFile(join(folder, "a.yaml"), sale("C"));
  await until(async () => (await live.model()) !== before);
  const after = await live.model();
  assert.deepEqual(
    after.entities.map(({ id }) => id),
    ["sale:c", "sale:b"],
  );
  assert.equal(after.entities[1], before.entities[1], "b.yaml was not read again");
  await until(() => told.length > 0);
  assert.deepEqual(told, [["a.yaml"]]);
});

test("a change is told of also where the file is again what it was: who asked in between was told otherwise", async (context) => {
  const folder = await company(context);
  const told: (readonly string[])[] = [];
  await using live = await LiveModel.open(folder, ({ files }) => told.push(files));
  await live.model();
  await writeFile(join(folder, "new.yaml"), sale("N"));
  live.changed();
  assert.equal((await live.model()).entities.length, 3);
  await rm(join(folder, "new.yaml"));
  live.changed();
  assert.equal((await live.model()).entities.length, 2);
  await until(() => told.length > 0);
  assert.deepEqual(told[0], ["new.yaml"]);
});

test("who asks while it is looked at waits for what is seen, however often that is", async (context) => {
  const folder = await company(context);
  await using live = await LiveModel.open(folder, () => undefined);
  for (let round = 0; round < 50; round += 1) {
    await writeFile(join(folder, "a.yaml"), sale(`Round ${round}`));
    live.changed();
    const models = await Promise.all([live.model(), live.model(), Promise.resolve().then(() => live.model())]);
    for (const { entities } of models) assert.equal(entities[0]?.data.name, `Round ${round}`);
  }
});

test("a folder that goes is said to be gone, and found again also where nobody asks", async (context) => {
  const folder = await company(context);
  const told: (readonly string[])[] = [];
  await using live = await LiveModel.open(folder, ({ files }) => told.push(files));
  await live.model();
  await rename(folder, `${folder}-elsewhere`);
  live.changed();
  await assert.rejects(live.model(), { code: "not_found", message: /cannot be listed: ENOENT/ });
  const all = ["a.yaml", "b.yaml", "company.yaml"];
  await until(() => told.length === 1);
  await rename(`${folder}-elsewhere`, folder);
  await until(() => told.length === 2);
  assert.deepEqual(told, [all, all]);
  await until(async () =>
    live.model().then(
      ({ entities }) => entities.length === 2,
      () => false,
    ),
  );
  await writeFile(join(folder, "a.yaml"), "");
  await until(async () => (await live.model()).entities.length === 1);
});

test("another folder in the place of the first is watched as that was", async (context) => {
  const folder = await company(context);
  const told: (readonly string[])[] = [];
  await using live = await LiveModel.open(folder, ({ files }) => told.push(files));
  await live.model();
  await cp(folder, `${folder}-next`, { recursive: true });
  await writeFile(join(`${folder}-next`, "b.yaml"), sale("Next"));
  await rename(folder, `${folder}-before`);
  await rename(`${folder}-next`, folder);
  await until(() => told.flat().includes("b.yaml"));
  await until(async () => (await live.model()).entities[1]?.id === "sale:next");
  told.length = 0;
  await writeFile(join(folder, "a.yaml"), sale("Changed"));
  await until(() => told.flat().includes("a.yaml"));
});

test("a folder that is not there is refused with its name", async () => {
  await assert.rejects(
    LiveModel.open("/nowhere/at/all", () => undefined),
    { code: "not_found", message: /\/nowhere\/at\/all/ },
  );
});

test("it can be closed twice, and tells of nothing afterwards", async (context) => {
  const folder = await company(context);
  let told = 0;
  const live = await LiveModel.open(folder, () => {
    told += 1;
  });
  live.changed();
  await live.close();
  await live.close();
  await writeFile(join(folder, "a.yaml"), sale("Z"));
  assert.equal((await live.model()).entities[0]?.id, "sale:z", "who asks still has an answer");
  assert.equal(told, 0);
});
