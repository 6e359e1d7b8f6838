import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { type Ended, inFolder, runCommand } from "../rig/command-line.ts";
import { each, pageStand, template } from "../rig/page-stand.ts";
import { type JobStand, jobStand, operationLine } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";

const rig = fileRig();
let stand: JobStand;

before(async () => {
  stand = await jobStand(rig);
});

function schedules(folder: string, ...args: readonly string[]): Promise<Ended> {
  const env = { SWITCHYARD_KEY: stand.switchyard.localKey };
  return runCommand(["schedules", ...args, "--url", stand.server.origin], folder, env);
}

test("a schedule is looked at beforehand, made, listed, shown, paused, resumed, run and removed, as a person does it", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "calls.csv"), "n\n1\n2\n");
    const when = ["create", "calls.csv", "--template", operationLine("{{n:number}}"), "--zone", "Europe/Berlin"];
    const rule = "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0";
    const preview = await schedules(folder, ...when, "--rrule", rule, "--start", "2090-01-01T00:00", "--dry-run");
    assert.equal(preview.status, 0, preview.stderr);
    const lines = preview.stdout.trimEnd().split("\n");
    assert.equal(lines[0], "Not kept; 2 operations");
    assert.equal(lines[1], `  ${rule} from 2090-01-01T00:00 in Europe/Berlin; missed: skip; overlap: skip`);
    assert.deepEqual(
      lines.slice(2),
      [2090, 2091, 2092, 2093, 2094].map((year) => `  next   ${year}-01-01T00:00+01:00`),
    );
    assert.equal((await schedules(folder, "ls")).stdout, "");
    const cron = ["--cron", "0 7 1 1 *", "--name", "new year", "--overlap", "queue", "--missed", "all"];
    const made = await schedules(folder, ...when, ...cron, "--parallel", "2", "--json");
    assert.equal(made.status, 0, made.stderr);
    const { scheduleId: id, options } = JSON.parse(made.stdout);
    assert.equal(options.parallel, 2);
    const listed = (await schedules(folder, "ls")).stdout;
    assert.match(
      listed,
      new RegExp(`\n${id} +active +0 7 1 1 \\* +Europe/Berlin +\\d{4}-01-01T07:00\\+01:00 +2 +local`),
    );
    assert.match((await schedules(folder, "pause", id)).stdout, /: paused; 2 operations\n/);
    assert.match((await schedules(folder, "resume", id)).stdout, /: active; 2 operations\n/);
    const ran = await schedules(folder, "run", id);
    const job = / {2}last {3}\S+: job (\S+)/.exec(ran.stdout)?.[1] ?? "";
    const env = { SWITCHYARD_KEY: stand.switchyard.localKey };
    const watched = await runCommand(["jobs", "watch", job, "--url", stand.server.origin], folder, env);
    assert.match(watched.stdout, /^completed 100 %: 2 succeeded/);
    assert.match((await schedules(folder, "show", id)).stdout, /: active; 2 operations\n/);
    assert.equal((await schedules(folder, "remove", id)).stdout, `Schedule ${id} is removed.\n`);
    assert.match((await schedules(folder, "show", id)).stderr, /There is no schedule/);
  });
});

test("what cannot be a schedule is said in one sentence, with the way out", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "calls.jsonl"), operationLine(1));
    for (const [args, text] of [
      [["create", "calls.jsonl"], /Either --cron or --rrule says when/],
      [["create", "calls.jsonl", "--cron", "often"], /cron must be minute, hour/],
      [["create", "calls.jsonl", "--cron", "@daily", "--zone", "Mars/Base"], /There is no time zone "Mars\/Base"/],
      [["create", "nothing.jsonl", "--cron", "@daily"], /nothing\.jsonl cannot be read/],
      [["create", "calls.csv", "--cron", "@daily"], /--template goes with a CSV file/],
    ] as const) {
      const ended = await schedules(folder, ...args);
      assert.match(ended.stderr, text);
      assert.notEqual(ended.status, 0);
      assert.equal(ended.stdout, "");
    }
  });
});

test("a schedule of what a tool answers page by page is made of a file, too, and says what it reads", async () => {
  const pages = await pageStand(rig, { pages: 2, size: 2 });
  const env = { SWITCHYARD_KEY: pages.switchyard.localKey };
  const run = (...args: readonly string[]): Promise<Ended> =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "each.json"), JSON.stringify({ each, template }));
      return runCommand([...args, "--url", pages.server.origin], folder, env);
    });
  const made = await run("schedules", "create", "each.json", "--cron", "0 7 1 1 *", "--json");
  assert.equal(made.status, 0, made.stderr);
  const { scheduleId: id } = JSON.parse(made.stdout);
  assert.match((await run("schedules", "ls")).stdout, /each row of up__pages/);
  const ran = await run("schedules", "run", id);
  assert.match(ran.stdout, /: active; each row of up__pages\n/);
  const job = / {2}last {3}\S+: job (\S+)/.exec(ran.stdout)?.[1] ?? "";
  assert.match((await run("jobs", "watch", job)).stdout, /^completed 100 %: 4 succeeded/);
  assert.match((await run("jobs", "show", job)).stdout, /2 pages of up__pages/);
});
