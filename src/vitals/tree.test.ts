import assert from "node:assert/strict";
import { test } from "node:test";
import { usageBetween } from "./look.ts";
import type { ProcessRow } from "./process-row.ts";
import { ProcessTable } from "./tree.ts";

function row(pid: number, parent: number, more: Partial<ProcessRow> = {}): ProcessRow {
  return { pid, parent, group: pid, session: pid, cpuMs: 0, residentBytes: 1000, startedAt: pid, ...more };
}

function tree(...rows: readonly ProcessRow[]): ReadonlyMap<number, ProcessRow> {
  return new Map(rows.map((each) => [each.pid, each]));
}

function pidsOf(rows: readonly ProcessRow[], known: readonly ProcessRow[] = []): number[] {
  const found = new ProcessTable(rows).treeOf(10, tree(...known));
  return [...found.keys()].toSorted((a, b) => a - b);
}

test("a tree is the child, what it started, and what stayed in its group or session when its own parent had ended", () => {
  const rows = [
    row(1, 0),
    row(10, 1),
    row(11, 10),
    row(12, 11, { group: 11 }),
    row(13, 1, { group: 10, session: 10 }),
    row(14, 1, { session: 10 }),
    row(15, 14),
    row(20, 1),
    row(21, 20),
  ];
  assert.deepEqual(pidsOf(rows), [10, 11, 12, 13, 14, 15]);
});

test("what has left everything by which it could be found still belongs to the tree in which it was seen", () => {
  const daemon = row(30, 11);
  const left = row(30, 1);
  assert.deepEqual(pidsOf([row(10, 1), row(11, 10), daemon]), [10, 11, 30]);
  assert.deepEqual(pidsOf([row(10, 1), left, row(31, 30)], [daemon]), [10, 30, 31]);
  assert.deepEqual(pidsOf([row(10, 1), { ...left, startedAt: 99 }], [daemon]), [10], "another has its id");
  assert.deepEqual(pidsOf([row(10, 1), left], [{ ...daemon, cpuMs: 5 }]), [10], "time does not go back");
});

test("nothing is left of a tree whose child has ended", () => {
  assert.deepEqual(pidsOf([row(1, 0), row(11, 10, { group: 10 })]), []);
});

test("processor time counts since the look before: for a newcomer from its start, for one that ended not at all", () => {
  const before = { at: 1000, tree: tree(row(10, 1, { cpuMs: 500 }), row(11, 10, { cpuMs: 9000 })) };
  const now = { at: 3000, tree: tree(row(10, 1, { cpuMs: 1500 }), row(12, 10, { cpuMs: 500, residentBytes: 5000 })) };
  assert.deepEqual(usageBetween(before, now), { cpuMs: 1500, cpuPercent: 75, residentBytes: 6000, processes: 2 });
  const replaced = { at: 3000, tree: tree(row(10, 1, { cpuMs: 20, startedAt: 99 })) };
  assert.equal(usageBetween(before, replaced).cpuMs, 20);
});
