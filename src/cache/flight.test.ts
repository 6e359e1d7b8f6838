import assert from "node:assert/strict";
import { test } from "node:test";
import { Flight } from "./flight.ts";

function stand() {
  const flight = new Flight<string>([], "ada", 0);
  const [first, second] = [new AbortController(), new AbortController()];
  const led = flight.lead(first.signal, (value) => value);
  const joined = flight.join(second.signal, "bob");
  return { flight, first, second, led, joined };
}

test("who leaves a flight is told why at once, and only the last one ends it", async () => {
  const { flight, first, second, led, joined } = stand();
  first.abort(new Error("the first left"));
  await assert.rejects(led, /the first left/);
  assert.equal(flight.controller.signal.aborted, false);
  second.abort(new Error("the second left"));
  await assert.rejects(joined, /the second left/);
  assert.equal(flight.controller.signal.reason, second.signal.reason);
});

test("a flight that goes on although nobody waits is not ended by who leaves it", async () => {
  const { flight, first, second, led, joined } = stand();
  flight.keep();
  for (const controller of [first, second]) controller.abort(new Error("left"));
  await Promise.allSettled([led, joined]);
  assert.equal(flight.controller.signal.aborted, false);
});

test("what is claimed is left to whoever began it, also by those who come later", async () => {
  const { flight, second, led, joined } = stand();
  flight.claim();
  assert.deepEqual(await Promise.all([joined, flight.join(second.signal, "ada")]), ["alone", "alone"]);
  flight.land("answer", "none");
  assert.equal(await led, "answer");
});

test("an answer for one user is that of nobody else who waited", async () => {
  const { flight, second, led, joined } = stand();
  const own = flight.join(second.signal, "ada");
  flight.land("answer", "user");
  assert.deepEqual(await Promise.all([led, joined, own]), ["answer", "alone", { value: "answer" }]);
});
