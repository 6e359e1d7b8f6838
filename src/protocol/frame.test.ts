import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { answerPieces, answerText, errorText, notificationText, readFrame, requestText } from "./frame.ts";
import { HandedResult } from "./handed-result.ts";
import { type Message, type MessageArray, readMessage } from "./json-rpc.ts";
import { Payload } from "./payload.ts";
import { verifies } from "../../test/requirements/verifies.ts";

/** A message in a form that can be compared: results as values. */
function plain(message: Message | MessageArray): unknown {
  return message.kind === "result" ? { ...message, result: message.result.value } : message;
}

function agrees(frame: string): void {
  assert.deepEqual(plain(readFrame(Buffer.from(frame))), plain(readMessage(JSON.parse(frame))), frame);
}

const members = { jsonrpc: '"jsonrpc":"2.0"', id: '"id":7', result: '"result":{"content":[{"type":"text"}]}' };
const orders = [
  ["jsonrpc", "id", "result"],
  ["jsonrpc", "result", "id"],
  ["id", "jsonrpc", "result"],
  ["id", "result", "jsonrpc"],
  ["result", "jsonrpc", "id"],
  ["result", "id", "jsonrpc"],
] as const;

for (const order of orders) {
  test(`a response written as ${order.join(", ")} is read as a whole parse would read it`, () => {
    agrees(`{${order.map((name) => members[name]).join(",")}}`);
    agrees(`{ ${order.map((name) => members[name].replace(":", " : ")).join(" ,\r\n ")} }`);
    agrees(`\n\t{${order.map((name) => members[name]).join(",")}}  \r\n`);
  });

  test(`an error written as ${order.join(", ")} is read as a whole parse would read it`, () => {
    const error = '"error":{"code":-32002,"message":"no","data":{"uri":"x"}}';
    agrees(`{${order.map((name) => (name === "result" ? error : members[name])).join(",")}}`);
  });
}

