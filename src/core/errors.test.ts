import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errorTable } from "./error-table.ts";
import { GatewayError, messageOf, toGatewayError } from "./errors.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const rows = Object.entries(errorTable);

/** Codes that JSON-RPC and the MCP specification define; they alone may lie in the reserved range. */
const standard: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602, -32603, -32020, -32022]);

for (const [code, row] of rows) {
  test(`${code} has an HTTP status, a JSON-RPC code that is free to use, and advice in whole sentences`, () => {
    verifies("base.codes-reserved", "base.codes-own");
    assert.ok(Number.isInteger(row.http) && row.http >= 200 && row.http < 600);
    const isReserved = row.rpc >= -32768 && row.rpc <= -32000;
    assert.equal(isReserved, standard.has(row.rpc), "own codes lie outside the range that JSON-RPC reserves");
    assert.match(row.suggestion, /^[A-Z`].*\.$/s);
  });
}

test("our own JSON-RPC codes are all different, and begin with the status of their kind", () => {
  verifies("base.codes-own");
  const own = rows.filter(([, { rpc }]) => rpc > 0);
  assert.equal(new Set(own.map(([, { rpc }]) => rpc)).size, own.length);
  for (const [code, { http, rpc }] of own) assert.equal(Math.floor(rpc / 100), http, code);
});

test("an error carries its code's row, its data and its cause", () => {
  const cause = new Error("inner");
  const error = new GatewayError("deadline_exceeded", "It took too long", { data: { timeoutMs: 5 }, cause });
  assert.equal(error.name, "GatewayError");
  assert.equal(error.code, "deadline_exceeded" satisfies ErrorCode);
  assert.equal(error.http, 504);
  assert.equal(error.suggestion, errorTable.deadline_exceeded.suggestion);
  assert.deepEqual(error.data, { timeoutMs: 5 });
  assert.equal(error.cause, cause);
  assert.ok(error instanceof Error);
});

test("an error without a cause has none, not even an undefined one", () => {
  assert.ok(!("cause" in new GatewayError("cancelled", "Gone")));
  assert.ok("cause" in new GatewayError("cancelled", "Gone", { cause: undefined }));
});

test("anything that was thrown has a message", () => {
  assert.equal(messageOf(new TypeError("wrong")), "wrong");
  assert.equal(messageOf("text"), "text");
  assert.equal(messageOf(undefined), "undefined");
  assert.equal(messageOf(null), "null");
});

test("an error of ours stays what it is, anything else is a defect with its cause kept", () => {
  const ours = new GatewayError("cancelled", "Gone");
  assert.equal(toGatewayError(ours), ours);
  const foreign = new TypeError("x is not a function");
  const defect = toGatewayError(foreign);
  assert.equal(defect.code, "internal_error");
  assert.equal(defect.message, "Something failed inside the gateway: x is not a function");
  assert.equal(defect.cause, foreign);
});
