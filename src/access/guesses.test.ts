import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { Guesses, maxAddresses, maxGuesses } from "./guesses.ts";

test("an address that was wrong too often in a minute waits until that is over; others do not", () => {
  const clock = new ManualClock();
  const guesses = new Guesses(clock);
  for (let at = 0; at < maxGuesses; at += 1) {
    assert.equal(guesses.waitMs("a"), undefined);
    guesses.note("a");
  }
  clock.advance(20_000);
  assert.equal(guesses.waitMs("a"), 40_000);
  assert.equal(guesses.waitMs("b"), undefined);
  clock.advance(40_000);
  assert.equal(guesses.waitMs("a"), undefined);
  guesses.note("a");
  assert.equal(guesses.waitMs("a"), undefined, "it is counted anew");
});

test("so many addresses are remembered, the latest", () => {
  const guesses = new Guesses(new ManualClock());
  const wrong = (address: string): void => {
    for (let at = 0; at < maxGuesses; at += 1) guesses.note(address);
  };
  wrong("first");
  wrong("second");
  for (let at = 0; at < maxAddresses - 1; at += 1) guesses.note(String(at));
  assert.equal(guesses.waitMs("first"), undefined);
  assert.equal(guesses.waitMs("second"), 60_000);
});