for (const id of [
  "0",
  "-1",
  "999999999999999",
  "9007199254740991",
  '"a"',
  '""',
  '"\\u0041"',
  '"é"',
  `"${"i".repeat(300)}"`,
]) {
  test(`a response to the request ${id.slice(0, 20)} keeps its id, wherever it stands`, () => {
    verifies("base.result-id");
    agrees(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    agrees(`{"result":{},"jsonrpc":"2.0","id":${id}}`);
  });
}

test("the result of a response in the usual order is kept as the bytes it came in", () => {
  const result = '{"n":12345678901234567890,"d":1.0,"s":"\\u00e9é"}';
  for (const frame of [`{"jsonrpc":"2.0","id":1,"result":${result}}`, `{"result":${result},"jsonrpc":"2.0","id":1}`]) {
    const message = readFrame(Buffer.from(frame));
    assert.ok(message.kind === "result");
    assert.equal(message.result.text.toString(), result);
  }
});

for (const further of [
  '"id":9',
  '"error":{}',
  '"method":"elicitation/create","params":{}',
  '"i\\u0064":9',
  '"result":{"a":2}',
]) {
  test(`a response with ${further} beside its result is not passed on as one with that in its envelope`, () => {
    verifies("base.response-injection");
    for (const frame of [
      `{"jsonrpc":"2.0","id":1,"result":{"s":"\\"}{"},${further},"x":{}}`,
      `{"result":{"s":"${"long ".repeat(40)}\\\\"},${further},"x":{},"jsonrpc":"2.0","id":1}`,
    ]) {
      agrees(frame);
      const read = readFrame(Buffer.from(frame));
      if (read.kind !== "result") continue;
      const passedOn: unknown = JSON.parse(answerText("ours", { kind: "result", result: read.result }).toString());
      assert.deepEqual(passedOn, { jsonrpc: "2.0", id: "ours", result: read.result.value });
    }
  });
}

test("words of the envelope inside a result are part of the result", () => {
  const inner = '{"result":{"jsonrpc":"2.0","id":1,"result":{}},"text":"},\\"jsonrpc\\":\\"2.0\\",\\"id\\":9}"}';
  agrees(`{"jsonrpc":"2.0","id":7,"result":${inner}}`);
  agrees(`{"result":${inner},"jsonrpc":"2.0","id":7}`);
  agrees(`{"result":{"a":{}},"jsonrpc":"2.0","id":7}`);
});

test("an empty result is read", () => {
  agrees('{"jsonrpc":"2.0","id":1,"result":{}}');
  agrees('{"result":{},"jsonrpc":"2.0","id":1}');
});

test("requests, notifications and what is no message are read as a whole parse would read them", () => {
  for (const frame of [
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":0.5}}',
    '{"jsonrpc":"2.0","id":1,"result":"text"}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":null}',
    '{"id":1,"result":{}}',
    "null",
    "7",
  ]) {
    agrees(frame);
  }
});

test("an array is read message by message, without arrays inside", () => {
  const texts = ['{"jsonrpc":"2.0","id":1,"result":{}}', '{"jsonrpc":"2.0","method":"a"}', "7", "[]"];
  const array = readFrame(Buffer.from(` [${texts.join(" , ")}]`));
  assert.ok(array.kind === "array");
  assert.deepEqual(
    array.messages.map((message) => plain(message)),
    texts.map((text) => plain(readMessage(JSON.parse(text)))),
  );
  for (const length of [0, 101]) {
    const message = readFrame(Buffer.from(JSON.stringify(Array(length).fill(7))));
    assert.ok(message.kind === "invalid");
    assert.equal(message.reason, `an array holds 1 to 100 messages, got ${length}`);
  }
});

test("what is no JSON is said to be none, with why", () => {
  for (const frame of [
    "",
    "garbage",
    "{",
    '{"jsonrpc":"2.0","id":1,"result":{',
    '{"jsonrpc":"2.0","id":1,"result":{}',
    "\u{feff}{}",
  ]) {
    const message = readFrame(Buffer.from(frame));
    assert.ok(message.kind === "unparsable", frame);
    assert.ok(message.reason.length > 0);
  }
});

test("bytes that are no UTF-8 are read with replacement characters rather than refused", () => {
  const frame = Buffer.concat([
    Buffer.from('{"jsonrpc":"2.0","method":"m","params":{"a":"'),
    Buffer.from([0xff]),
    Buffer.from('"}}'),
  ]);
  assert.deepEqual(readFrame(frame), { kind: "notification", method: "m", params: { a: "\u{fffd}" } });
});

test("no beginning of a response is taken for a whole one", () => {
  for (const order of orders) {
    const frame = `{${order.map((name) => members[name]).join(",")}}`;
    for (let length = 0; length < frame.length; length += 1) {
      const { kind } = readFrame(Buffer.from(frame.slice(0, length)));
      // One closing brace short, a result that ends in a brace of its own cannot be told from a whole one without being parsed.
      if (kind !== "unparsable") {
        assert.equal(kind, "result");
        assert.equal(length, frame.length - 1, frame.slice(0, length));
      }
    }
  }
});

test("random messages in random dress are read as a whole parse would read them", (t) => {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let round = 0; round < 2000; round += 1) {
    const frame = randomFrame(random);
    assert.deepEqual(
      plain(readFrame(Buffer.from(frame))),
      plain(readMessage(JSON.parse(frame))),
      `seed ${seed}: ${frame}`,
    );
  }
});

function randomFrame(random: () => number): string {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const parts = [
    '"jsonrpc":"2.0"',
    pick(['"id":1', '"id":"a"', '"id":null', '"id":1.5', '"method":"m"']),
    pick([
      '"result":{}',
      `"result":${JSON.stringify(randomValue(random, 3))}`,
      '"error":{"code":1,"message":"m"}',
      '"params":{}',
    ]),
  ];
  parts.sort(() => random() - 0.5);
  return random() < 0.5 ? `{${parts.join(",")}}` : `{ ${parts.join(", ")} }`;
}

