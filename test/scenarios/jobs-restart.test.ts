import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { objectAt } from "../../src/core/json.ts";
import { bearer } from "../rig/access-stand.ts";
import { type JobStand, jobIdIn, jobStand, operationLine } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-jobs-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function localOf({ switchyard }: JobStand) {
  return bearer(switchyard.localKey);
}

test("a gateway that stops leaves its jobs to the next, with what it could not wait for as after a kill", async () => {
  const dataDir = newFolder();
  const first = await jobStand(rig, { dataDir });
  // One has ended, three are never answered, one has not begun.
  const body = [
    operationLine(1),
    operationLine(1000),
    operationLine(1001, "change"),
    operationLine(1002, "change", { idempotencyKey: "k" }),
    operationLine(2),
  ].join("\n");
  const id = jobIdIn(await first.submit(body, localOf(first), "?parallel=3"));
  await until(() => first.called().length === 4, "three are under way");
  await first.switchyard.close();

  const second = await jobStand(rig, { dataDir });
  second.up.answer("tools/call", { content: [] });
  const shown = await second.once("completed", id, localOf(second));
  assert.partialDeepStrictEqual(shown["counts"], { total: 5, succeeded: 4, failed: 1 });
  const results = await second.results(id, localOf(second));
  assert.deepEqual(
    results.map(({ code, attempts }) => [code, attempts]),
    [
      [undefined, 1],
      [undefined, 2],
      ["outcome_unknown", 1],
      [undefined, 2],
      [undefined, 1],
    ],
  );
  assert.deepEqual(new Set(second.called()), new Set([1000, 1002, 2]), "nothing else was called again");
  const keys = second.up.received.map(({ params }) => objectAt(params, "_meta")?.["switchyard/idempotencyKey"]);
  assert.ok(keys.includes("k"), "the server can tell that it is the same call");
  await second.switchyard.close();
});

test("of two gateways with one folder each carries out jobs, either changes any, and one goes on with those of the other", async () => {
  const dataDir = newFolder();
  const a = await jobStand(rig, { dataDir });
  const b = await jobStand(rig, { dataDir });
  const reading = Array.from({ length: 40 }, (_, at) => operationLine(at)).join("\n");
  const submit = async (stand: JobStand): Promise<string> => {
    const id = jobIdIn(await stand.submit(reading, localOf(stand), "?perSecond=20&parallel=1"));
    await stand.once("running", id, localOf(stand));
    return id;
  };
  const ofA = await submit(a);
  const ofB = await submit(b);
  assert.ok(a.called().length > 0 && b.called().length > 0);
  assert.equal((await b.act("pause", ofA, localOf(b))).status, 200);
  // Who carried it out learns of it when it says next that it still does; what had begun is counted.
  const paused = await a.once("paused", ofA, localOf(a));
  assert.partialDeepStrictEqual(paused["counts"], { total: 40, failed: 0 });
  assert.equal((await b.act("pause", ofA, localOf(b))).status, 200);
  assert.equal((await a.act("resume", ofA, localOf(a))).status, 200);
  await a.switchyard.close();
  for (const id of [ofA, ofB]) {
    const shown = await b.once("completed", id, localOf(b));
    assert.partialDeepStrictEqual(shown["counts"], { total: 40, succeeded: 40 });
  }
  const called = [...a.called(), ...b.called()];
  assert.equal(called.length, 80, "every operation was made once");
  await b.switchyard.close();
});
