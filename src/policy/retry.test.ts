import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { RetryBudget, type RetryOptions, retryAfter } from "./retry.ts";

const half = (): number => 0.5;

function delay(
  code: ErrorCode,
  {
    data = {},
    attempt = 1,
    isRepeatable = true,
    wasAsked = false,
  }: { data?: Record<string, unknown>; attempt?: number; isRepeatable?: boolean; wasAsked?: boolean } = {},
  options: RetryOptions = {},
): number | undefined {
  return retryAfter({ thrown: new GatewayError(code, "no", { data }), attempt, isRepeatable, wasAsked }, options, half);
}

const judged: readonly (readonly [
  code: ErrorCode,
  data: Record<string, unknown>,
  repeatable: boolean,
  any: boolean,
])[] = [
  ["upstream_unavailable", {}, true, true],
  ["upstream_unavailable", { stage: "session" }, true, true],
  ["upstream_rate_limited", { retryAfterMs: 1000 }, true, true],
  ["upstream_rate_limited", { retryAfterMs: 60_000 }, false, false],
  ["upstream_disconnected", {}, true, false],
  ["upstream_unresponsive", {}, true, false],
  ["upstream_protocol_error", { status: 502 }, true, false],
  ["upstream_protocol_error", { status: 503 }, true, false],
  ["upstream_protocol_error", { status: 500 }, false, false],
  ["upstream_protocol_error", {}, false, false],
  ["deadline_exceeded", {}, false, false],
  ["cancelled", {}, false, false],
  ["breaker_open", { retryAfterMs: 10 }, false, false],
  ["upstream_busy", { retryAfterMs: 10 }, false, false],
  ["invalid_arguments", {}, false, false],
  ["login_required", {}, false, false],
  ["upstream_over_limit", {}, false, false],
];

for (const [code, data, repeatable, any] of judged) {
  test(`${code} ${JSON.stringify(data)} is tried again: ${repeatable} of a call that may be repeated, ${any} of any other`, () => {
    assert.equal(delay(code, { data }) !== undefined, repeatable);
    assert.equal(delay(code, { data, isRepeatable: false }) !== undefined, any);
    assert.equal(delay(code, { data, wasAsked: true }), undefined);
  });
}

test("delays double up to the longest, half of each by chance, until there were enough attempts", () => {
  const options = { attempts: 7, firstMs: 100, longestMs: 1000 };
  const delays = [1, 2, 3, 4, 5, 6, 7].map((attempt) => delay("upstream_disconnected", { attempt }, options));
  assert.deepEqual(delays, [75, 150, 300, 600, 750, 750, undefined]);
  assert.equal(delay("upstream_disconnected", { attempt: 1 }, { attempts: 1 }), undefined);
});

test("an upstream that says when is not asked earlier", () => {
  assert.equal(delay("upstream_rate_limited", { data: { retryAfterMs: 3000 } }), 3000);
  assert.equal(delay("upstream_rate_limited", { data: { retryAfterMs: 0 } }), 150);
});

test("what is no failure of ours is not tried again", () => {
  const attempt = { thrown: new TypeError("x"), attempt: 1, isRepeatable: true, wasAsked: false };
  assert.equal(retryAfter(attempt, {}, half), undefined);
});

test("a budget starts with ten, and gains one with every ten calls, ten at the most", () => {
  const budget = new RetryBudget();
  const spent = (): number => {
    let times = 0;
    while (budget.withdraw()) times += 1;
    return times;
  };
  assert.equal(spent(), 10);
  for (let call = 0; call < 25; call += 1) budget.deposit();
  assert.equal(spent(), 2);
  for (let call = 0; call < 1000; call += 1) budget.deposit();
  assert.equal(spent(), 10);
});
