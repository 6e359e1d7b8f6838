import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "pg";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { seededRandom } from "../../src/core/seeded-random.ts";
import { password, startPostgres } from "../rig/postgres.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import {
  type Serving,
  ask,
  checkCounted,
  countingUpstream,
  resultsOf,
  serving,
  submitCounted,
} from "./counted-jobs.ts";

const rig = fileRig();
/** All twenty of them take some minutes: `KILLS=20 node --test test/faults/jobs-on-postgres.test.ts`. */
const kills = Number(process.env["KILLS"] ?? 3);
const total = Number(process.env["OPERATIONS"] ?? 2000);
const seed = Number(process.env["SEED"] ?? Date.now());
const jobs = 4;
const size = Math.floor(total / jobs);

/** Two gateways with a folder each, and one database. */
async function gatewaysOn(
  url: string,
  upstream: string,
): Promise<{ readonly start: (which: number) => Promise<Serving> }> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-jobs-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    start(which) {
      const own = join(folder, String(which));
      mkdirSync(own, { recursive: true });
      const config = { mcpServers: { up: { url: upstream } }, store: { url: { env: "JOBS" } } };
      writeFileSync(join(own, "switchyard.json"), JSON.stringify(config));
      return serving(rig, own, { JOBS: url });
    },
  };
}

test(`of two gateways on one PostgreSQL one is killed ${kills} times; every operation ends once, and what may have acted is never made again unasked`, async () => {
  const server = rig.use(await startPostgres());
  const url = await server.database();
  const upstream = await countingUpstream(rig);
  const { start } = await gatewaysOn(url, upstream.url);
  const running = [await start(0), await start(1)];
  const random = seededRandom(seed);
  const one = (): Serving => running[random() < 0.5 ? 0 : 1] ?? assert.fail();
  const ids: string[] = [];
  for (let job = 0; job < jobs; job += 1) ids.push(await submitCounted(one().origin, job * size, size));
  const database = new Client(url);
  await database.connect();
  rig.defer(() => database.end());
  const workers = async (): Promise<number> => {
    const { rows } = await database.query(
      "SELECT count(DISTINCT worker)::int AS n FROM switchyard.jobs WHERE until > now() AND status = 'running'",
    );
    return Number(rows[0]?.n);
  };
  await until(async () => (await workers()) === 2, `both carry out jobs (seed ${seed})`);
  let furthest = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const goal = Math.floor((total * (kill - 1 + random())) / (kills + 1));
    await until(
      async () => {
        // Whoever is asked, what it says is never behind what another said before.
        const step = await stepsAt(one().origin, ids);
        assert.ok(step >= furthest, `progress went from ${furthest} to ${step} (seed ${seed})`);
        furthest = step;
        return upstream.calls.length >= goal;
      },
      `more than ${goal} calls were made (seed ${seed})`,
      60_000,
    );
    const which = random() < 0.5 ? 0 : 1;
    running[which]?.command.kill("SIGKILL");
    await running[which]?.command.exited;
    running[which] = await start(which);
  }
  let caught = 0;
  for (const [job, id] of ids.entries()) {
    let shown: JsonObject = {};
    await until(
      async () => {
        shown = await ask(`${one().origin}/api/jobs/${id}`);
        return shown["status"] === "completed";
      },
      `job ${job} is completed (seed ${seed})`,
      60_000,
    );
    const rows = await resultsOf(one().origin, id);
    assert.equal(rows.length, size);
    caught += checkCounted(rows, objectAt(shown, "counts") ?? {}, upstream.calls, job * size);
  }
  assert.ok(caught > 0 && caught <= kills * jobs * 20, `${caught} were in flight at a kill (seed ${seed})`);
  for (const { command } of running) {
    command.kill("SIGTERM");
    assert.equal(await command.exited, 0);
    assert.ok(!(command.stdout() + command.stderr()).includes(password));
  }
});

async function stepsAt(origin: string, ids: readonly string[]): Promise<number> {
  let sum = 0;
  for (const id of ids) {
    const step = objectAt(await ask(`${origin}/api/jobs/${id}`), "progress")?.["step"];
    assert.ok(typeof step === "number");
    sum += step;
  }
  return sum;
}
