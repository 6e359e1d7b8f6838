import assert from "node:assert/strict";
import { test } from "node:test";
import { Durations, waitText } from "./durations.ts";

test("what is usual comes from the last 64, and is not told before there are 5", () => {
  const durations = new Durations();
  for (const ms of [1, 2, 3, 4]) durations.add("a", ms);
  assert.equal(durations.usual("a"), undefined);
  durations.add("a", 5);
  assert.deepEqual(durations.usual("a"), { p50Ms: 3, p95Ms: 5 });
  for (let ms = 1; ms <= 100; ms += 1) durations.add("a", ms);
  assert.deepEqual(durations.usual("a"), { p50Ms: 68, p95Ms: 97 });
  assert.equal(durations.usual("b"), undefined);
});

test("of too many things the first one is forgotten", () => {
  const durations = new Durations();
  for (let thing = 0; thing < 2001; thing += 1) for (let time = 0; time < 5; time += 1) durations.add(`${thing}`, 7);
  assert.equal(durations.usual("0"), undefined);
  assert.deepEqual(
    [durations.usual("1"), durations.usual("2000")].map((usual) => usual?.p50Ms),
    [7, 7],
  );
});

const texts: readonly (readonly [elapsedMs: number, p50Ms: number | undefined, p95Ms: number, text: string])[] = [
  [20_000, undefined, 0, "still working after 20 s"],
  [20_000, 12_000, 40_000, "still working after 20 s; usually takes 12 s to 40 s"],
  [50_000, 12_000, 40_000, "still working after 50 s; longer than usual (12 s to 40 s)"],
  [10_000, 300, 200_000, "still working after 10 s; usually takes under 1 s to 3 min"],
  [10_000, 12_000, 12_100, "still working after 10 s; usually takes 12 s"],
];

for (const [elapsedMs, p50Ms, p95Ms, text] of texts) {
  test(`after ${elapsedMs} ms of something that takes ${p50Ms} to ${p95Ms}: ${text}`, () => {
    assert.equal(waitText(elapsedMs, p50Ms === undefined ? undefined : { p50Ms, p95Ms }), text);
  });
}
