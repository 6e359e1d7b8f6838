import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOfPs, rowOfStat, unitsIn } from "./process-row.ts";

const units = { pageBytes: 4096, ticksPerSecond: 100 };
const rest =
  "S 41 40 39 0 -1 4194560 1 2 3 4 120 30 9 9 20 0 1 0 777 10000000 256 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0";

test("a line of /proc/PID/stat is read in the kernel's units, whatever the program calls itself", () => {
  for (const name of ["node", "a b", "x) S 1 1 1 (y", ")", ""]) {
    assert.deepEqual(
      rowOfStat(`42 (${name}) ${rest}`, units),
      { pid: 42, parent: 41, group: 40, session: 39, cpuMs: 1500, residentBytes: 1_048_576, startedAt: 777 },
      name,
    );
  }
  assert.equal(rowOfStat(`42 (node) ${rest}`, { pageBytes: 65_536, ticksPerSecond: 1000 })?.cpuMs, 150);
  assert.equal(rowOfStat(`42 (node) ${rest}`, { pageBytes: 65_536, ticksPerSecond: 100 })?.residentBytes, 16_777_216);
});

test("what is no such line is no process", () => {
  for (const text of ["", "42", "42 (node)", "42 (node) S 1 2 3", "x (node) S a b c"]) {
    assert.equal(rowOfStat(text, units), undefined, text);
  }
});

test("the units are those of the auxiliary vector, and the usual ones where it does not say", () => {
  const vector = Buffer.alloc(48);
  vector.writeBigUInt64LE(6n, 0);
  vector.writeBigUInt64LE(16_384n, 8);
  vector.writeBigUInt64LE(17n, 16);
  vector.writeBigUInt64LE(250n, 24);
  assert.deepEqual(unitsIn(vector), { pageBytes: 16_384, ticksPerSecond: 250 });
  assert.deepEqual(unitsIn(Buffer.alloc(0)), { pageBytes: 4096, ticksPerSecond: 100 });
});

test("a line of ps is read as Linux and macOS write it", () => {
  const row = { pid: 42, parent: 41, group: 40, session: 40, residentBytes: 1_048_576, startedAt: 0 };
  assert.deepEqual(rowOfPs("   42    41    40  1024 00:01:30"), { ...row, cpuMs: 90_000 });
  assert.deepEqual(rowOfPs("42 41 40 1024 2-03:00:00"), { ...row, cpuMs: 183_600_000 });
  assert.deepEqual(rowOfPs("42 41 40 1024   0:01.25"), { ...row, cpuMs: 1250 });
  assert.deepEqual(rowOfPs("42 41 40 1024 123:00,50"), { ...row, cpuMs: 7_380_500 });
  for (const line of ["", "PID PPID", "42 41 40 1024", "42 41 40 1024 soon"]) assert.equal(rowOfPs(line), undefined);
});
