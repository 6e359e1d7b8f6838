import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { keyBytes, keyFromSecret, lock, lockedText, newSalt, readLocked, unlock } from "./vault.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const text = JSON.stringify({ token: "very-secret-token" });
const key = randomBytes(keyBytes);

test("a locked text opens with its key and says nothing without it", () => {
  const locked = lock(text, "file", key, newSalt());
  assert.equal(unlock(locked, key), text);
  assert.ok(!lockedText(locked).includes("very-secret-token"));
  assert.throws(() => unlock(locked, randomBytes(keyBytes)));
});

test("a file of it reads back, and no two are alike", () => {
  const salt = newSalt();
  const [one, other] = [lockedText(lock(text, "secret", key, salt)), lockedText(lock(text, "secret", key, salt))];
  const read = readLocked(one);
  assert.ok(read);
  assert.equal(read.key, "secret");
  assert.equal(unlock(read, key), text);
  assert.notEqual(one, other);
});

test("whatever byte is changed, it no longer opens", () => {
  verifies("auth.token-kept");
  const locked = lock(text, "file", key, newSalt());
  for (const part of ["salt", "nonce", "tag", "data"] as const) {
    for (let at = 0; at < locked[part].length; at += 1) {
      const changed = Buffer.from(locked[part]);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => unlock({ ...locked, [part]: changed }, key), `${part} ${at}`);
    }
  }
  assert.throws(() => unlock({ ...locked, key: "secret" }, key));
});

test("what is no locked text is told apart", () => {
  const good = lockedText(lock(text, "file", key, newSalt()));
  for (const wrong of [
    "",
    "{}",
    "null",
    good.slice(0, 40),
    good.replace('"file"', '"x"'),
    good.replace("1", "2"),
    good.replace(/"tag":"[^"]+"/, '"tag":""'),
  ]) {
    assert.equal(readLocked(wrong), undefined, wrong);
  }
});

test("a key from a secret depends on the secret and the salt, and on nothing else", async () => {
  const salt = newSalt();
  const first = await keyFromSecret("correct horse", salt);
  assert.equal(first.length, keyBytes);
  assert.deepEqual(await keyFromSecret("correct horse", salt), first);
  assert.notDeepEqual(await keyFromSecret("correct horse", newSalt()), first);
  assert.notDeepEqual(await keyFromSecret("correct house", salt), first);
});
