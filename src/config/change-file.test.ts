import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeFileSync } from "node:fs";
import { systemClock } from "../core/clock.ts";
import { changeFile } from "./change-file.ts";

async function fileWith(context: TestContext, text: string | undefined) {
  const cwd = await mkdtemp(join(tmpdir(), "switchyard-"));
  context.after(() => rm(cwd, { recursive: true, force: true }));
  const file = join(cwd, "switchyard.json");
  if (text !== undefined) await writeFile(file, text);
  const at = { cwd, clock: systemClock };
  return { file, change: (edit: (text: string) => string) => changeFile(file, at, edit), folder: () => readdir(cwd) };
}

test("what somebody else writes between the reading and the writing of a file is edited, not overwritten", async (context) => {
  const { file, change, folder } = await fileWith(context, "a");
  const seen: string[] = [];
  await change((text) => {
    seen.push(text);
    if (seen.length === 1) writeFileSync(file, "b");
    return `${text}+`;
  });
  assert.deepEqual(seen, ["a", "b"]);
  assert.equal(await readFile(file, "utf8"), "b+");
  assert.deepEqual(await folder(), ["switchyard.json"]);
});

test("changes at the same time are made one after another, and each is in the file", async (context) => {
  const { file, change } = await fileWith(context, undefined);
  await Promise.all(["a", "b", "c", "d"].map((letter) => change((text) => text + letter)));
  assert.equal((await readFile(file, "utf8")).split("").toSorted().join(""), "abcd");
});

test("a file that others write all the time is left to them, and a refused change leaves nothing", async (context) => {
  const { file, change, folder } = await fileWith(context, "0");
  let count = 0;
  const busy = change((text) => {
    count += 1;
    writeFileSync(file, String(count));
    return `${text} mine`;
  });
  await assert.rejects(busy, { code: "invalid_config", message: /written by others 10 times in a row/ });
  assert.equal(await readFile(file, "utf8"), "10");
  const wrong = new Error("no");
  await assert.rejects(
    change(() => {
      throw wrong;
    }),
    wrong,
  );
  assert.deepEqual(await folder(), ["switchyard.json"]);
});
