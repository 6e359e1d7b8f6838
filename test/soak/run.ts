import assert from "node:assert/strict";
import { type Holding, soak } from "./cycles.ts";
import { type Growth, growthOf, pointCount } from "./growth.ts";

/*
 * npm run soak [-- CYCLES]: starts and ends servers and gateways 1000 times, or as often as is said, after as many times to warm up, and fails where
 * a process or an open file of it is left, or where memory grows with the cycles beyond its noise.
 */

/** Growth a cycle that is too much, in bytes: of the heap less than any forgotten connection or process costs; pages come and go by more. */
const mostHeapBytes = 512;
const mostResidentBytes = 16_384;

const cycles = Number(process.argv[2] ?? 1000);
assert.ok(Number.isInteger(cycles) && cycles >= 100, "CYCLES must be a whole number from 100");
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);

/** Half of all warms up: pools of memory take some hundred cycles to find their size. Then as many points as a line wants. */
const checkpoints = Array.from(
  { length: pointCount },
  (_, at) => cycles + Math.round((cycles * (at + 1)) / pointCount),
);

const startedAt = performance.now();
const held: Holding[] = [];
for await (const holding of soak([cycles, ...checkpoints])) {
  held.push(holding);
  const { heapBytes, residentBytes, openFiles } = holding;
  process.stdout.write(
    `after ${holding.cycles} cycles, ${Math.round((performance.now() - startedAt) / 1000)} s: heap ${mib(heapBytes)} MiB, resident ${mib(residentBytes)} MiB, ${openFiles} open files\n`,
  );
}
const [first, ...measured] = held;
const growth = (of: (holding: Holding) => number): Growth =>
  growthOf(measured.map((holding) => ({ cycles: holding.cycles, value: of(holding) })));
const shown = (what: string, { perCycle, atLeastPerCycle }: Growth): void => {
  process.stdout.write(
    `${what}: ${Math.round(perCycle)} bytes a cycle, with 99 % confidence more than ${Math.round(atLeastPerCycle)}\n`,
  );
};
const [heap, resident] = [growth(({ heapBytes }) => heapBytes), growth(({ residentBytes }) => residentBytes)];
shown("heap", heap);
shown("resident", resident);
for (const { openFiles, cycles: after } of measured) {
  assert.ok(openFiles <= (first?.openFiles ?? 0), `after ${after} cycles file descriptors are left open`);
}
assert.ok(heap.atLeastPerCycle < mostHeapBytes, "the heap grows from cycle to cycle");
assert.ok(resident.atLeastPerCycle < mostResidentBytes, "the process grows from cycle to cycle");
