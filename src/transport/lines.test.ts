import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { LineReader } from "./lines.ts";
import { verifies } from "../../test/requirements/verifies.ts";

/** What a reader makes of these chunks: lines as text, and `limit n` for each one that was dropped. */
function read(chunks: readonly (string | Buffer)[], limitBytes?: number): string[] {
  const told: string[] = [];
  const reader = new LineReader(
    { line: (line) => told.push(line.toString()), tooLong: (limit) => told.push(`limit ${limit}`) },
    limitBytes,
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.end();
  return told;
}

/** Every way to cut a text into two chunks, and the way into single bytes. */
function splits(text: string): Buffer[][] {
  const whole = Buffer.from(text);
  const cuts = [...whole.keys()].map((at) => [whole.subarray(0, at), whole.subarray(at)]);
  return [[whole], ...cuts, [...whole].map((byte) => Buffer.from([byte]))];
}

const texts: readonly { readonly text: string; readonly lines: readonly string[] }[] = [
  { text: "", lines: [] },
  { text: "\n\n\n", lines: [] },
  { text: "\r\n\r\n", lines: [] },
  { text: "a\nb\n", lines: ["a", "b"] },
  { text: "a\r\nb\r\n", lines: ["a", "b"] },
  { text: "a\n\n\nb", lines: ["a", "b"] },
  { text: "no end", lines: ["no end"] },
  { text: "carriage return at the end\r", lines: ["carriage return at the end"] },
  { text: "a\rb\n", lines: ["a\rb"] },
  { text: "a\r\r\n", lines: ["a\r"] },
  { text: "žluťoučký 世界 😀\n{}\n", lines: ["žluťoučký 世界 😀", "{}"] },
];

for (const { text, lines } of texts) {
  test(`${JSON.stringify(text)} is cut into the same lines, wherever its chunks begin and end`, () => {
    verifies("stdio.framing");
    for (const chunks of splits(text)) assert.deepEqual(read(chunks), lines);
  });
}

test("a line at the limit is taken, one byte more and it is dropped, and the next one is taken", () => {
  for (const chunks of splits("12345\n123456\n12345\n")) {
    assert.deepEqual(read(chunks, 5), ["12345", "limit 5", "12345"]);
  }
});

test("a line over the limit is told once, however long it goes on", () => {
  assert.deepEqual(read(["123456", "789".repeat(1000), "\nab\n"], 5), ["limit 5", "ab"]);
  assert.deepEqual(read(["123456".repeat(1000)], 5), ["limit 5"]);
});

test("the bytes of a line are the receiver's to keep", () => {
  const kept: Buffer[] = [];
  const reader = new LineReader({ line: (line) => kept.push(line), tooLong: () => undefined });
  for (const text of ["ab", "c\nde\n", "f\n"]) reader.push(Buffer.from(text));
  assert.deepEqual(kept.map(String), ["abc", "de", "f"]);
});

test("random text in random chunks is cut as String.split would cut it", (t) => {
  verifies("base.utf8");
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let round = 0; round < 500; round += 1) {
    const alphabet = ["a", "é", "世", "\n", "\n", "\r\n", "\r"];
    const text = Array.from(
      { length: Math.floor(random() * 30) },
      () => alphabet[Math.floor(random() * alphabet.length)],
    ).join("");
    const limit = 1 + Math.floor(random() * 8);
    const expected = text
      .split("\n")
      .map((line) => {
        if (Buffer.byteLength(line) > limit) return `limit ${limit}`;
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      })
      .filter((line) => line !== "");
    assert.deepEqual(
      read(chunksOf(Buffer.from(text), random), limit),
      expected,
      `seed ${seed}: ${JSON.stringify(text)}`,
    );
  }
});

function chunksOf(bytes: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = from + Math.floor(random() * 5);
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return chunks;
}
