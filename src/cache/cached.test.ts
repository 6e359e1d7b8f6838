import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { cached } from "./cached.ts";

interface Order {
  readonly id: number;
  readonly version: number;
}

function stand(options: { readonly staleMs?: number; readonly staleIfErrorMs?: number } = {}) {
  const clock = new ManualClock();
  const state = { version: 1, fetches: 0, isDown: false };
  const order = cached(
    async (id: number): Promise<Order> => {
      state.fetches += 1;
      await Promise.resolve();
      if (state.isDown) throw new Error("down");
      return { id, version: state.version };
    },
    { ttlMs: 1000, ...options, clock, tags: (id) => ["orders", `order ${id}`] },
  );
  return { clock, state, order };
}

test("a function is asked once for equal arguments until its result's time is over", async () => {
  const { clock, state, order } = stand();
  const together = await Promise.all([order(1), order(1), order(2)]);
  assert.deepEqual(
    together,
    [1, 1, 2].map((id) => ({ id, version: 1 })),
  );
  assert.equal(state.fetches, 2);
  clock.advance(999);
  await order(1);
  assert.equal(state.fetches, 2);
  clock.advance(1);
  await order(1);
  assert.equal(state.fetches, 3);
  assert.deepEqual([order.counts().hits, order.counts().misses, order.counts().joined], [1, 3, 1]);
});

test("what is dropped by its tag is fetched anew, and what was being fetched meanwhile is not kept", async () => {
  const { state, order } = stand();
  await Promise.all([order(1), order(2)]);
  state.version = 2;
  order.drop("order 1");
  assert.deepEqual([(await order(1)).version, (await order(2)).version], [2, 1]);
  order.drop();
  const under = order(2);
  state.version = 3;
  order.drop("orders");
  await under;
  assert.equal((await order(2)).version, 3);
});

test("a failure is not kept, and a result past its time is given instead where that was wanted", async () => {
  const { clock, state, order } = stand({ staleIfErrorMs: 5000 });
  state.isDown = true;
  await assert.rejects(order(1), /down/);
  state.isDown = false;
  await order(1);
  state.isDown = true;
  clock.advance(2000);
  assert.equal((await order(1)).version, 1);
  clock.advance(4000);
  await assert.rejects(order(1), /down/);
});

test("a result past its time is given at once while it is fetched anew", async () => {
  const { clock, state, order } = stand({ staleMs: 1000 });
  await order(1);
  state.version = 2;
  clock.advance(1500);
  assert.equal((await order(1)).version, 1);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(state.fetches, 2);
  assert.equal((await order(1)).version, 2);
});

test("a time that is none is refused with its range", () => {
  assert.throws(
    () => cached(() => Promise.resolve(1), { ttlMs: 0 }),
    /cached\.ttlMs must be a whole number from 1 to 86400000, got 0/,
  );
});
