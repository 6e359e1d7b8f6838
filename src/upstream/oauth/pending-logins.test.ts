import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../core/manual-clock.ts";
import { PendingLogins, loginMs, maxPending } from "./pending-logins.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const login = { upstream: "a", complete: () => Promise.resolve() };

test("a state is long, never the same, and serves once", () => {
  verifies("auth.state");
  const logins = new PendingLogins(new ManualClock());
  const state = logins.newState();
  assert.match(state, /^[\w-]{43}$/);
  assert.notEqual(logins.newState(), state);
  logins.add(state, login);
  assert.equal(logins.take("another"), undefined);
  assert.equal(logins.take(state), login);
  assert.equal(logins.take(state), undefined);
});

test("a state is good for ten minutes from when it was added, and then forgotten", () => {
  verifies("auth.state");
  const clock = new ManualClock();
  const logins = new PendingLogins(clock);
  logins.add("early", login);
  clock.advance(1);
  logins.add("late", login);
  clock.advance(loginMs - 1);
  assert.equal(logins.take("early"), undefined);
  assert.equal(logins.take("late"), login);
  assert.equal(logins.size, 0);
  assert.equal(clock.pending, 0);
});

test("however many logins are begun, only so many are remembered, the latest ones", () => {
  const logins = new PendingLogins(new ManualClock());
  for (let number = 0; number < maxPending + 5; number += 1) logins.add(String(number), login);
  assert.equal(logins.size, maxPending);
  assert.equal(logins.take("4"), undefined);
  assert.equal(logins.take("5"), login);
  assert.equal(logins.take(String(maxPending + 4)), login);
});
