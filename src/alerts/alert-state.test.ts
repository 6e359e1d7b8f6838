import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlertState, nextState, ok } from "./alert-state.ts";

const rule = { above: 10, clearAt: 8, forMs: 60, clearMs: 30 };

/** The states that follow from values, one every 15 ms. */
function follow(values: readonly (number | undefined)[], threshold = rule): string[] {
  let state: AlertState = ok;
  return values.map((value, at) => {
    state = nextState(state, value, at * 15, threshold);
    return state.kind;
  });
}

test("an alert fires when its value has been too much for long enough, and not for a moment", () => {
  assert.deepEqual(follow([10, 11, 11, 10, 11]), ["ok", "pending", "pending", "ok", "pending"]);
  assert.deepEqual(follow([11, 11, 11, 11, 11]), ["pending", "pending", "pending", "pending", "firing"]);
  assert.deepEqual(follow([11], { ...rule, forMs: 0 }), ["firing"]);
});

test("it fires on while its value goes up and down around the limit, until it has been enough for long enough", () => {
  const quick = { ...rule, forMs: 0 };
  assert.deepEqual(
    follow([11, 9, 11, 9, 9, 9], quick),
    Array.from({ length: 6 }, () => "firing"),
  );
  assert.deepEqual(follow([11, 8, 9, 8, 8, 8], quick), ["firing", "firing", "firing", "firing", "firing", "ok"]);
  assert.deepEqual(follow([11, undefined, undefined, undefined], quick), ["firing", "firing", "firing", "ok"]);
  assert.deepEqual(follow([11, 8], { ...quick, clearMs: 0 }), ["firing", "ok"]);
});

test("who has seen it is known until it is over, and not when it comes again", () => {
  const firing = nextState(ok, 11, 0, { ...rule, forMs: 0 });
  assert.equal(firing.kind, "firing");
  const seen: AlertState = { ...firing, acknowledged: { by: "ada", at: 1 } };
  const calm = nextState(seen, 1, 10, rule);
  assert.deepEqual(calm, { ...seen, calmSince: 10 });
  const over = nextState(calm, 1, 40, rule);
  assert.deepEqual(over, ok);
  assert.deepEqual(nextState(over, 11, 50, { ...rule, forMs: 0 }), { ...firing, since: 50 });
});
