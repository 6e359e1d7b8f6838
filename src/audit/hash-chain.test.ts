import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRow, ChainedRow } from "./audit-row.ts";
import { rowOfLog } from "./event-row.ts";
import { ChainCheck, type ChainHead, chainHash, genesis, headIn, headText } from "./hash-chain.ts";

function rowOf(at: number): AuditRow {
  return {
    id: `id-${at}`,
    kind: "call",
    at,
    durationUs: 1000 + at,
    method: "tools/call",
    name: "files__read",
    upstream: "files",
    tool: "read",
    principal: "local",
    outcome: "ok",
    code: undefined,
    cache: undefined,
    detail: '{"entrance":"http"}',
    arguments: '{"path":"a"}',
    result: '{"content":[]}',
  };
}

function chained(rows: readonly AuditRow[], from: ChainHead = { seq: 0, hash: genesis }): ChainedRow[] {
  let { seq, hash } = from;
  return rows.map((row) => {
    seq += 1;
    hash = chainHash(hash, seq, row);
    return { ...row, seq, hash };
  });
}

const ten = chained(Array.from({ length: 10 }, (_each, at) => rowOf(at)));

function check(rows: readonly ChainedRow[], anchor?: ChainHead): readonly (readonly [string, number])[] {
  const chain = new ChainCheck(anchor);
  for (const row of rows) chain.take(row);
  return chain.report().problems.map(({ kind, seq }) => [kind, seq] as const);
}

test("a chain that nobody touched is whole, and its head is its last row", () => {
  const chain = new ChainCheck();
  for (const row of ten) chain.take(row);
  assert.deepEqual(chain.report(), {
    rows: 10,
    first: 1,
    head: { seq: 10, hash: ten.at(-1)?.hash },
    problems: [],
  });
  assert.deepEqual(check([]), []);
});

for (const field of Object.keys(rowOf(0))) {
  for (const value of [undefined, "changed", 77]) {
    test(`a row whose ${field} became ${String(value)} is found`, () => {
      const rows = ten.map((row) => (row.seq === 5 ? { ...row, [field]: value } : row));
      const isSame = Object.entries(rowOf(4)).some(([name, was]) => name === field && was === value);
      assert.deepEqual(check(rows), isSame ? [] : [["changed", 5]]);
    });
  }
}

test("text that moved from one field to the next is found", () => {
  const rows = ten.map((row) => (row.seq === 3 ? { ...row, upstream: "fil", tool: "esread" } : row));
  assert.deepEqual(check(rows), [["changed", 3]]);
});

test("a row that was changed together with its hash is found by the row after it", () => {
  const rows = ten.map((row) => {
    if (row.seq !== 5) return row;
    const changed = { ...row, outcome: "error" };
    return { ...changed, hash: chainHash(ten[3]?.hash ?? "", 5, changed) };
  });
  assert.deepEqual(check(rows), [["changed", 6]]);
});

test("rows that were removed are named, in the middle and at the start", () => {
  assert.deepEqual(check(ten.filter(({ seq }) => seq !== 4)), [["removed", 4]]);
  assert.deepEqual(check(ten.filter(({ seq }) => seq < 3 || seq > 6)), [["removed", 3]]);
  assert.deepEqual(check(ten.slice(2)), [["unexplained_start", 3]]);
});

test("rows that were removed and the rest renumbered are found", () => {
  const left = ten.filter(({ seq }) => seq !== 4);
  const rows = left.map((row, at) => Object.assign({ ...row }, { seq: at + 1 }));
  assert.deepEqual(check(rows)[0], ["changed", 4]);
});

test("a row that was put in between is found, and rows that changed places are", () => {
  const foreign = { ...rowOf(99), seq: 6, hash: "f".repeat(64) };
  const rows = ten.flatMap((row) =>
    row.seq < 6 ? [row] : row.seq === 6 ? [foreign, { ...row, seq: 7 }] : [{ ...row, seq: row.seq + 1 }],
  );
  assert.deepEqual(check(rows)[0], ["changed", 6]);
  const [first, second, third, fourth, ...rest] = ten;
  assert.ok(first && second && third && fourth);
  const swapped = [first, second, { ...fourth, seq: 3 }, { ...third, seq: 4 }, ...rest];
  assert.deepEqual(check(swapped)[0], ["changed", 3]);
});

test("what was cut off at the end is found with an anchor, and a chain that was made anew is", () => {
  const anchor = headIn(headText({ seq: 10, hash: ten[9]?.hash ?? "" }));
  assert.ok(anchor);
  assert.deepEqual(check(ten, anchor), []);
  assert.deepEqual(check(ten.slice(0, 8)), [], "without one it cannot be seen");
  assert.deepEqual(check(ten.slice(0, 8), anchor), [["anchor_missing", 10]]);
  assert.deepEqual(check([], anchor), [["anchor_missing", 10]]);
  const anew = chained(ten.map((row) => ({ ...row, principal: "nobody" })));
  assert.deepEqual(check(anew), []);
  assert.deepEqual(check(anew, anchor), [["anchor_differs", 10]]);
  assert.equal(headIn("10:abc"), undefined);
});

test("a start that was deleted on record is whole; one that was not, or other than recorded, is not", () => {
  const deleted = { seq: 4, hash: ten[3]?.hash ?? "" };
  const last = ten[9];
  assert.ok(last);
  const note = chained([rowOfLog("retention", "r", 11, { ...deleted, rows: 4 })], last);
  assert.deepEqual(check([...ten.slice(4), ...note]), []);
  assert.deepEqual(check([...ten.slice(4), ...note], deleted), [], "the anchor was deleted on record");
  assert.deepEqual(check([...ten.slice(5), ...note]), [["unexplained_start", 6]]);
  const wrong = chained([rowOfLog("retention", "r", 11, { seq: 4, hash: "0".repeat(64), rows: 4 })], last);
  assert.deepEqual(check([...ten.slice(4), ...wrong]), [["changed", 5]]);
});
