import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { SseReader, sseEvent, sseKeepAlive } from "./sse.ts";

/** What a reader makes of these chunks, one text for each thing it tells. */
function read(chunks: readonly Buffer[], limitBytes?: number): string[] {
  const told: string[] = [];
  const reader = new SseReader(
    {
      event: ({ data, id }) => told.push(`data ${data.toString()}${id === undefined ? "" : ` id ${id}`}`),
      retry: (ms) => told.push(`retry ${ms}`),
      tooLong: (limit) => told.push(`limit ${limit}`),
    },
    limitBytes,
  );
  for (const chunk of chunks) reader.push(chunk);
  return told;
}

/** Every way to cut a stream into two or three chunks, and the way into single bytes. */
function splits(text: string): Buffer[][] {
  const whole = Buffer.from(text);
  const cuts: Buffer[][] = [[whole], [...whole].map((byte) => Buffer.from([byte]))];
  for (let first = 0; first <= whole.length; first += 1) {
    for (let second = first; second <= whole.length; second += 1) {
      cuts.push([whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)]);
    }
  }
  return cuts;
}

const streams: readonly { readonly name: string; readonly text: string; readonly told: readonly string[] }[] = [
  { name: "an event", text: 'data: {"a":1}\n\n', told: ['data {"a":1}'] },
  { name: "a named event", text: "event: message\ndata: a\n\n", told: ["data a"] },
  { name: "two events", text: "data: a\n\ndata: b\n\n", told: ["data a", "data b"] },
  { name: "data without a space", text: "data:a\n\n", told: ["data a"] },
  { name: "data with a second space", text: "data:  a\n\n", told: ["data  a"] },
  { name: "data in several lines", text: "data: {\ndata: }\n\n", told: ["data {\n}"] },
  { name: "an empty line of data between two", text: "data: a\ndata\ndata: b\n\n", told: ["data a\n\nb"] },
  { name: "empty data", text: "id: 1\ndata:\n\ndata: a\n\n", told: ["data a id 1"] },
  { name: "comments and keep-alives", text: `: hello\n\n${sseKeepAlive}data: a\n: in between\n\n`, told: ["data a"] },
  { name: "lines that end in CR LF", text: "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", told: ["data a\nb", "data c"] },
  { name: "lines that end in CR", text: "data: a\rdata: b\r\rdata: c\r\r", told: ["data a\nb", "data c"] },
  {
    name: "line ends of every kind at once",
    text: "data: a\r\n\ndata: b\r\r\ndata: c\n\r",
    told: ["data a", "data b", "data c"],
  },
  { name: "a byte order mark at the start", text: "\u{feff}data: a\n\n", told: ["data a"] },
  { name: "a byte order mark later", text: "data: a\n\n\u{feff}data: b\n\n", told: ["data a"] },
  { name: "two byte order marks", text: "\u{feff}\u{feff}data: a\n\n", told: [] },
  {
    name: "an id, which stays until the next one",
    text: "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
    told: ["data a id 7", "data b id 7", "data c id "],
  },
  { name: "an id with a null character, which is ignored", text: "id: 7\u0000\ndata: a\n\n", told: ["data a"] },
  { name: "a wish for how long to wait", text: "retry: 1500\ndata: a\n\n", told: ["retry 1500", "data a"] },
  { name: "wishes that are no number", text: "retry: 1.5\nretry: -1\nretry:\nretry: 1e3\nretry: soon\n\n", told: [] },
  { name: "unknown fields", text: "Data: a\nnonsense\ndatas: b\ndata: c\n\n", told: ["data c"] },
  { name: "colons in the data", text: "data: a: b:c\n\n", told: ["data a: b:c"] },
  { name: "an event that nothing completes", text: "data: a\n\ndata: b\n", told: ["data a"] },
  { name: "characters of several bytes", text: "data: ž世😀\n\n", told: ["data ž世😀"] },
];

test("an event has the type that the stream gives it, and is a message where it gives none", () => {
  const types: string[] = [];
  const text =
    "event: endpoint\ndata: a\n\ndata: b\n\nevent: lost\n\ndata: c\n\nevent\ndata: d\n\nevent: message\ndata: e\n\n";
  const reader = new SseReader({
    event: ({ data, type }) => types.push(`${data.toString()} ${type}`),
    retry: () => undefined,
    tooLong: () => undefined,
  });
  reader.push(Buffer.from(text));
  assert.deepEqual(types, ["a endpoint", "b message", "c message", "d message", "e message"]);
});

for (const { name, text, told } of streams) {
  test(`${name} is read the same, wherever the chunks begin and end`, () => {
    for (const chunks of splits(text)) assert.deepEqual(read(chunks), told, JSON.stringify(chunks.map(String)));
  });
}

test("a line at the limit is taken, one over it is told and its event dropped, and the next event is taken", () => {
  for (const chunks of splits("data:12345\n\ndata:1234567890\n\ndata:ok\n\n")) {
    assert.deepEqual(read(chunks, 15), ["data 12345", "data 1234567890", "data ok"]);
    assert.deepEqual(read(chunks, 14), ["data 12345", "limit 14", "data ok"]);
  }
});

test("an event whose lines together are over the limit is told once and dropped whole", () => {
  for (const chunks of splits("data:1234\ndata:1234\ndata:1234\ndata:1\n\ndata:ok\n\n")) {
    assert.deepEqual(read(chunks, 9), ["limit 9", "data ok"]);
  }
});

test("of a line over the limit nothing is taken for a line of its own", () => {
  const line = "data: 1234567890retry: 5";
  for (const chunks of splits(`${line}\ndata: rest\n\ndata: ok\n\n`)) {
    assert.deepEqual(read(chunks, 9), ["limit 9", "data ok"]);
  }
});

test("an event in more lines than anybody writes is dropped, before their bookkeeping outgrows the limit on bytes", () => {
  const lines = Buffer.from("data:\n".repeat(200_000));
  assert.deepEqual(read([lines, Buffer.from("\ndata: ok\n\n")], 1024 * 1024), [`limit ${1024 * 1024}`, "data ok"]);
});

test("a comment without end holds nothing but the limit", () => {
  const told = read(
    [...Array.from({ length: 100 }, () => Buffer.from(`:${"x".repeat(50)}`)), Buffer.from("\ndata: ok\n\n")],
    100,
  );
  assert.deepEqual(told, ["limit 100"]);
});

test("random streams are read the same in random chunks as at once", (t) => {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const parts = ["data: a", "data:", "data", "id: 1", "retry: 2", ": c", "x: y", "\n", "\r", "\r\n", "\n\n", "é"];
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: Math.floor(random() * 20) }, () => parts[Math.floor(random() * parts.length)]);
    const whole = Buffer.from(text.join(""));
    const chunks: Buffer[] = [];
    for (let from = 0; from < whole.length; from += 1 + Math.floor(random() * 4)) chunks.push(whole.subarray(from));
    const cut = chunks.map((chunk, at) => chunk.subarray(0, chunk.length - (chunks[at + 1]?.length ?? 0)));
    const limit = random() < 0.5 ? undefined : 1 + Math.floor(random() * 10);
    assert.deepEqual(read(cut, limit), read([whole], limit), `seed ${seed}: ${JSON.stringify(text)}`);
  }
});

test("what is written as an event is read back", () => {
  const frame = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const written = sseEvent(Buffer.from(frame));
  assert.equal(written.toString(), `event: message\ndata: ${frame}\n\n`);
  assert.deepEqual(read([written, Buffer.from(sseKeepAlive), written]), [`data ${frame}`, `data ${frame}`]);
});
