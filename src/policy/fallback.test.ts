import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { filledIn, isUpstreamSide } from "./fallback.ts";

const filled: readonly (readonly [template: JsonObject, given: JsonObject, arguments_: JsonObject])[] = [
  [{ q: "{city}" }, { city: "Ulm" }, { q: "Ulm" }],
  [{ q: "{n}", more: ["{n}", "{absent}"] }, { n: 5 }, { q: 5, more: [5] }],
  [{ q: "weather in {city}, {n} days {absent}." }, { city: "Ulm", n: 3 }, { q: "weather in Ulm, 3 days ." }],
  [{ q: "{absent}", r: 1 }, {}, { r: 1 }],
  [{ q: { city: "{where.city}" } }, { where: { city: "Ulm" } }, { q: { city: "Ulm" } }],
  [{ q: "{toString}" }, {}, {}],
  [{ q: "{city}" }, { city: "{n}", n: 1 }, { q: "{n}" }],
  [{ q: "{}", r: "{ {" }, {}, { q: "{}", r: "{ {" }],
];

for (const [template, given, expected] of filled) {
  test(`${JSON.stringify(template)} with ${JSON.stringify(given)} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(filledIn(template, given), expected);
  });
}

test("what its caller did wrong, wants no more or may not do is not the upstream's failure", () => {
  const callers: ErrorCode[] = [
    "invalid_arguments",
    "invalid_params",
    "unknown_tool",
    "rate_limited",
    "cancelled",
    "caller_declined",
    "definition_quarantined",
    "idempotency_conflict",
    "outcome_unknown",
    "shutting_down",
    "internal_error",
  ];
  for (const code of callers) assert.equal(isUpstreamSide(new GatewayError(code, "no")), false, code);
  for (const code of ["breaker_open", "deadline_exceeded", "upstream_busy"] as const) {
    assert.equal(isUpstreamSide(new GatewayError(code, "no")), true, code);
  }
  assert.equal(isUpstreamSide(new TypeError("x")), false);
});
