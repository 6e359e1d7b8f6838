import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringAt } from "../src/core/json.ts";
import { type Window, pageOf } from "./neighbours-page.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/*
 * node bench/neighbours.ts [--rounds N] [--rate N] [--seconds N] [--docs]: what 17 good upstreams notice of three bad ones. Two gateways, one
 * with the bad ones, which have their windows in turns; calls come at a fixed rate, whether earlier ones were answered or not.
 */

const askMs = 30_000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    rate: { type: "string", default: "800" },
    seconds: { type: "string", default: "10" },
    docs: { type: "boolean", default: false },
  },
});
const [rounds, rate, seconds] = [Number(values.rounds), Number(values.rate), Number(values.seconds)];

/** A gateway and the load for it. */
interface Stand {
  readonly gateway: BenchProcess;
  readonly load: BenchProcess;
}

async function window(stand: Stand, round: number, hasBad: boolean): Promise<Window> {
  await stand.load.ask({ kind: "measure", rate, ms: 1000, hasBad }, askMs);
  const before = busyTicks();
  const measured = await stand.load.ask({ kind: "measure", rate, ms: seconds * 1000, hasBad }, seconds * 1000 + askMs);
  const after = busyTicks();
  const busy = (after.busy - before.busy) / (after.all - before.all);
  const { events } = await stand.gateway.ask({ kind: "events" }, askMs);
  const found: Window = {
    round,
    hasBad,
    calls: Number(measured["calls"]),
    p50Ms: Number(measured["p50"]),
    p99Ms: Number(measured["p99"]),
    busyPercent: 100 * busy,
    events: Number(events),
  };
  console.error(
    `round ${round}, ${hasBad ? "with" : "without"}: p50 ${found.p50Ms.toFixed(2)}, p99 ${found.p99Ms.toFixed(2)} ms, ${found.busyPercent.toFixed(0)} % busy, ${found.events} events`,
  );
  return found;
}

/** Processor time of the whole machine, in ticks. Linux only. */
function busyTicks(): { readonly busy: number; readonly all: number } {
  const line = readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "";
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all };
}

async function run(): Promise<Window[]> {
  await using processes = new AsyncDisposableStack();
  const start = async (file: string, ...args: string[]): Promise<BenchProcess> => {
    const process = await startProcess(file, args, { profileDir: undefined });
    processes.defer(() => process.end());
    return process;
  };
  const origins: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    origins.push(stringAt((await start("upstream-http.ts", "modern")).ready, "origin") ?? "");
  }
  const locked = stringAt((await start("neighbours-locked.ts")).ready, "origin") ?? "";
  const stand = async (...bad: string[]): Promise<Stand> => {
    const gateway = await start("neighbours-gateway.ts", JSON.stringify(origins), ...bad);
    return { gateway, load: await start("neighbours-load.ts", stringAt(gateway.ready, "origin") ?? "") };
  };
  const [without, together] = [await stand(), await stand(locked)];
  const windows: Window[] = [];
  // Until everything is compiled.
  for (const hasBad of [false, true]) await window(hasBad ? together : without, 0, hasBad);
  for (let round = 1; round <= rounds; round += 1) {
    // Each has its turn to be first.
    for (const hasBad of round % 2 === 0 ? [true, false] : [false, true]) {
      windows.push(await window(hasBad ? together : without, round, hasBad));
    }
  }
  return windows;
}

const loadBefore = loadavg()[0] ?? 0;
const windows = await run();
const page = pageOf(windows, {
  rate,
  seconds,
  loadBefore,
  node: process.version,
  machine: `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
  date: new Date().toISOString().slice(0, 10),
  args: process.argv.slice(2),
});
console.log(page);
if (values.docs) writeFileSync(join(import.meta.dirname, "..", "docs", "neighbours.md"), page);