function randomValue(random: () => number, depth: number): unknown {
  const kind = Math.floor(random() * (depth === 0 ? 3 : 5));
  if (kind === 0) return Math.floor(random() * 1000);
  if (kind === 1) return ['"', "\\", "},", '{"jsonrpc":"2.0"', "\n", "é"][Math.floor(random() * 6)];
  if (kind === 2) return null;
  const inner = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
  return kind === 3
    ? inner
    : Object.fromEntries(inner.map((value, at) => [["id", "result", "jsonrpc", "a"][at], value]));
}

test("a request, a notification and an error are written in one line", () => {
  verifies("base.error-members");
  assert.equal(requestText(1, "ping", undefined), '{"jsonrpc":"2.0","id":1,"method":"ping"}');
  assert.equal(requestText("a", "m", { b: "\n" }), '{"jsonrpc":"2.0","id":"a","method":"m","params":{"b":"\\n"}}');
  assert.equal(notificationText("n", undefined), '{"jsonrpc":"2.0","method":"n"}');
  assert.equal(notificationText("n", { a: 1 }), '{"jsonrpc":"2.0","method":"n","params":{"a":1}}');
  const error = { code: 5, message: "no" };
  assert.equal(errorText(1, error), '{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":"no"}}');
  assert.equal(errorText(undefined, error), '{"jsonrpc":"2.0","error":{"code":5,"message":"no"}}');
});

test("an answer is written under the asker's id, its result as it came but without line breaks", () => {
  verifies("base.result-id", "stdio.newlines");
  const result = Payload.ofText(Buffer.from('{\n"n":1.0}'));
  assert.equal(answerText(7, { kind: "result", result }).toString(), '{"jsonrpc":"2.0","id":7,"result":{ "n":1.0}}');
  assert.equal(
    answerText('q"', { kind: "result", result }).toString(),
    '{"jsonrpc":"2.0","id":"q\\"","result":{ "n":1.0}}',
  );
  assert.equal(
    answerText("e", { kind: "error", error: { code: 1, message: "m", data: null } }).toString(),
    '{"jsonrpc":"2.0","id":"e","error":{"code":1,"message":"m","data":null}}',
  );
});

test("what was written is read back", () => {
  const written = answerText(3, { kind: "result", result: Payload.of({ a: [1] }) });
  assert.deepEqual(plain(readFrame(written)), { kind: "result", id: 3, result: { a: [1] } });
});

test("what is nested too deeply to be written is the fault of whoever sent it", () => {
  const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  const error = { code: 1, message: "m", data: deep };
  const theirs = { name: "GatewayError", code: "upstream_protocol_error" };
  assert.throws(() => requestText(1, "tools/call", { deep }), { name: "GatewayError", code: "invalid_params" });
  assert.throws(() => notificationText("notifications/message", { deep }), theirs);
  assert.throws(() => errorText(1, error), theirs);
  assert.throws(() => answerText(1, { kind: "error", error }), theirs);
  assert.throws(() => answerText(1, { kind: "result", result: Payload.of({ deep }) }), theirs);
});

test("in pieces an answer is the same; of a long one none is copied", () => {
  const answers = [
    { kind: "result", result: Payload.of({ a: 1 }) },
    { kind: "result", result: Payload.ofText(Buffer.from(`{"a":"${"x".repeat(20_000)}"}`)) },
    {
      kind: "result",
      result: Payload.ofParts(Buffer.from('{"a":'), [Buffer.from(`"${"x".repeat(20_000)}"`)], Buffer.from("}")),
    },
    { kind: "error", error: { code: 1, message: "no" } },
  ] as const;
  for (const answer of answers) {
    const pieces = answerPieces("id", answer);
    if (answer.kind === "result" && answer.result.bytes > 20_000) {
      assert.ok(pieces.includes(answer.result.linePieces[0] ?? Buffer.of()));
    } else assert.equal(pieces.length, 1);
    assert.equal(Buffer.concat(pieces).toString(), answerText("id", answer).toString());
  }
});

test("a result that is handed over is its response to whoever takes only frames", () => {
  const frame = new HandedResult(7, Payload.of({ a: 1 })).frame();
  assert.deepEqual(plain(readFrame(frame)), { kind: "result", id: 7, result: { a: 1 } });
});
