import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdempotencyStore, KeptCall } from "./idempotency-store.ts";

/** What every store of calls with keys does. `open` gives a store; `reopen` gives what a later process finds. */
export function idempotencyStoreContract(
  name: string,
  open: () => { readonly store: IdempotencyStore; readonly reopen: () => IdempotencyStore },
): void {
  test(`${name}: what was kept is found again, with or without its answer`, () => {
    const { store, reopen } = open();
    assert.deepEqual(store.read(0, 10), []);
    store.keep(call("a", 1));
    store.keep(call("b", 2));
    store.keep(call("b", 2, '{"x":"ü"}'));
    assert.deepEqual(reopen().read(0, 10), [call("a", 1), call("b", 2, '{"x":"ü"}')]);
  });

  test(`${name}: what is forgotten, too old or too much is not found again`, () => {
    const { store, reopen } = open();
    for (const [at, id] of ["old", "a", "gone", "b", "c"].entries()) store.keep(call(id, at));
    store.forget("gone");
    assert.deepEqual(
      reopen()
        .read(1, 2)
        .map(({ id }) => id),
      ["b", "c"],
    );
    assert.deepEqual(
      reopen()
        .read(0, 10)
        .map(({ id }) => id),
      ["b", "c"],
    );
  });
}

function call(id: string, begunAt: number, answer?: string): KeptCall {
  return { id, fingerprint: `f-${id}`, begunAt, answer };
}
