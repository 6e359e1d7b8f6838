import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { ProcessUsage, Warning } from "../upstream/child-watch.ts";
import { type WrittenLimits, limitsOf } from "../upstream/limits.ts";
import type { ProcessRow } from "./process-row.ts";
import { Sampler, idleMs } from "./sampler.ts";

const mib = 1024 * 1024;

function never(): void {
  assert.fail("it was told something");
}

/** A machine with the processes of children that the test makes up. */
class Machine {
  readonly clock = new ManualClock();
  looks = 0;
  rows: ProcessRow[] = [];
  #known: readonly number[] | undefined;
  readonly sampler = new Sampler(this.clock, (known) => {
    this.looks += 1;
    this.#known = known;
    return Promise.resolve(this.rows);
  });

  /** The processes that the last look said were known. */
  known(): readonly number[] | undefined {
    return this.#known;
  }

  /** Gives the child with this id so many processes, which occupy so much together and took so much time. */
  set(pid: number, memoryMiB: number, processes = 1, cpuMs = 0): void {
    const others = this.rows.filter(({ group }) => group !== pid);
    const own = Array.from({ length: processes }, (_, at) => ({
      pid: pid + at,
      parent: 1,
      group: pid,
      session: pid,
      cpuMs: at === 0 ? cpuMs : 0,
      residentBytes: (memoryMiB * mib) / processes,
      startedAt: 1,
    }));
    this.rows = [...others, ...own];
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      this.clock.advance(1000);
      await turn();
    }
  }

  watch(pid: number, limits: WrittenLimits = {}) {
    const seen = {
      isBusy: false,
      usages: [] as ProcessUsage[],
      warnings: [] as Warning[],
      problems: [] as GatewayError[],
      killed: [] as number[],
      stop: (): void => undefined,
    };
    seen.stop = this.sampler.watch({
      pid,
      limits: limitsOf(limits),
      isBusy: () => seen.isBusy,
      measured: (usage) => seen.usages.push(usage),
      warned: (warning) => seen.warnings.push(warning),
      exceeded: (problem, pids) => {
        seen.problems.push(problem);
        seen.killed.push(...pids);
      },
    });
    return seen;
  }
}

test("a look names the processes that are known, once each child was looked at", async () => {
  const machine = new Machine();
  machine.set(100, 10);
  machine.set(200, 20, 2);
  const first = machine.watch(100);
  await machine.pass(1000);
  assert.equal(machine.known(), undefined, "its processes are still to be found");
  first.isBusy = true;
  await machine.pass(1000);
  assert.deepEqual(machine.known(), [100]);
  const second = machine.watch(200);
  await machine.pass(1000);
  assert.equal(machine.known(), undefined, "another child has come");
  await machine.pass(1000);
  assert.deepEqual(machine.known()?.toSorted(), [100, 200, 201]);
  first.stop();
  second.stop();
});

test("a child is looked at after a second, then every fifteen while idle, every one while busy, and one look serves all", async () => {
  const machine = new Machine();
  machine.set(100, 10);
  machine.set(200, 20, 2);
  const [first, second] = [machine.watch(100), machine.watch(200)];
  await machine.pass(1000);
  assert.equal(machine.looks, 1);
  assert.deepEqual(first.usages, [{ at: 1000, cpuPercent: 0, residentBytes: 10 * mib, processes: 1 }]);
  assert.deepEqual(second.usages, [{ at: 1000, cpuPercent: 0, residentBytes: 20 * mib, processes: 2 }]);
  await machine.pass(idleMs);
  assert.equal(machine.looks, 2);
  second.isBusy = true;
  await machine.pass(5000);
  assert.equal(machine.looks, 7);
  machine.set(100, 10, 1, 500);
  await machine.pass(1000);
  assert.equal(first.usages.at(-1)?.cpuPercent, 50);
});

test("without children there is not even a timer", async () => {
  const machine = new Machine();
  assert.equal(machine.clock.pending, 0);
  const [first, second] = [machine.watch(100), machine.watch(200)];
  first.stop();
  assert.equal(machine.clock.pending, 1);
  second.stop();
  second.stop();
  assert.equal(machine.clock.pending, 0);
  await machine.pass(60_000);
  assert.equal(machine.looks, 0);
});

test("where processes cannot be read nothing is measured and nothing is ended", () => {
  const clock = new ManualClock();
  const sampler = new Sampler(clock, undefined);
  sampler.watch({
    pid: 1,
    limits: limitsOf(),
    isBusy: () => true,
    measured: never,
    warned: never,
    exceeded: never,
  })();
  assert.equal(clock.pending, 0);
});

