import assert from "node:assert/strict";
import { test } from "node:test";
import { Drops } from "./drops.ts";

test("what began before a drop is concerned by it, what began after is not", () => {
  const drops = new Drops();
  const before = drops.count;
  drops.add("a");
  const after = drops.count;
  assert.deepEqual([drops.concern(["a", "b"], before), drops.concern(["b"], before)], [true, false]);
  drops.add("b");
  assert.deepEqual([drops.concern(["a"], after), drops.concern(["b"], after)], [false, true]);
  drops.addAll();
  assert.deepEqual([drops.concern([], after), drops.concern(["a"], drops.count)], [true, false]);
});

test("where more is dropped than is remembered, everything that began before counts as dropped", () => {
  const drops = new Drops();
  const before = drops.count;
  for (let at = 0; at < 1000; at += 1) drops.add(`tag ${at}`);
  assert.equal(drops.concern(["other"], before), false);
  drops.add("one more");
  assert.equal(drops.concern(["other"], before), true);
  const after = drops.count;
  drops.add("tag 1");
  assert.deepEqual([drops.concern(["tag 1"], after), drops.concern(["other"], after)], [true, false]);
});
