import assert from "node:assert/strict";
import { test } from "node:test";
import { traceContextIn } from "./trace-context.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a trace context is read with its state", () => {
  assert.deepEqual(traceContextIn({ traceparent }), { traceparent });
  assert.deepEqual(traceContextIn({ traceparent, tracestate: "a=1,b=2", x: 1 }), {
    traceparent,
    tracestate: "a=1,b=2",
  });
  const later = `cc${traceparent.slice(2)}-more`;
  assert.deepEqual(traceContextIn({ traceparent: later }), { traceparent: later }, "a later version may have more");
});

test("what W3C does not know is no context, and a state that could break a header is left out", () => {
  const wrong = [
    undefined,
    1,
    "",
    traceparent.toUpperCase(),
    traceparent.slice(1),
    `ff${traceparent.slice(2)}`,
    traceparent.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
    traceparent.replace("b7ad6b7169203331", "0".repeat(16)),
    `${traceparent}\r\nx: y`,
  ];
  for (const value of wrong) assert.equal(traceContextIn({ traceparent: value }), undefined, String(value));
  assert.equal(traceContextIn(undefined), undefined);
  for (const tracestate of [1, "", "a=1\r\nx: y", "x".repeat(513)]) {
    assert.deepEqual(traceContextIn({ traceparent, tracestate }), { traceparent });
  }
});
