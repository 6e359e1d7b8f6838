import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Figures, Sample } from "./figures.ts";
import { type Plan, planOf, usage } from "./plan.ts";
import { type Machine, type Measured, type Recorded, reportOf } from "./report.ts";
import { type Bench, type System, startBench } from "./systems.ts";

/**
 * The benchmark: the same calls straight to an upstream, through a minimal hop and through the gateway, in rounds in which each has its
 * turn, so that whatever else the machine does strikes all alike.
 */
async function run(plan: Plan): Promise<Measured> {
  const samples: Sample[] = [];
  const records: Recorded[] = [];
  for (let launch = 0; launch < plan.launches; launch += 1) {
    console.error(`launch ${launch + 1} of ${plan.launches}`);
    const measured = await runOnce(plan, launch * plan.rounds);
    samples.push(...measured.samples);
    records.push(...measured.records);
  }
  return { samples, records };
}

async function runOnce(plan: Plan, earlierRounds: number): Promise<Measured> {
  await using bench = await startBench(plan);
  for (const system of bench.systems) {
    console.error(`warming up: ${system.key}`);
    await warmUp(bench, system, plan);
  }
  const samples: Sample[] = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    console.error(`round ${round} of ${plan.rounds}`);
    for (const concurrency of plan.concurrencies) {
      for (const row of plan.rows) {
        const systems = bench.systems.filter((system) => system.row === row);
        for (const system of rotated(systems, round)) {
          const figures = await sample(bench, system, concurrency, plan);
          samples.push({ row: row.name, concurrency, system: system.name, round: earlierRounds + round, figures });
        }
      }
    }
  }
  return { samples, records: await bench.records() };
}

/** Most calls in one window, far above what any system manages in its time. */
const maxCalls = 500_000;

async function warmUp(bench: Bench, system: System, { concurrencies, warmUpCalls, warmUpMs }: Plan): Promise<void> {
  for (const concurrency of concurrencies) {
    const calls = Math.ceil(warmUpCalls / concurrencies.length);
    await measure(bench, system, concurrency, warmUpMs, calls);
  }
}

/** One measured window. The short one before it opens the connections again that were closed for being idle. */
async function sample(bench: Bench, system: System, concurrency: number, plan: Plan): Promise<Figures> {
  await measure(bench, system, concurrency, plan.settleMs, maxCalls);
  const before = await system.cpuUs();
  const { calls, elapsedMs, p50, p99 } = await measure(bench, system, concurrency, plan.windowMs, maxCalls);
  const after = await system.cpuUs();
  return { callsPerSecond: (calls * 1000) / elapsedMs, p50Ms: p50, p99Ms: p99, cpuUs: (after - before) / calls };
}

interface WindowFigures {
  readonly calls: number;
  readonly elapsedMs: number;
  readonly p50: number;
  readonly p99: number;
}

async function measure(
  { load }: Bench,
  { key }: System,
  concurrency: number,
  ms: number,
  most: number,
): Promise<WindowFigures> {
  const answer = await load.ask({ kind: "measure", name: key, concurrency, ms, maxCalls: most }, ms + 15_000);
  const { calls, elapsedMs, p50, p99 } = answer;
  return { calls: Number(calls), elapsedMs: Number(elapsedMs), p50: Number(p50), p99: Number(p99) };
}

/** The same systems, each round with another one first. */
function rotated<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

const root = join(import.meta.dirname, "..");
const plan = planOf(process.argv.slice(2));
if (plan === undefined) {
  console.log(usage);
} else {
  const machine: Machine = {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  };
  const measured = await run(plan);
  const report = reportOf(measured, plan, machine);
  console.log(report);
  if (plan.jsonFile !== undefined)
    await writeFile(plan.jsonFile, `${JSON.stringify({ machine, ...measured }, null, 2)}\n`);
  if (plan.writesDocs) {
    await mkdir(join(root, "docs"), { recursive: true });
    await writeFile(join(root, "docs", "benchmarks.md"), report);
  }
}
