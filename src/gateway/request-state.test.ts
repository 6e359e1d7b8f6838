import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import type { Call } from "../protocol/call.ts";
import { answerMs } from "./questions.ts";
import { RequestStates } from "./request-state.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const call: Call = {
  method: "tools/call",
  params: { name: "a__b", arguments: { x: 1, y: 2 } },
  meta: undefined,
  progressToken: undefined,
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
};

test("a sealed state opens for its caller and its request, whatever answers come with it", () => {
  const states = new RequestStates(Buffer.alloc(32, 1), new ManualClock());
  const sealed = states.seal({ kind: "relayed", state: "theirs" }, "me", call);
  const repeated = {
    ...call,
    params: { arguments: { y: 2, x: 1 }, name: "a__b", inputResponses: {}, requestState: sealed },
  };
  assert.deepEqual(states.open(sealed, "me", repeated), { kind: "relayed", state: "theirs" });
  const parked = states.seal({ kind: "parked", id: "p", round: 3 }, "me", call);
  assert.deepEqual(states.open(parked, "me", call), { kind: "parked", id: "p", round: 3 });
});

test("a state that is altered, another caller's, another request's or too old is refused", () => {
  verifies("mrtr.state-integrity", "mrtr.state-bound");
  const clock = new ManualClock();
  const states = new RequestStates(Buffer.alloc(32, 1), clock);
  const sealed = states.seal({ kind: "relayed", state: "theirs" }, "me", call);
  for (let at = 0; at < sealed.length - 1; at += 1) {
    const other = sealed[at] === "A" ? "B" : "A";
    assert.throws(() => states.open(sealed.slice(0, at) + other + sealed.slice(at + 1), "me", call), /altered/);
  }
  assert.throws(() => states.open("", "me", call), /altered/);
  assert.throws(() => states.open("x".repeat(10_000), "me", call), /altered/);
  assert.throws(() => states.open(sealed, "you", call), /not this caller's/);
  assert.throws(
    () => states.open(sealed, "me", { ...call, params: { ...call.params, name: "a__c" } }),
    /another request/,
  );
  const elsewhere = new RequestStates(Buffer.alloc(32, 2), clock);
  assert.throws(() => elsewhere.open(sealed, "me", call), /altered/);
  clock.advance(answerMs);
  assert.throws(() => states.open(sealed, "me", call), /too old/);
});
