import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { AllCounts } from "./counts.ts";
import { type Entry, MemoryTier, entryOverheadBytes } from "./memory-tier.ts";

const counts = new AllCounts();

function entry(key: string, bytes: number, tags: readonly string[] = []): Entry<Buffer> {
  const times = { storedAt: 0, freshUntil: 1, staleUntil: 1, errorUntil: 1, costMs: 1 };
  const value = Buffer.alloc(0);
  return {
    key,
    value,
    bytes: bytes + entryOverheadBytes,
    tags,
    counts: counts.of("up", "tool"),
    user: undefined,
    ...times,
  };
}

test("however much is kept and however large, it takes no more than its room, and what is not kept has no tags", () => {
  const random = seededRandom(3);
  const maxBytes = 4 * 1024 ** 2;
  const tier = new MemoryTier<Buffer>(maxBytes);
  for (let step = 0; step < 20_000; step += 1) {
    const key = String(Math.floor(random() * 5000));
    tier.set(entry(key, Math.floor(random() ** 12 * 400_000), [`tag ${Math.floor(random() * 50)}`, `only ${key}`]));
    if (random() < 0.005) tier.dropTagged(`tag ${Math.floor(random() * 50)}`);
    assert.ok(tier.bytes <= maxBytes);
    assert.ok(tier.tagCount <= tier.size + 50);
  }
  const { total } = counts.read();
  assert.deepEqual([total.entries, total.bytes], [tier.size, tier.bytes]);
  assert.ok(tier.size > 100, "something is kept");
  assert.ok(total.evicted > 1000 && total.invalidated > 100, JSON.stringify(total));
  tier.dropWhere(() => true);
  assert.deepEqual([tier.size, tier.bytes, tier.tagCount], [0, 0, 0]);
});

test("one that takes more than an eighth of the room is not kept, and what was there under its key is gone", () => {
  const tier = new MemoryTier<Buffer>(80_000);
  assert.equal(tier.set(entry("a", 100)), true);
  assert.equal(tier.set(entry("a", 20_000)), false);
  assert.equal(tier.get("a"), undefined);
  assert.equal(tier.bytes, 0);
  assert.equal(new MemoryTier<Buffer>(0).set(entry("a", 1)), false);
});

test("what was not used for longest goes first", () => {
  const tier = new MemoryTier<Buffer>(10 * (entryOverheadBytes + 1000));
  for (let key = 0; key < 10; key += 1) tier.set(entry(String(key), 1000));
  assert.ok(tier.get("0"));
  tier.set(entry("10", 1000));
  assert.equal(tier.get("1"), undefined);
  assert.ok(tier.get("0"));
});

test("tools beyond the bound are counted together", () => {
  const few = new AllCounts(2);
  for (const name of ["a", "b", "c", "d"]) few.of("up", name).hits += 1;
  assert.deepEqual(
    few.read().tools.map(({ tool, hits }) => [tool, hits]),
    [
      ["a", 1],
      ["b", 1],
      ["*", 2],
    ],
  );
});
