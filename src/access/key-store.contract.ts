import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApiKey, hashOf } from "./api-key.ts";
import type { KeyStore } from "./key-store.ts";

/** A store under test. `settle` makes what was noted so far readable by whoever opens it next. */
export interface KeyStoreUnderTest {
  readonly store: KeyStore;
  readonly settle: () => KeyStore;
}

function keyOf(id: string, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id,
    name: `the key ünd ${id}`,
    role: "user",
    grants: ["files/read_*", "read:profile:dev"],
    hash: new Uint8Array(hashOf(id)),
    createdAt: 1000,
    expiresAt: undefined,
    usedAt: undefined,
    ...more,
  };
}

/** What every store of API keys must do. */
export function testKeyStore(name: string, open: () => KeyStoreUnderTest): void {
  test(`${name}: a key is there as it was when it was added, and those after it after it`, () => {
    const { store, settle } = open();
    assert.deepEqual(store.all(), []);
    const keys = [
      keyOf("b1"),
      keyOf("a2", { role: "admin", grants: [], createdAt: 2000, expiresAt: 9_000_000_000_000 }),
    ];
    for (const key of keys) store.add(key);
    assert.deepEqual(store.all(), keys);
    assert.deepEqual(settle().all(), keys);
  });

  test(`${name}: a removed key is gone, once`, () => {
    const { store, settle } = open();
    store.add(keyOf("a1"));
    store.add(keyOf("b2", { createdAt: 2000 }));
    assert.equal(store.remove("a1"), true);
    assert.deepEqual(store.all(), [keyOf("b2", { createdAt: 2000 })]);
    assert.equal(store.remove("a1"), false);
    assert.deepEqual(settle().all(), [keyOf("b2", { createdAt: 2000 })]);
  });

  test(`${name}: when a key was used is kept; of one that is gone it is forgotten`, () => {
    const { store, settle } = open();
    store.add(keyOf("a1"));
    store.used("a1", 5000);
    store.used("gone", 5000);
    assert.deepEqual(settle().all(), [keyOf("a1", { usedAt: 5000 })]);
  });

  test(`${name}: what it changed itself is no news to it`, () => {
    const { store } = open();
    store.hasChanged();
    store.add(keyOf("a1"));
    assert.equal(store.hasChanged(), false);
  });
}
