import assert from "node:assert/strict";
import { soak } from "./cycles.ts";

/*
 * npm run soak [-- CYCLES]: starts and ends a server 1000 times, or as often as is said, and fails where something of it is left.
 */

/** Growth of the heap from the first tenth to the end that is taken for noise, in bytes. */
const noiseBytes = 1024 * 1024;

const cycles = Number(process.argv[2] ?? 1000);
assert.ok(Number.isInteger(cycles) && cycles >= 10, "CYCLES must be a whole number from 10");
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

const held = [];
for await (const holding of soak([cycles / 10, cycles / 4, cycles / 2, cycles].map(Math.floor))) {
  held.push(holding);
  const { heapBytes, residentBytes, openFiles } = holding;
  process.stdout.write(
    `after ${holding.cycles} cycles: heap ${mib(heapBytes)} MiB, resident ${mib(residentBytes)} MiB, ${openFiles} open files\n`,
  );
}
const [first, last] = [held[0], held.at(-1)];
assert.ok(first !== undefined && last !== undefined);
assert.ok(last.openFiles <= first.openFiles, "file descriptors are left open");
assert.ok(last.heapBytes - first.heapBytes < noiseBytes, "the heap grows from cycle to cycle");
