import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { holdsKey, isKey, newKeyText } from "./api-key.ts";
import { testKeyStore } from "./key-store.contract.ts";
import { type KeyStore, memoryKeys } from "./key-store.ts";
import { Keyring } from "./keyring.ts";
import type { Principal } from "./principal.ts";

testKeyStore("memory", () => {
  const store = memoryKeys();
  return { store, settle: () => store };
});

function newRing(store: KeyStore = memoryKeys(), isWatching = true) {
  const clock = new ManualClock(1_000_000);
  const ended: string[] = [];
  const ring = new Keyring({
    store,
    clock,
    random: randomBytes,
    isWatching,
    onEnded: ({ id }) => {
      ended.push(id);
    },
  });
  return { ring, clock, ended, store };
}

const wish = { name: "ci", role: "user", grants: ["files"], expiresAt: undefined } as const;

/** What is told to whoever has something open in the name of a principal. */
function endOf({ tenure }: Principal): () => string | undefined {
  let told: string | undefined;
  tenure.during(({ code, message }) => {
    told = `${code}: ${message}`;
  });
  return () => told;
}

test("a key lets in whom it was made for, and is kept nowhere", () => {
  const { ring, store } = newRing();
  const { text, key } = ring.create(wish);
  assert.match(text, /^swy_[0-9a-f]{12}_[\w-]{43}$/);
  assert.equal(ring.find(text)?.id, `key ${key.id}`);
  assert.equal(ring.find(text), ring.find(text), "always the same principal");
  assert.ok(!JSON.stringify([store.all(), ring.list()]).includes(text.slice(-43)));
});

test("what is not exactly a key lets nobody in", () => {
  const { ring } = newRing();
  const { text, key } = ring.create(wish);
  const other = ring.create({ ...wish, name: "other" });
  const last = text.at(-1) === "A" ? "B" : "A";
  const wrong = [
    text.slice(0, -1) + last,
    text.slice(0, -1),
    `${text}A`,
    text.toUpperCase(),
    `swy_${key.id}_${other.text.slice(-43)}`,
    `swy_${"0".repeat(12)}_${text.slice(-43)}`,
    `swy_${key.id}_`,
    `swy___proto___${text.slice(-43)}`,
    key.id,
    "",
  ];
  for (const each of wrong) assert.equal(ring.find(each), undefined, each);
});

test("a revoked key ends at once all that is open in its name, and lets nobody in again", () => {
  const { ring, ended } = newRing();
  const { text, key } = ring.create(wish);
  const principal = ring.find(text);
  assert.ok(principal);
  const told = endOf(principal);
  ring.revoke(key.id);
  assert.equal(told(), `unauthenticated: The API key ${key.id} was revoked`);
  assert.ok(principal.tenure.isOver);
  assert.equal(endOf(principal)(), told(), "also what is begun just then");
  assert.equal(ring.find(text), undefined);
  assert.equal(ring.principal(principal.id), undefined);
  assert.deepEqual(ended, [principal.id]);
  assert.throws(() => {
    ring.revoke(key.id);
  }, /There is no API key/);
});

test("a key runs out when its time has come, whether it is used then or not", () => {
  const { ring, clock } = newRing();
  const { text } = ring.create({ ...wish, expiresAt: clock.now() + 5000 });
  const open = ring.find(text);
  assert.ok(open);
  const told = endOf(open);
  clock.advance(4999);
  assert.ok(ring.find(text));
  clock.advance(1001);
  assert.match(told() ?? "", /has run out/);
  assert.equal(ring.find(text), undefined);
  ring.close();
  ring.close();
  assert.equal(clock.pending, 0);
});

test("what another process makes or revokes is noticed within a second", () => {
  const store = memoryKeys();
  let hasChanged = false;
  const shared = {
    ...store,
    hasChanged: () => {
      const was = hasChanged;
      hasChanged = false;
      return was;
    },
  };
  const { ring, clock } = newRing(shared);
  const other = newRing(store, false).ring;
  const { text, key } = other.create(wish);
  assert.equal(ring.find(text), undefined);
  hasChanged = true;
  clock.advance(1000);
  const found = ring.find(text);
  assert.ok(found);
  const told = endOf(found);
  other.revoke(key.id);
  hasChanged = true;
  clock.advance(1000);
  assert.match(told() ?? "", /was revoked/);
});

test("a key whose grants make no sense, as a later version may have made it, is no key", () => {
  const { ring, store } = newRing();
  const { text, key } = ring.create(wish);
  const [kept] = store.all();
  assert.ok(kept);
  store.remove(key.id);
  store.add({ ...kept, grants: ["files", "someday:files"] });
  assert.equal(newRing(store).ring.find(text), undefined);
});

test("a key that makes no sense is not made", () => {
  const { ring, clock } = newRing();
  const refused = (wrong: object): string => {
    try {
      ring.create({ ...wish, ...wrong });
    } catch (thrown) {
      if (thrown instanceof GatewayError && thrown.code === "invalid_params") return thrown.message;
    }
    return assert.fail("it was made");
  };
  assert.match(refused({ name: " " }), /needs a name/);
  assert.match(refused({ name: "a\nb" }), /needs a name/);
  assert.match(refused({ grants: ["files", "no grant!"] }), /The grant "no grant!" must be \[read:\]UPSTREAM/);
  assert.match(refused({ grants: Array.from({ length: 101 }, () => "a") }), /100 grants, got 101/);
  assert.match(refused({ expiresAt: clock.now() }), /later than now/);
  assert.deepEqual(ring.list(), []);
});

test("keys are compared without telling how much of them fits", () => {
  const { text } = newKeyText(randomBytes);
  assert.equal(isKey(text, new Uint8Array(32)), false);
  assert.equal(isKey(text, new Uint8Array(3)), false, "and what is kept may be damaged");
});

test("a key is known anywhere in a text", () => {
  const { text } = newKeyText(randomBytes);
  assert.ok(holdsKey(`/mcp?a=${text}&b`));
  assert.ok(!holdsKey("/mcp/u/swy_files"));
});
