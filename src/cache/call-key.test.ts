import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { canonicalJson } from "../core/canonical.ts";
import type { Call } from "../protocol/call.ts";
import { capabilitiesText, isSingular, metaText, orderedText, paramsText } from "./call-key.ts";

// See src/protocol/member-text.test.ts for what is wrong with quotes and backslashes in names.
const units = fc.constantFrom("a", "b", "1", "10", "2", "é", "_");

test("what is found to be in order as it is has the canonical text", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: units }), (written) => {
      const value: unknown = JSON.parse(JSON.stringify(written));
      assert.equal(orderedText(value), canonicalJson(value));
    }),
  );
});

test("calls with equal arguments have one key, and any difference in params makes another", () => {
  const text = paramsText({ name: "a", arguments: { b: 1, a: { d: [1, 2], c: null } } });
  assert.equal(paramsText({ arguments: { a: { c: null, d: [1, 2] }, b: 1 }, name: "a" }), text);
  const others = [
    { name: "a" },
    { name: "a", arguments: {} },
    { name: "a", arguments: { b: 1, a: { d: [2, 1], c: null } } },
    { name: "a", arguments: { b: "1", a: { d: [1, 2], c: null } } },
    { name: "a", arguments: { b: 1, a: { d: [1, 2], c: null } }, vendor: true },
  ];
  assert.equal(new Set([text, ...others.map(paramsText)]).size, others.length + 1);
});

test("trace context and numbers of calls make no difference; any other member of _meta does, and what a caller can do", () => {
  assert.equal(metaText({ traceparent: "00-1", tracestate: "x", baggage: "y", "claudecode/toolUseId": "z" }), "");
  assert.equal(metaText(undefined), "");
  assert.notEqual(metaText({ "vendor/tenant": "a" }), metaText({ "vendor/tenant": "b" }));
  assert.equal(capabilitiesText({}), "");
  assert.equal(capabilitiesText({ roots: {}, elicitation: {} }), capabilitiesText({ elicitation: {}, roots: {} }));
});

test("a call that goes on with another, becomes a task or has an idempotency key is never answered by another's result", () => {
  const call: Call = {
    method: "tools/call",
    params: { name: "a" },
    meta: undefined,
    progressToken: undefined,
    logLevel: undefined,
    caller: { info: undefined, capabilities: {} },
  };
  assert.equal(isSingular(call), false);
  assert.equal(isSingular({ ...call, params: { requestState: "x" } }), true);
  assert.equal(isSingular({ ...call, params: { inputResponses: {} } }), true);
  assert.equal(isSingular({ ...call, task: { ttlMs: 1 } }), true);
  assert.equal(isSingular({ ...call, meta: { "switchyard/idempotencyKey": "k" } }), true);
});
