import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { WrittenLimits } from "../../src/upstream/limits.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { isAlive } from "../rig/processes.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf } from "./downstream.ts";
import { fixture, healthy, openFront } from "./front.ts";
import { notedIn, startProgram } from "./program.ts";

const skip = existsSync("/proc/self/stat") ? false : "it looks into /proc";
const mib = 1024 * 1024;
const rig = fileRig();
const folder = mkdtempSync(join(tmpdir(), "switchyard-children-"));
rig.defer(() => {
  rmSync(folder, { recursive: true });
});

/** A server that does what it should not; `file` gets the ids of the processes that it starts. */
function misbehaving(file: string, limits: WrittenLimits = {}, options: Partial<UpstreamOptions> = {}) {
  writeFileSync(join(folder, file), "");
  const made = fixture("bad", "misbehaves", options, join(folder, file));
  assert.ok(made.target.kind === "stdio");
  return { ...made, target: { ...made.target, limits } };
}

for (const [title, tool] of [
  ["a server that occupies", "grow"],
  ["a server whose child, in a session of its own, occupies", "grow-elsewhere"],
] as const) {
  test(
    `${title} more memory than it may is ended whole, its call says why, and it is started anew`,
    { skip },
    async () => {
      const front = await openFront(rig, [misbehaving(tool, { memoryMiB: { soft: 40, hard: 200 } }), healthy]);
      const { pid } = await front.reaches("bad", "ready");
      await front.reaches("healthy", "ready");
      const result = await call(front.url, `bad__${tool}`);
      const { code, measure, limit, value, retryable, peakMemoryMiB, peakCpuPercent } = failureOf(result);
      assert.deepEqual(
        { code, measure, limit, retryable },
        { code: "upstream_over_limit", measure: "memoryMiB", limit: 200, retryable: false },
      );
      assert.ok(Number(value) >= 200, "what is a little above is told in whole MiB");
      assert.equal(peakMemoryMiB, value, "the peak while the call was under way");
      assert.ok(Number(peakCpuPercent) > 0);
      const strained = front.switchyard.events.after(0).events.filter(({ type }) => type === "upstream.strained");
      assert.ok(strained.some((event) => "calls" in event && event.calls.includes(tool)));
      assert.match(
        textOf(result),
        /^The upstream was ended because its processes occupy \d+ MiB of memory, above the limit of 200 \(limits\.memoryMiB\.hard\)\. It is started anew\. Ask for less/,
      );
      const { state } = front.status("bad");
      if (state.kind === "recovering") assert.equal(state.problem.code, "upstream_over_limit");
      await until(
        () => !isAlive(pid ?? 0) && !notedIn(join(folder, tool)).some((each) => each > 0 && isAlive(each)),
        "it ended",
      );
      const next = await front.reaches("bad", "ready");
      assert.notEqual(next.pid, pid);
      assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
      await front.switchyard.close();
    },
  );
}

test(
  "a server that starts more processes than it may is warned of, then ended with all of them",
  { skip },
  async () => {
    const warnings: string[] = [];
    const front = await openFront(rig, [misbehaving("multiply", { processes: { soft: 4, hard: 8 } })], {
      onWarning: ({ name }, text) => warnings.push(`${name}: ${text}`),
    });
    await front.reaches("bad", "ready");
    await call(front.url, "bad__multiply", { count: 5 });
    const waiting = call(front.url, "bad__wait");
    await until(() => front.status("bad").usage?.processes === 6, "all of them were seen");
    // The warning may have come before all of them were there.
    assert.match(
      warnings.join(),
      /^bad: its processes number [56], above the soft limit of 4 \(limits\.processes\.soft\)(?:; under way: (?:multiply|wait)(?:, wait)?)?$/,
    );
    assert.deepEqual(
      front.status("bad").oddities.map(({ kind, count }) => ({ kind, count })),
      [{ kind: "over_limit", count: 1 }],
    );
    await call(front.url, "bad__multiply", { count: 5 });
    assert.match(textOf(await waiting), /number (?:9|10|11), above the limit of 8 \(limits\.processes\.hard\)/);
    const noted = notedIn(join(folder, "multiply"));
    assert.ok(noted.length >= 5, "the first; of the others some may have been ended before they had noted themselves");
    await until(() => !noted.some(isAlive), "all of them ended");
    assert.equal(warnings.length, 1, "above the soft limit it was before");
    await front.switchyard.close();
  },
);

function median(times: readonly number[]): string {
  return `${times.toSorted((a, b) => a - b)[times.length >> 1]?.toFixed(1)} ms`;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

test(
  "a server that floods its stderr costs a bounded amount of memory, and others answer meanwhile",
  { skip },
  async (t) => {
    const program = rig.use(await startProgram([misbehaving("flood"), healthy]));
    const { url } = program;
    const hello = async (): Promise<number> => {
      const from = performance.now();
      assert.equal(textOf(await call(url, "healthy__echo", { text: "hi" })), "hi");
      return performance.now() - from;
    };
    const written = async (): Promise<number> => Number(textOf(await call(url, "bad__written")));
    const calm = [];
    for (let count = 0; count < 50; count += 1) calm.push(await hello());
    await call(url, "bad__flood");
    // Until the engine has as much room as it takes for what it will collect: that is a hundred MiB or two, however long the flood lasts.
    await until(async () => (await written()) > 150 * mib, "it has warmed up");
    const earlier = { bytes: residentBytes(program.pid), written: await written() };
    const flooded = [];
    while ((await written()) < earlier.written + 200 * mib) flooded.push(await hello());
    const flood = Number(textOf(await call(url, "bad__dry"))) - earlier.written;
    assert.ok(flooded.length > 0, "calls were answered while it went on");
    const grown = residentBytes(program.pid) - earlier.bytes;
    t.diagnostic(
      `calls: ${median(calm)} before, ${median(flooded)} during (${flooded.length}); ${Math.round(grown / mib)} MiB more`,
    );
    assert.ok(grown < flood / 2, `it grew by ${Math.round(grown / mib)} MiB for ${Math.round(flood / mib)} MiB`);
  },
);

test(
  "a call to a server that was stopped runs out of time, and the server goes on where it was",
  { skip },
  async () => {
    const front = await openFront(rig, [misbehaving("stop", {}, { timeoutMs: 1000 }), healthy]);
    const { pid = 0 } = await front.reaches("bad", "ready");
    await front.reaches("healthy", "ready");
    process.kill(pid, "SIGSTOP");
    const result = call(front.url, "bad__pid");
    assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
    assert.equal(failureOf(await result)["code"], "deadline_exceeded");
    assert.equal(front.status("bad").state.kind, "ready");
    process.kill(pid, "SIGCONT");
    assert.equal(textOf(await call(front.url, "bad__pid")), String(pid));
    process.kill(pid, "SIGSTOP");
    await front.switchyard.close();
    assert.ok(!isAlive(pid), "one that is stopped can be ended all the same");
  },
);

test("a server that closes its stdout and lives on is ended and started anew, not waited for", async () => {
  const front = await openFront(rig, [misbehaving("closing")]);
  const { pid = 0 } = await front.reaches("bad", "ready");
  const result = await call(front.url, "bad__close-stdout");
  assert.match(textOf(result), /^The upstream went away: it closed its stdout while it went on running\./);
  await until(() => !isAlive(pid), "it was ended");
  const next = await front.reaches("bad", "ready");
  assert.notEqual(next.pid, pid);
  await front.switchyard.close();
});
