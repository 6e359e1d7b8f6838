import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { type Ended, inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { type JobStand, jobStand, operationLine } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let stand: JobStand;

before(async () => {
  stand = await jobStand(rig);
});

function jobs(folder: string, ...args: readonly string[]): Promise<Ended> {
  const env = { SWITCHYARD_KEY: stand.switchyard.localKey };
  return runCommand(["jobs", ...args, "--url", stand.server.origin], folder, env);
}

function objectIn({ stdout, stderr, status }: Ended): JsonObject {
  assert.equal(status, 0, stderr);
  const read: unknown = JSON.parse(stdout);
  assert.ok(isJsonObject(read));
  return read;
}

test("a job is submitted, watched, shown, and its results are read, as a person does it", async () => {
  await inFolder(async (folder) => {
    const lines = [1, -2, 3].map((n) => operationLine(n));
    await writeFile(join(folder, "calls.jsonl"), lines.join("\n"));
    const submitted = objectIn(await jobs(folder, "submit", "calls.jsonl", "--parallel", "5", "--json"));
    const id = stringAt(submitted, "jobId") ?? "";
    assert.equal(objectAt(submitted, "options")?.["parallel"], 5);
    const watched = await jobs(folder, "watch", id);
    assert.equal(watched.status, 1, "an operation failed");
    assert.match(watched.stdout, /^completed 100 %: 2 succeeded, 1 failed, of 3, [\d.]+\/s\n$/);
    const shown = objectIn(await jobs(folder, "show", id, "--json"));
    assert.equal(shown["status"], "completed");
    assert.partialDeepStrictEqual(shown["counts"], { total: 3, succeeded: 2, failed: 1 });
    const results = await jobs(folder, "results", id);
    assert.deepEqual(
      results.stdout
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line).status),
      ["succeeded", "failed", "succeeded"],
    );
    const failed = await jobs(folder, "results", id, "--failed");
    assert.equal(failed.stdout.trim().split("\n").length, 1);
    const rows = await jobs(folder, "results", id, "--csv", "--failed");
    assert.match(rows.stdout, /^number,id,tool,status,attempts,code,answer\n1,2,up__look,failed,1,tool_error,"\{/);
    const listed = await jobs(folder, "ls");
    assert.match(
      listed.stdout,
      new RegExp(`^ID +STATUS +DONE +FAILED +OWNER +CREATED\n${id} +completed +3/3 +1 +local`),
    );
    const again = objectIn(await jobs(folder, "retry", id, "--json"));
    assert.equal(again["retryOf"], id);
  });
});

test("a table, stdin and the results of a job make jobs too", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "table.csv"), "n\n5\n6\n");
    const template = operationLine("{{n:number}}");
    const table = objectIn(await jobs(folder, "submit", "table.csv", "--template", template, "--json"));
    const id = stringAt(table, "jobId") ?? "";
    assert.equal((await jobs(folder, "watch", id)).status, 0);
    const part = operationLine({ $from: "result", pointer: "/structuredContent/n" });
    const from = objectIn(await jobs(folder, "submit", "--from", id, "--template", part, "--json"));
    assert.equal(objectAt(from, "counts")?.["total"], 2);
  });
});

test("a running job is shown as a bar, paused, resumed and cancelled", async () => {
  await inFolder(async (folder) => {
    const held = stand.up.next("tools/call");
    const lines = [operationLine(1000, "change"), ...[1, 2, 3].map((n) => operationLine(n))];
    await writeFile(join(folder, "calls.json"), `[${lines.join(",")}]`);
    const id =
      stringAt(objectIn(await jobs(folder, "submit", "calls.json", "--parallel", "2", "--json")), "jobId") ?? "";
    await held;
    await until(async () => {
      return objectAt(objectIn(await jobs(folder, "show", id, "--json")), "counts")?.["succeeded"] === 3;
    }, "all but one have ended");
    const env = { SWITCHYARD_KEY: stand.switchyard.localKey };
    await using watch = startCommand(["jobs", "watch", id, "--url", stand.server.origin], folder, env);
    await watch.says(/\[#{22}-{8}\] running 75 %: 3 succeeded, 0 failed, of 4, [\d.]+\/s, \d+ s left/);
    assert.equal(objectIn(await jobs(folder, "pause", id, "--json"))["status"], "paused");
    assert.equal(objectIn(await jobs(folder, "resume", id, "--json"))["status"], "queued");
    const cancelled = await jobs(folder, "cancel", id);
    assert.match(cancelled.stdout, /^Job \S+: cancelled 100 %: 3 succeeded, 0 failed, 1 cancelled, of 4, [\d.]+\/s\n$/);
    assert.equal(await watch.exited, 1);
  });
});

test("what cannot be a job is said in one sentence, with the way out", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "calls.jsonl"), `${operationLine(1)}\n{"type":}\n`);
    const wrong = await jobs(folder, "submit", "calls.jsonl");
    assert.match(wrong.stderr, /Line 2, column 9: this is not JSON/);
    assert.notEqual(wrong.status, 0);
    for (const [args, text] of [
      [["submit", "nothing.jsonl"], /nothing\.jsonl cannot be read/],
      [["submit", "calls.txt"], /must end in \.json, \.jsonl or \.csv/],
      [["submit", "calls.csv"], /--template goes with a CSV file/],
      [["submit"], /from a file, or with --from/],
      [["show", "nothing"], /There is no job "nothing"/],
      [["cancel", "nothing"], /There is no job "nothing"/],
      [["results", "nothing"], /There is no job "nothing"/],
    ] as const) {
      const ended = await jobs(folder, ...args);
      assert.match(ended.stderr, text);
      assert.notEqual(ended.status, 0);
      assert.equal(ended.stdout, "");
    }
  });
});
