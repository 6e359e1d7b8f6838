import assert from "node:assert/strict";
import { test } from "node:test";
import type { GivenOperation } from "./given-operation.ts";
import { ordered } from "./ordered.ts";
import { type InputFormat, readOperations } from "./read-operations.ts";

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
}

function read(text: string, format: InputFormat): Promise<readonly GivenOperation[]> {
  return readOperations(pieces(text), format);
}

function call(n: unknown, more: object = {}): object {
  return { type: "tool_call", parameters: { tool_name: "up__t", arguments: { n } }, ...more };
}

function at(line: number, column: number): object {
  return { code: "invalid_operations", data: { line, column } };
}

const jsonl = { kind: "jsonl" } as const;
const csv = { kind: "csv", template: { ...call("{{n:number}}"), id: "x-{{name}}" } } as const;

test("operations come as an array, as lines, or from a table, in pieces of any size", async () => {
  const lines = `${JSON.stringify(call("ü"))}\n\n${JSON.stringify(call(2, { id: "b" }))}`;
  assert.deepEqual(
    (await read(lines, jsonl)).map(({ id, line }) => [id, line]),
    [
      ["1", 1],
      ["b", 3],
    ],
  );
  assert.equal((await read(JSON.stringify([call(1)]), { kind: "json" })).length, 1);
  const rows = await read('n,name\r\n1,"a ""q"", b"\r\n2,"two\nlines"\n', csv);
  assert.deepEqual(
    rows.map(({ id, arguments: { n } }) => [id, n]),
    [
      ['x-a "q", b', 1],
      ["x-two\nlines", 2],
    ],
  );
});

test("what is wrong is named with its line and column", async () => {
  await assert.rejects(read(`${JSON.stringify(call(1))}\n{"type":}`, jsonl), at(2, 9));
  await assert.rejects(read("n,name\n1,a\n2,b,c\n", csv), at(3, 3));
  await assert.rejects(read("n,name\n1,a\nx,b\n", csv), at(3, 1));
  await assert.rejects(read('n,name\n1,"a"b\n', csv), at(2, 6));
  await assert.rejects(read("other\n1\n", csv), at(1, 1));
  await assert.rejects(read("", jsonl), at(1, 1));
});

test("operations that need others come after them, and a circle is refused", async () => {
  const later = { ...call({ $from: "b", pointer: "/x" }), id: "a" };
  const given = await read([later, call(1, { id: "b" })].map((each) => JSON.stringify(each)).join("\n"), jsonl);
  assert.deepEqual(
    ordered(given).map(({ id }) => id),
    ["b", "a"],
  );
  const circle = [call(1, { id: "a", dependsOn: ["b"] }), call(1, { id: "b", dependsOn: ["a"] })];
  const read2 = await read(circle.map((each) => JSON.stringify(each)).join("\n"), jsonl);
  assert.throws(() => ordered(read2), { code: "invalid_operations" });
});
