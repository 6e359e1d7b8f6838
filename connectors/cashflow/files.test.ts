import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadModel } from "./model.ts";
import { readInside } from "./model-files.ts";
import { deleteEntity, saveEntity } from "./save.ts";

async function folderFor(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cashflow-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "entities"));
  await writeFile(join(folder, "company.yaml"), "name: Company\nstart: 2026-01\n");
  await writeFile(
    join(folder, "entities", "team.yaml"),
    "# the team\n- type: employee\n  name: Ada\n  salary: 60000 # since May\n  start_date: 2026-01-01\n- type: employee\n  name: Bo\n  salary: 50000\n  start_date: 2026-01-01\n",
  );
  return folder;
}

async function rulesOf(folder: string): Promise<string[]> {
  return (await loadModel(folder)).findings.map(({ file, rule }) => `${file} ${rule}`);
}

test("a folder is a model, and what in it is no model is told", async (context) => {
  const folder = await folderFor(context);
  const outside = await mkdtemp(join(tmpdir(), "cashflow-outside-"));
  context.after(() => rm(outside, { recursive: true, force: true }));
  await writeFile(join(outside, "secret.yaml"), "type: sale\nname: Secret\namount: 1\nstart_date: 2026-01-01\n");
  assert.deepEqual(await rulesOf(folder), []);
  await symlink(join(outside, "secret.yaml"), join(folder, "entities", "link.yaml"));
  await symlink(outside, join(folder, "entities", "folder.yaml"));
  await symlink(join(folder, "gone.yaml"), join(folder, "entities", "broken.yaml"));
  await writeFile(join(folder, "entities", "latin.yaml"), Buffer.from([0x6e, 0xe9]));
  await writeFile(join(folder, "entities", "huge.yaml"), "");
  await truncate(join(folder, "entities", "huge.yaml"), 50 * 1024 * 1024);
  execFileSync("mkfifo", [join(folder, "entities", "pipe.yaml")]);
  assert.deepEqual(await rulesOf(folder), [
    "entities/broken.yaml file_vanished",
    "entities/folder.yaml file_outside",
    "entities/huge.yaml file_size",
    "entities/latin.yaml file_encoding",
    "entities/link.yaml file_outside",
    "entities/pipe.yaml file_kind",
  ]);
  const { entities } = await loadModel(folder);
  assert.deepEqual(
    entities.map(({ data }) => data.name),
    ["Ada", "Bo"],
  );
});

test("a file that goes away between being listed and being read is a warning", async (context) => {
  const folder = await folderFor(context);
  const finding = await readInside(folder, "entities/gone.yaml", 1000);
  assert.equal(typeof finding === "string" ? "" : `${finding.severity} ${finding.rule}`, "warning file_vanished");
});

test("bounds hold: files, folders and entities", async (context) => {
  const folder = await folderFor(context);
  await mkdir(join(folder, "a", "b", "c"), { recursive: true });
  const { findings } = await loadModel(folder, { maxFiles: 1, maxDepth: 2, maxEntities: 0 });
  const rules = new Set(findings.map(({ rule }) => rule));
  assert.deepEqual([...rules], ["folder_depth", "file_count"]);
  const counted = await loadModel(folder, { maxEntities: 1 });
  assert.deepEqual([counted.entities.length, counted.findings.map(({ rule }) => rule)], [1, ["entity_count"]]);
});

test("loading can be given up", async (context) => {
  const folder = await folderFor(context);
  await assert.rejects(
    loadModel(folder, { signal: AbortSignal.abort(new Error("no longer wanted")) }),
    /no longer wanted/,
  );
});

test("an entity is changed where it stands, comments kept", async (context) => {
  const folder = await folderFor(context);
  const saved = await saveEntity(folder, {
    type: "employee",
    name: "Ada",
    salary: 66000,
    start_date: "2026-01-01",
    tags: ["core"],
  });
  assert.deepEqual(saved, { file: "entities/team.yaml", id: "employee:ada", change: "modified", findings: [] });
  const text = await readFile(join(folder, "entities", "team.yaml"), "utf8");
  assert.match(text, /^# the team\n- type: employee\n {2}name: Ada\n {2}salary: 66000 # since May\n/);
  const { entities } = await loadModel(folder);
  assert.deepEqual(
    entities.map(({ data }) => [data.name, data["salary"], data.tags]),
    [
      ["Ada", 66000, ["core"]],
      ["Bo", 50000, undefined],
    ],
  );
});

test("a new entity has a file of its own, and goes with it", async (context) => {
  const folder = await folderFor(context);
  const saved = await saveEntity(folder, {
    type: "sale",
    name: "First machine",
    amount: 90000,
    start_date: "2026-03-01",
  });
  assert.equal(saved.file, "entities/sale/first-machine.yaml");
  assert.equal((await loadModel(folder)).entities.length, 3);
  assert.equal((await deleteEntity(folder, "sale:first-machine")).change, "deleted");
  assert.deepEqual(await readdir(join(folder, "entities", "sale")), []);
  await deleteEntity(folder, "employee:bo");
  assert.deepEqual(
    (await loadModel(folder)).entities.map(({ id }) => id),
    ["employee:ada"],
  );
});

test("nothing is written that would not be valid", async (context) => {
  const folder = await folderFor(context);
  await saveEntity(folder, {
    type: "project",
    name: "P",
    total_budget: 5,
    start_date: "2026-01-01",
    end_date: "2026-02-01",
    team_members: ["Bo"],
  });
  const before = await readFile(join(folder, "entities", "team.yaml"), "utf8");
  const invalid = { name: "CashflowError", code: "model_invalid" };
  await assert.rejects(
    saveEntity(folder, { type: "employee", name: "Ada", salary: -1, start_date: "2026-01-01" }),
    invalid,
  );
  await assert.rejects(
    saveEntity(folder, { type: "employee", name: "Ada", salary: 1, start_date: "2026-02-30" }),
    invalid,
  );
  await assert.rejects(saveEntity(folder, { type: "sale", name: "New", amount: 1, start_date: "soon" }), invalid);
  await assert.rejects(deleteEntity(folder, "employee:bo"), invalid);
  await assert.rejects(deleteEntity(folder, "employee:nobody"), { code: "not_found" });
  assert.equal(await readFile(join(folder, "entities", "team.yaml"), "utf8"), before);
  assert.deepEqual((await readdir(join(folder, "entities"))).toSorted(), ["project", "team.yaml"]);
});

test("nothing is written outside of the folder", async (context) => {
  const folder = await folderFor(context);
  const outside = await mkdtemp(join(tmpdir(), "cashflow-outside-"));
  context.after(() => rm(outside, { recursive: true, force: true }));
  await symlink(outside, join(folder, "entities", "sale"));
  await assert.rejects(saveEntity(folder, { type: "sale", name: "New", amount: 1, start_date: "2026-01-01" }), {
    code: "refused",
  });
  assert.deepEqual(await readdir(outside), []);
});
