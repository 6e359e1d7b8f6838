import assert from "node:assert/strict";
import { test } from "node:test";
import { isRequestId, readMessage } from "./json-rpc.ts";
import { Payload } from "./payload.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const jsonrpc = "2.0";

test("an id is a string or an integer that JavaScript holds exactly", () => {
  verifies("base.request-id-type");
  for (const id of ["", "a", 0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) assert.ok(isRequestId(id));
  for (const id of [1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, {}, []]) {
    assert.ok(!isRequestId(id));
  }
});

test("a method with an id is a request, and one without is a notification", () => {
  verifies("base.request-params");
  assert.deepEqual(readMessage({ jsonrpc, id: 1, method: "ping" }), {
    kind: "request",
    id: 1,
    method: "ping",
    params: undefined,
  });
  assert.deepEqual(readMessage({ jsonrpc, id: "a", method: "m", params: { b: 1 }, more: true }), {
    kind: "request",
    id: "a",
    method: "m",
    params: { b: 1 },
  });
  assert.deepEqual(readMessage({ jsonrpc, method: "m", params: {} }), {
    kind: "notification",
    method: "m",
    params: {},
  });
});

test("a result belongs to the request of its id", () => {
  assert.deepEqual(readMessage({ jsonrpc, id: 3, result: { a: 1 } }), {
    kind: "result",
    id: 3,
    result: Payload.of({ a: 1 }),
  });
});

test("a result beside an error of null is a result, as several servers write it", () => {
  assert.deepEqual(readMessage({ jsonrpc, id: 3, result: {}, error: null }), {
    kind: "result",
    id: 3,
    result: Payload.of({}),
  });
});

test("an error is read with its code, message and data, and may lack the id that could not be read", () => {
  const error = { code: -32601, message: "no", data: [1] };
  assert.deepEqual(readMessage({ jsonrpc, id: 3, error }), { kind: "error", id: 3, error });
  assert.deepEqual(readMessage({ jsonrpc, id: null, error }), { kind: "error", id: undefined, error });
  assert.deepEqual(readMessage({ jsonrpc, error }), { kind: "error", id: undefined, error });
  assert.deepEqual(readMessage({ jsonrpc, id: 3, result: null, error }), { kind: "error", id: 3, error });
});

test("an error without a message has an empty one, and without data has none", () => {
  assert.deepEqual(readMessage({ jsonrpc, id: 3, error: { code: 1, more: 2 } }), {
    kind: "error",
    id: 3,
    error: { code: 1, message: "" },
  });
});

const refused: readonly {
  readonly value: unknown;
  readonly id?: number;
  readonly reason: RegExp;
  readonly isAnswer?: true;
}[] = [
  { value: null, reason: /a message must be an object, got null/ },
  { value: "text", reason: /got a string/ },
  { value: 7, reason: /got the number 7/ },
  { value: [{ jsonrpc, id: 1, method: "ping" }], reason: /got an array/ },
  { value: {}, reason: /jsonrpc must be "2.0"/, isAnswer: true },
  { value: { id: 1, method: "ping" }, id: 1, reason: /jsonrpc must be "2.0"/ },
  { value: { jsonrpc: "1.0", id: 1, result: {} }, id: 1, reason: /jsonrpc must be "2.0"/, isAnswer: true },
  { value: { jsonrpc, id: 1 }, id: 1, reason: /a method, a result or an error/, isAnswer: true },
  { value: { jsonrpc, id: 1, method: 5 }, id: 1, reason: /method must be a string, got the number 5/ },
  { value: { jsonrpc, id: null, method: "ping" }, reason: /id must be a string or an integer.*got null/ },
  { value: { jsonrpc, id: 1.5, method: "ping" }, reason: /got the number 1.5/ },
  { value: { jsonrpc, id: 2 ** 53, method: "ping" }, reason: /got the number 9007199254740992/ },
  { value: { jsonrpc, id: {}, method: "ping" }, reason: /got an object/ },
  { value: { jsonrpc, id: true, method: "ping" }, reason: /got a boolean/ },
  { value: { jsonrpc, id: 1, method: "ping", params: [] }, id: 1, reason: /params must be an object, got an array/ },
  { value: { jsonrpc, method: "ping", params: null }, reason: /params must be an object, got null/ },
  { value: { jsonrpc, result: {} }, reason: /must carry the id of its request/ },
  { value: { jsonrpc, id: null, result: {} }, reason: /must carry the id of its request/ },
  {
    value: { jsonrpc, id: 1, result: "done" },
    id: 1,
    reason: /result must be an object, got a string/,
    isAnswer: true,
  },
  { value: { jsonrpc, id: 1, result: null }, id: 1, reason: /result must be an object, got null/, isAnswer: true },
  { value: { jsonrpc, id: 1, error: "no" }, id: 1, reason: /error must be an object, got a string/, isAnswer: true },
  { value: { jsonrpc, id: 1, error: {} }, id: 1, reason: /error.code must be an integer/, isAnswer: true },
  { value: { jsonrpc, id: 1, error: { code: 1.5 } }, id: 1, reason: /error.code must be an integer/, isAnswer: true },
  { value: { jsonrpc, id: [], error: { code: 1 } }, reason: /an error's id must be a request's id/ },
];

for (const { value, id, reason, isAnswer = false } of refused) {
  test(`${JSON.stringify(value)} is no message`, () => {
    verifies("base.error-code-integer");
    const message = readMessage(value);
    assert.equal(message.kind, "invalid");
    assert.ok(message.kind === "invalid");
    assert.equal(message.id, id);
    assert.match(message.reason, reason);
    assert.equal(message.isAnswer, isAnswer, "whether it answers a request");
  });
}