test("a look that fails is made up for by the next", async () => {
  const clock = new ManualClock();
  let looks = 0;
  const usages: ProcessUsage[] = [];
  const sampler = new Sampler(clock, () => {
    looks += 1;
    return looks === 1 ? Promise.reject(new Error("EMFILE")) : Promise.resolve([]);
  });
  const stop = sampler.watch({
    pid: 1,
    limits: limitsOf(),
    isBusy: () => true,
    measured: (usage) => usages.push(usage),
    warned: never,
    exceeded: never,
  });
  clock.advance(1000);
  await turn();
  clock.advance(1000);
  await turn();
  assert.equal(looks, 2);
  assert.deepEqual(usages, [], "a child that is gone has no usage");
  stop();
});

test("above a soft limit there is one warning, and another only after it was clearly below", async () => {
  const machine = new Machine();
  const child = machine.watch(100, { memoryMiB: { soft: 100 } });
  child.isBusy = true;
  for (const memory of [100, 101, 150, 95, 101, 90, 120]) {
    machine.set(100, memory);
    await machine.pass(1000);
  }
  assert.deepEqual(child.warnings, [
    {
      kind: "over_limit",
      text: "its processes occupy 101 MiB of memory, above the soft limit of 100 (limits.memoryMiB.soft)",
    },
    {
      kind: "over_limit",
      text: "its processes occupy 120 MiB of memory, above the soft limit of 100 (limits.memoryMiB.soft)",
    },
  ]);
  assert.deepEqual(child.problems, []);
});

test("above a hard limit the child is ended once, with all of its processes and the reason", async () => {
  const machine = new Machine();
  const child = machine.watch(100, { memoryMiB: { hard: 100 } });
  const other = machine.watch(200, { memoryMiB: { hard: 100 } });
  child.isBusy = true;
  machine.set(100, 130.4, 3);
  machine.set(200, 100);
  await machine.pass(3000);
  const [problem] = child.problems;
  assert.equal(child.problems.length, 1);
  assert.equal(problem?.code, "upstream_over_limit");
  assert.equal(
    problem.message,
    "The upstream was ended because its processes occupy 130 MiB of memory, above the limit of 100 (limits.memoryMiB.hard)",
  );
  assert.deepEqual(problem.data, { stage: "exit", measure: "memoryMiB", value: 130, limit: 100 });
  assert.deepEqual(
    child.killed.toSorted((a, b) => a - b),
    [100, 101, 102],
  );
  assert.deepEqual(other.problems, []);
});

test("where nothing is configured, only the number of processes is limited", async () => {
  const machine = new Machine();
  const child = machine.watch(1000);
  child.isBusy = true;
  machine.set(1000, 100_000, 256, 10_000_000);
  await machine.pass(1000);
  assert.equal(child.problems.length, 0);
  assert.equal(
    child.warnings[0]?.text,
    "its processes number 256, above the soft limit of 128 (limits.processes.soft)",
  );
  machine.set(1000, 100_000, 257, 10_000_000);
  await machine.pass(1000);
  assert.match(child.problems[0]?.message ?? "", /number 257, above the limit of 256 \(limits\.processes\.hard\)$/);
});

/** A child that works for a minute, with these shares of its time in turn. */
async function working(...shares: readonly number[]) {
  const machine = new Machine();
  const child = machine.watch(100, { cpuPercent: { soft: 50, hard: 90 } });
  child.isBusy = true;
  let cpuMs = 0;
  for (let second = 0; second < 60; second += 1) {
    cpuMs += (shares[second % shares.length] ?? 0) * 1000;
    machine.set(100, 1, 1, cpuMs);
    await machine.pass(1000);
  }
  return child;
}

test("processor time is judged by the average of a minute", async () => {
  const hard = await working(2, 0);
  assert.match(hard.problems[0]?.message ?? "", /took 100 % of one processor over a minute, above the limit of 90/);
  const soft = await working(3, 0, 0, 0);
  assert.deepEqual(soft.problems, []);
  assert.match(soft.warnings[0]?.text ?? "", /took 75 % of one processor over a minute, above the soft limit of 50/);
  assert.deepEqual((await working(2, 0, 0, 0)).warnings, [], "50 % are not above 50");
});

test("what keeps growing for a quarter of an hour is told of once", async () => {
  const machine = new Machine();
  const child = machine.watch(100, { processes: { hard: 1000 } });
  for (let minute = 0; minute < 40; minute += 1) {
    // Garbage on top, which is collected within the minute.
    machine.set(100, 100 + minute * 5 + 200, 1 + minute);
    await machine.pass(30_000);
    machine.set(100, 100 + minute * 5, 1 + minute);
    await machine.pass(30_000);
  }
  assert.equal(child.warnings.length, 2);
  assert.deepEqual(
    child.warnings.map(({ kind }) => kind),
    ["growing", "growing"],
  );
  assert.match(
    child.warnings[0]?.text ?? "",
    /^the memory of its processes kept growing for 15 minutes, from \d+ to \d+ MiB$/,
  );
  assert.match(
    child.warnings[1]?.text ?? "",
    /^the number of its processes kept growing for 15 minutes, from \d+ to \d+$/,
  );
});
