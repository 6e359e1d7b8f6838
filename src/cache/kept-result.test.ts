import assert from "node:assert/strict";
import { test } from "node:test";
import { Payload } from "../protocol/payload.ts";
import { keptResult } from "./kept-result.ts";
import { maxUseLength, maxUses } from "../protocol/uses.ts";

function kept(text: string) {
  return keptResult(Payload.ofText(Buffer.from(text)));
}

test("a result is kept without what a revision adds to it, and with every byte of the rest", () => {
  const found = kept(
    '{"resultType":"complete", "n":1.0,"ttlMs":5000,"cacheScope":"public","_meta":{"v":12345678901234567890}}',
  );
  assert.equal(found?.text.toString(), '{"_meta":{"v":12345678901234567890},"n":1.0}');
  assert.deepEqual([found?.ttlMs, found?.cacheScope], [5000, "public"]);
  assert.equal(kept("{}")?.text.toString(), '{"_meta":{}}');
  assert.equal(kept("{}")?.text.buffer.byteLength, 12, "it holds no more memory than its own");
});

test("a time that is none is no time, and a scope that nobody knows is private", () => {
  for (const text of ['{"ttlMs":-1}', '{"ttlMs":"1"}', '{"ttlMs":1e999}', '{"ttlMs":null}'])
    assert.equal(kept(text)?.ttlMs, 0, text);
  assert.equal(kept('{"cacheScope":"secret"}')?.cacheScope, "private");
});

test("what a result says that it is made from is known, and stays in it", () => {
  const found = kept('{"n":1,"_meta":{"switchyard/uses":["a","b"],"own":1}}');
  assert.deepEqual(found?.uses, ["a", "b"]);
  assert.equal(found?.text.toString(), '{"_meta":{"switchyard/uses":["a","b"],"own":1},"n":1}');
  assert.deepEqual(kept('{"_meta":{"switchyard/uses":[]}}')?.uses, [], "made from nothing that changes");
  const many = JSON.stringify(Array.from({ length: maxUses + 1 }, String));
  const unusable = ['"a"', "[1]", many, JSON.stringify(["x".repeat(maxUseLength + 1)])];
  for (const uses of unusable) assert.equal(kept(`{"_meta":{"switchyard/uses":${uses}}}`)?.uses, undefined, uses);
  assert.equal(kept('{"content":[{"_meta":{"switchyard/uses":["a"]}}]}')?.uses, undefined);
});

test("failures, questions, tasks, substitutes and what is no object are not kept", () => {
  const never = [
    '{"isError":true}',
    '{"isError":null}',
    '{"resultType":"input_required"}',
    '{"resultType":"task"}',
    '{"_meta":{"switchyard/fallback":{}}}',
    '{"_meta":{"\\u0073witchyard/error":1,"switchyard/":0}}',
    '{"_meta":1}',
    "[]",
    '{"a":1',
  ];
  for (const text of never) assert.equal(kept(text), undefined, text);
  assert.ok(kept('{"isError":false,"content":[{"isError":true,"_meta":{"switchyard/x":1}}]}'));
});
