import assert from "node:assert/strict";
import { test } from "node:test";
import { BriefMap } from "./brief-map.ts";
import { seededRandom } from "./seeded-random.ts";

test("a brief map answers as a Map does, however much has come and gone", () => {
  const random = seededRandom(7);
  const map = new BriefMap<number, string>();
  const model = new Map<number, string>();
  for (let step = 0; step < 20_000; step += 1) {
    const key = Math.floor(random() * 50);
    if (random() < 0.5) {
      map.set(key, `value ${step}`);
      model.set(key, `value ${step}`);
    } else {
      assert.equal(map.delete(key), model.delete(key));
    }
    assert.equal(map.get(key), model.get(key));
    assert.equal(map.has(key), model.has(key));
    assert.equal(map.size, model.size);
  }
  assert.deepEqual(map.keys(), [...model.keys()]);
  assert.deepEqual(map.values(), [...model.values()]);
});

test("a brief map may lose entries while its keys are gone through", () => {
  const map = new BriefMap<number, number>();
  for (let key = 0; key < 2000; key += 1) map.set(key, key);
  for (const key of map.keys()) map.delete(key);
  assert.equal(map.size, 0);
});
