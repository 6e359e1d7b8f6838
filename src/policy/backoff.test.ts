import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { AttemptBudget, backoffDefaults, delayAfter } from "./backoff.ts";

test("delays double from half a second up to five minutes, half of each by chance", () => {
  const shortest = [0, 1, 2, 5, 10, 100].map((failures) => delayAfter(failures, () => 0));
  const longest = [0, 1, 2, 5, 10, 100].map((failures) => delayAfter(failures, () => 1));
  assert.deepEqual(shortest, [250, 500, 1000, 8000, 150_000, 150_000]);
  assert.deepEqual(longest, [500, 1000, 2000, 16_000, 300_000, 300_000]);
});

test("the attempts of any 24 hours stay within the budget, however they come", () => {
  const random = seededRandom(3);
  const budget = new AttemptBudget(20);
  const times: number[] = [];
  let at = 0;
  while (times.length < 500) {
    at += budget.waitMs(at) + random() * 600_000;
    budget.spend(at);
    times.push(at);
  }
  for (const [index, time] of times.entries()) {
    const earlier = times[index - 20];
    if (earlier !== undefined) assert.ok(time - earlier >= 86_400_000);
  }
});

test("a budget that is not used up delays nothing", () => {
  const budget = new AttemptBudget(3);
  budget.spend(0);
  budget.spend(1);
  assert.equal(budget.waitMs(2), 0);
  budget.spend(2);
  assert.equal(budget.waitMs(3), 86_400_000 - 3);
  assert.equal(budget.waitMs(86_400_000), 0);
});

test("a wrong budget names itself, its range and its value", () => {
  assert.throws(() => new AttemptBudget(0.5), /backoff\.attemptsPerDay must be a whole number from 1, got 0\.5/);
  assert.equal(backoffDefaults.attemptsPerDay, 500);
});
