/**
 * Measures the live stream: how late events come to many readers, whether any is lost or out of order, what readers that stop reading cost and
 * whether they hold up the others, and what those hold who only wait. Run by hand: `node bench/live.ts`, some 20 s; at full size with
 * `--seconds 30 --idle 10000`; `--profile DIR` leaves the gateway's CPU profile there. Ends with 1 where a goal is not met.
 */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { stringAt } from "../src/core/json.ts";
import { type BenchProcess, startProcess } from "./process.ts";

const goals = { p99Ms: 100, stoppedBytes: 64 * 1024, idleBytes: (1024 * 1024 * 1024) / 10_000 } as const;
const { values } = parseArgs({
  options: {
    readers: { type: "string", default: "1000" },
    rate: { type: "string", default: "100" },
    seconds: { type: "string", default: "4" },
    stopped: { type: "string", default: "50" },
    idle: { type: "string", default: "1000" },
    profile: { type: "string" },
  },
});
const [readers, rate, seconds, stopped, idle] = [
  Number(values.readers),
  Number(values.rate),
  Number(values.seconds),
  Number(values.stopped),
  Number(values.idle),
];
const askMs = 120_000;
/** For the last that is on its way. */
const settleMs = 500;
/** What is told to those that stop reading alone: more than systems buffer for a connection, less than the log keeps. */
const flood = { kind: "tell", upstream: "flood", perSecond: 6000, ms: 1000, padding: 2500 } as const;

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
const inMs = (ms: unknown): string => `${Number(ms).toFixed(1)} ms`;

async function readersProcess(): Promise<BenchProcess> {
  return startProcess("live-readers.ts", [], { profileDir: undefined });
}

async function held(): Promise<{ readonly heap: number; readonly resident: number }> {
  await pause(settleMs);
  const { heapUsed, external, rss } = await gateway.ask({ kind: "memory" }, askMs);
  return { heap: Number(heapUsed) + Number(external), resident: Number(rss) };
}

async function cpuMs(): Promise<number> {
  const { user, system } = await gateway.ask({ kind: "cpu" }, askMs);
  return (Number(user) + Number(system)) / 1000;
}

async function open(who: BenchProcess, count: number, query: string, isReading = true): Promise<void> {
  await who.ask({ kind: "open", origin: stringAt(gateway.ready, "origin") ?? "", count, query, isReading }, askMs);
}

/** One round of events to those that read; whether its goals are met. */
async function round(what: string): Promise<boolean> {
  const before = await cpuMs();
  const { told } = await gateway.ask({ kind: "tell", upstream: "bench", perSecond: rate, ms: seconds * 1000 }, askMs);
  const usedMs = (await cpuMs()) - before;
  await pause(settleMs);
  const { heard, wrong, p50, p99, max } = await watchers.ask({ kind: "figures" }, askMs);
  const lost = Number(told) * readers - Number(heard);
  console.log(
    `${what}: ${String(told)} events to ${readers} readers: p50 ${inMs(p50)}, p99 ${inMs(p99)}, most ${inMs(max)}; ` +
      `${lost} lost, ${String(wrong)} out of order; the gateway used ${(usedMs / (seconds * 10)).toFixed(0)} % of a processor, ` +
      `${((usedMs * 1000) / (Number(told) * readers)).toFixed(2)} µs for each that was told one`,
  );
  return Number(p99) < goals.p99Ms && lost === 0 && wrong === 0;
}

async function idleGoal(): Promise<boolean> {
  const waiting = await readersProcess();
  try {
    // What the first ones bring into being stays, and is nobody's in particular.
    await open(waiting, 50, "?upstream=bench");
    const before = await held();
    await open(waiting, idle, "?upstream=bench");
    const after = await held();
    const [heap, resident] = [(after.heap - before.heap) / idle, (after.resident - before.resident) / idle];
    console.log(`${idle} that wait: ${kib(heap)} each of heap and buffers, ${kib(resident)} resident`);
    return Math.max(heap, resident) < goals.idleBytes;
  } finally {
    await waiting.end();
  }
}

/** What those cost that do not read, and what the others notice. */
async function stoppedGoal(): Promise<boolean> {
  const laggards = await readersProcess();
  try {
    await open(laggards, stopped, "?upstream=flood", false);
    await gateway.ask(flood, askMs);
    const isMet = await round("beside those that do not read");
    const before = await held();
    await laggards.end();
    // What they held is what is there no more when they have gone: what is told stays in the log, whoever reads it.
    const each = (before.heap - (await held()).heap) / stopped;
    console.log(`${stopped} that do not read: ${kib(each)} each of heap and buffers`);
    return isMet && each < goals.stoppedBytes;
  } finally {
    await laggards.end();
  }
}

const gateway = await startProcess("live-gateway.ts", [], { profileDir: values.profile });
const watchers = await readersProcess();
try {
  const isIdleMet = await idleGoal();
  await open(watchers, readers, "?upstream=bench");
  // The first second is for code that has not been compiled yet.
  await gateway.ask({ kind: "tell", upstream: "bench", perSecond: rate, ms: 1000 }, askMs);
  await pause(settleMs);
  await watchers.ask({ kind: "figures" }, askMs);
  const isAloneMet = await round("alone");
  const isStoppedMet = await stoppedGoal();
  const isMet = isIdleMet && isAloneMet && isStoppedMet;
  console.log(
    `Goals: p99 under ${goals.p99Ms} ms, nothing lost or out of order, ${kib(goals.stoppedBytes)} for one that does not read, ` +
      `${kib(goals.idleBytes)} for one that waits. They are ${isMet ? "met" : "not met"}.`,
  );
  if (!isMet) process.exitCode = 1;
} finally {
  await watchers.end();
  await gateway.end();
}
