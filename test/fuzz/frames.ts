import assert from "node:assert/strict";
import * as fc from "fast-check";
import { answerText, errorText, notificationText, readFrame, requestText } from "../../src/protocol/frame.ts";
import { type Message, type MessageArray, isRequestId, readMessages } from "../../src/protocol/json-rpc.ts";
import { Payload } from "../../src/protocol/payload.ts";
import { LineReader } from "../../src/transport/lines.ts";
import { garbage, id, json, jsonObject, spoiled, text } from "./arbitraries.ts";
import type { Fuzz } from "./fuzz.ts";

const message = fc.oneof(
  fc.record({ jsonrpc: fc.constant("2.0"), id, method: text, params: jsonObject }, { requiredKeys: ["jsonrpc", "id"] }),
  fc.record({ jsonrpc: fc.constant("2.0"), id, result: jsonObject }),
  fc.record({ result: jsonObject, jsonrpc: fc.constant("2.0"), id }),
  fc.record({ jsonrpc: fc.constant("2.0"), id, error: fc.record({ code: fc.integer(), message: text, data: json }) }),
);

const frame = fc.oneof(
  garbage,
  message.chain((whole) => spoiled(whole)).map((value) => Buffer.from(JSON.stringify(value))),
  fc.tuple(message, fc.nat({ max: 2 })).map(([value, blanks]) => Buffer.from(JSON.stringify(value, undefined, blanks))),
);

/** The value of a message, with what is kept as text built. */
function built(read: Message | MessageArray): unknown {
  if (read.kind === "array") return { ...read, messages: read.messages.map(built) };
  return read.kind === "result" ? { ...read, result: read.result.value } : read;
}

function parsedWhole(bytes: Buffer): Message | MessageArray {
  try {
    return readMessages(JSON.parse(bytes.toString("utf8")));
  } catch {
    return { kind: "unparsable", reason: "" };
  }
}

/** Whatever the bytes, reading them fails in one way only, and reads what parsing them whole would read. */
const reading = fc.property(frame, (bytes) => {
  const whole = parsedWhole(bytes);
  const read = readFrame(bytes);
  if (whole.kind === "unparsable" || read.kind === "unparsable") {
    // What is kept as text is not parsed before somebody looks: then, it is the upstream's fault.
    if (read.kind === "result") assert.throws(() => read.result.value, { code: "upstream_protocol_error" });
    else assert.equal(read.kind, whole.kind);
    return;
  }
  assert.deepEqual(built(read), built(whole));
  if (read.kind === "request" || read.kind === "result") assert.ok(isRequestId(read.id));
});

/** What is written is one line, and reads back as what it was. */
const writing = fc.property(id, fc.string({ maxLength: 8 }), jsonObject, json, (asked, method, params, data) => {
  const answer = readFrame(answerText(asked, { kind: "result", result: Payload.of(params) }));
  const plain: unknown = JSON.parse(JSON.stringify(params));
  assert.deepEqual(built(answer), { kind: "result", id: asked, result: plain });
  assert.deepEqual(readFrame(Buffer.from(requestText(asked, method, params))), {
    kind: "request",
    id: asked,
    method,
    params: plain,
  });
  assert.deepEqual(readFrame(Buffer.from(notificationText(method, params))), {
    kind: "notification",
    method,
    params: plain,
  });
  const error = readFrame(Buffer.from(errorText(asked, { code: 1, message: method, data })));
  assert.equal(error.kind, "error");
  for (const written of [answerText(asked, { kind: "result", result: Payload.of(params) }).toString("latin1")])
    assert.ok(!/[\r\n]/.test(written));
});

/** Frames joined to a stream and cut anywhere, also inside a character, come out as they were, and in order. */
const cutting = fc.property(
  fc.array(fc.tuple(message, fc.constantFrom("\n", "\r\n")), { maxLength: 6 }),
  fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
  (messages, cuts) => {
    const stream = Buffer.from(messages.map(([value, end]) => `${JSON.stringify(value)}${end}`).join(""));
    const lines: unknown[] = [];
    const reader = new LineReader({
      line: (line) => lines.push(JSON.parse(line.toString())),
      tooLong: () => assert.fail("nothing is too long"),
    });
    let from = 0;
    for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
      if (cut <= from) continue;
      reader.push(stream.subarray(from, cut));
      from = cut;
    }
    reader.end();
    assert.deepEqual(
      lines,
      messages.map(([value]) => JSON.parse(JSON.stringify(value)) as unknown),
    );
  },
);

/** One stream, cut at every byte in turn. */
const everyByte = fc.property(message, (value) => {
  const stream = Buffer.from(`${JSON.stringify(value)}\n${JSON.stringify(value)}\n`);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    let lines = 0;
    const reader = new LineReader({
      line(line) {
        lines += 1;
        assert.deepEqual(JSON.parse(line.toString()), JSON.parse(JSON.stringify(value)));
      },
      tooLong: () => assert.fail("nothing is too long"),
    });
    reader.push(stream.subarray(0, cut));
    reader.push(stream.subarray(cut));
    assert.equal(lines, 2);
  }
});

export const frameFuzzes: readonly Fuzz[] = [
  { name: "frames-read", property: reading, runs: 2000 },
  { name: "frames-written", property: writing, runs: 1500 },
  { name: "frames-cut", property: cutting, runs: 1500 },
  { name: "frames-cut-at-every-byte", property: everyByte, runs: 50 },
];
