import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { seededRandom } from "../../src/core/seeded-random.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { ask, checkCounted, countingUpstream, resultsOf, serving, submitCounted } from "./counted-jobs.ts";

const rig = fileRig();
/** All twenty of them take a minute: `KILLS=20 node --test test/faults/jobs.test.ts`. */
const kills = Number(process.env["KILLS"] ?? 4);
const total = Number(process.env["OPERATIONS"] ?? 2000);
const seed = Number(process.env["SEED"] ?? Date.now());

test(`a job whose gateway is killed ${kills} times ends, and what may have acted is never made again unasked`, async () => {
  const upstream = await countingUpstream(rig);
  const folder = mkdtempSync(join(tmpdir(), "switchyard-jobs-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(
    join(folder, "switchyard.json"),
    JSON.stringify({ dataDir: folder, mcpServers: { up: { url: upstream.url } } }),
  );
  const random = seededRandom(seed);
  let { command, origin } = await serving(rig, folder);
  const id = await submitCounted(origin, 0, total);
  let best = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const goal = Math.floor((total * (kill - 1 + random())) / (kills + 1));
    await until(
      () => upstream.calls.length >= Math.max(goal, best + 1),
      `more than ${goal} calls were made (seed ${seed})`,
    );
    const progress = objectAt(await ask(`${origin}/api/jobs/${id}`), "progress")?.["step"];
    assert.ok(typeof progress === "number" && progress <= upstream.calls.length);
    command.kill("SIGKILL");
    await command.exited;
    best = upstream.calls.length;
    ({ command, origin } = await serving(rig, folder));
  }
  let shown: JsonObject = {};
  await until(
    async () => {
      shown = await ask(`${origin}/api/jobs/${id}`);
      return shown["status"] === "completed";
    },
    `the job is completed (seed ${seed})`,
    60_000,
  );
  const rows = await resultsOf(origin, id);
  assert.equal(rows.length, total);
  const caught = checkCounted(rows, objectAt(shown, "counts") ?? {}, upstream.calls);
  assert.ok(caught > 0, "some calls were in flight at a kill");
  assert.ok(caught <= kills * 20);
  command.kill("SIGTERM");
  assert.equal(await command.exited, 0);
});
