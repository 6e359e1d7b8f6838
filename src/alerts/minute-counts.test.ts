import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { MinuteCounts, keptMinutes } from "./minute-counts.ts";

test("a window has what was counted in its minutes, for six hours, however the minutes lie", () => {
  const random = seededRandom(11);
  const counts = new MinuteCounts();
  const model: { minute: number; all: number; bad: number }[] = [];
  let minute = 0;
  for (let step = 0; step < 3000; step += 1) {
    minute += random() < 0.01 ? Math.floor(random() * 900) : Math.floor(random() * 3);
    const all = Math.floor(random() * 50);
    const bad = Math.floor(random() * all);
    counts.add(minute, { all, bad });
    model.push({ minute, all, bad });
    const [asked, length] = [minute + Math.floor(random() * 20), [5, 30, 60, keptMinutes][step % 4] ?? 5];
    const within = model.filter(
      (each) => each.minute > asked - length && each.minute <= asked && each.minute > minute - keptMinutes,
    );
    const expected = {
      all: within.reduce((sum, each) => sum + each.all, 0),
      bad: within.reduce((sum, each) => sum + each.bad, 0),
    };
    assert.deepEqual(counts.sum(asked, length), expected, `seed 11, step ${step}`);
  }
});
