import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { deleteEntity, patchEntity } from "./save.ts";

const company = "name: X\nstart: 2026-01\n";

/** A company with one file of entities, and what becomes of that. */
async function fileWith(context: TestContext, text: string): Promise<{ folder: string; now: () => Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), "cashflow-edit-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "entities"));
  await writeFile(join(folder, "company.yaml"), company);
  const file = join(folder, "entities", "all.yaml");
  await writeFile(file, text);
  return { folder, now: () => readFile(file, "utf8") };
}

const mixed = `# our people
- type: employee   # the first
  name: Ada
  salary: 60000    # since May

  start_date: '2026-01-01'

# about Bo
- {type: employee,  name: Bo,
   salary: 50_000.0, start_date: 2026-01-01}  # in braces
-   type: sale
    name: "Big: one"
    amount: 5
    start_date: 2026-01-01
    notes: |
      two
      lines
# the end
`;

test("a field is changed where it stands, and no other entity is written otherwise", async (context) => {
  const { folder, now } = await fileWith(context, mixed.replace("50_000.0", "50000"));
  const before = await now();
  await patchEntity(folder, { type: "sale", name: "Big: one", fields: { amount: 7, tags: ["a"], notes: null } });
  const after = await now();
  const start = before.indexOf("-   type: sale");
  assert.equal(after.slice(0, start), before.slice(0, start));
  const sale =
    '-   type: sale\n    name: "Big: one"\n    amount: 7\n    start_date: 2026-01-01\n    tags:\n      - a\n';
  assert.equal(after.slice(start), `${sale}# the end\n`);
});

test("an entity in braces stays in braces, and its comment behind it", async (context) => {
  const { folder, now } = await fileWith(context, mixed.replace("50_000.0", "50000"));
  await patchEntity(folder, { type: "employee", name: "Bo", fields: { salary: 51_000 } });
  const text = await now();
  assert.match(text, /^- \{type: employee, name: Bo, salary: 51000, start_date: 2026-01-01\} {2}# in braces$/m);
  assert.ok(text.startsWith(mixed.slice(0, mixed.indexOf("- {type"))));
});

test("one that goes takes its own comment with it, and nothing else", async (context) => {
  const { folder, now } = await fileWith(context, mixed.replace("50_000.0", "50000"));
  const before = await now();
  await deleteEntity(folder, "employee:bo");
  const [from, to] = [before.indexOf("# about Bo"), before.indexOf("-   type: sale")];
  assert.equal(await now(), before.slice(0, from) + before.slice(to));
});

test("one that is not valid can be mended, in place, and is not mended half", async (context) => {
  const { folder, now } = await fileWith(context, mixed.replace("50_000.0", "lots").replace("60000", "-1"));
  const before = await now();
  const half = patchEntity(folder, { type: "employee", name: "Ada", fields: { start_date: "2026-02-01" } });
  await assert.rejects(half, { code: "model_invalid", message: /money_range/ });
  assert.equal(await now(), before);
  const trial = { type: "employee", name: "Ada", fields: { salary: 61_000 } } as const;
  await patchEntity(folder, trial, { isTrial: true });
  assert.equal(await now(), before, "a trial writes nothing");
  const { change } = await patchEntity(folder, trial);
  assert.equal(change, "modified");
  assert.match(await now(), /salary: 61000 +# since May/);
});

test("a file with anchors is written as a whole, and says the same", async (context) => {
  const text =
    "- &a {type: sale, name: A, amount: 1, start_date: 2026-01-01, extra: &e {x: 1}}\n- {type: sale, name: B, amount: 2, start_date: 2026-01-01, extra: *e} # two\n";
  const { folder, now } = await fileWith(context, text);
  await patchEntity(folder, { type: "sale", name: "B", fields: { amount: 3 } });
  assert.match(await now(), /&e/);
  assert.match(await now(), /name: B, amount: 3, .*extra: \*e.*# two/);
});

test("another name or type is another entity", async (context) => {
  const { folder } = await fileWith(context, mixed.replace("50_000.0", "50000"));
  const renamed = patchEntity(folder, { type: "employee", name: "Ada", fields: { name: "Eve" } });
  await assert.rejects(renamed, { code: "invalid_argument", message: /are an entity's identity/ });
});
