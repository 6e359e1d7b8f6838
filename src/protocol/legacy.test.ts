import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "./call.ts";
import { codecsFor } from "./codecs.ts";
import { Payload } from "./payload.ts";
import { legacyRevisions } from "./revision.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const codecs = codecsFor({ name: "switchyard", title: "Switchyard", version: "0.0.0" });
const codec = codecs["2025-11-25"];
const caller = { info: { name: "client" }, capabilities: {} };
const kept = { ttlMs: 5, cacheScope: "public" } as const;

test("a call is decoded into its params, its token and the rest of its _meta", () => {
  assert.deepEqual(codec.decodeCall("tools/call", { name: "t", x: 1, _meta: { progressToken: 0, "a/b": 2 } }, caller), {
    method: "tools/call",
    params: { name: "t", x: 1 },
    meta: { "a/b": 2 },
    progressToken: 0,
    logLevel: undefined,
    caller,
  } satisfies Call);
});

test("a call without _meta, or with nothing but a token in it, has none to pass on", () => {
  assert.equal(codec.decodeCall("prompts/get", { name: "p" }, caller).meta, undefined);
  assert.equal(codec.decodeCall("prompts/get", { name: "p", _meta: {} }, caller).meta, undefined);
  assert.equal(codec.decodeCall("prompts/get", { name: "p", _meta: { progressToken: "t" } }, caller).meta, undefined);
  assert.deepEqual(codec.decodeCall("prompts/get", undefined, caller).params, {});
});

for (const meta of [null, [], "text", 1]) {
  test(`_meta of ${JSON.stringify(meta)} is refused`, () => {
    verifies("base.meta-types");
    assert.throws(() => codec.decodeCall("tools/call", { name: "t", _meta: meta }, caller), {
      code: "invalid_params",
      message: "params._meta must be an object",
    });
  });
}

for (const progressToken of [null, 1.5, {}, true]) {
  test(`a progress token of ${JSON.stringify(progressToken)} is refused`, () => {
    verifies("progress.token-type");
    assert.throws(() => codec.decodeCall("tools/call", { _meta: { progressToken } }, caller), {
      code: "invalid_params",
      message: "params._meta.progressToken must be a string or an integer",
    });
  });
}

test("a call without _meta is encoded without", () => {
  const call = codec.decodeCall("tools/call", { name: "t" }, caller);
  assert.deepEqual(codec.encodeCall(call, undefined), { name: "t" });
  assert.deepEqual(codec.encodeCall(call, 9), { name: "t", _meta: { progressToken: 9 } });
  assert.deepEqual(codec.encodeParams({ cursor: "c" }), { cursor: "c" });
});

test("what came with a later revision is left out towards an older upstream", () => {
  verifies("lifecycle.revision-members");
  const params = { ref: { type: "ref/prompt", name: "p" }, argument: { name: "a", value: "" }, context: {} };
  const call = codec.decodeCall("completion/complete", params, caller);
  for (const revision of legacyRevisions) {
    const hasContext = revision === "2025-06-18" || revision === "2025-11-25";
    assert.equal("context" in codecs[revision].encodeCall(call, undefined), hasContext, revision);
  }
  assert.ok("context" in call.params, "the call itself is not changed");
});

test("a member of the same name in another request is not left out", () => {
  verifies("lifecycle.revision-members");
  const call = codec.decodeCall("tools/call", { name: "t", context: 1 }, caller);
  assert.equal(codecs["2024-11-05"].encodeCall(call, undefined)["context"], 1);
});

test("what 2026-07-28 added to results is taken off for a legacy client", () => {
  const result = Payload.ofText(Buffer.from('{"resultType":"complete","ttlMs":1,"cacheScope":"public","contents":[]}'));
  assert.deepEqual(codec.encodeResult("resources/read", result, kept).value, { contents: [] });
  assert.deepEqual(codec.encodeResult("resources/read", Payload.of({ ttlMs: 1, a: 2 }), kept).value, { a: 2 });
});

test("a result that has nothing to take off stays byte for byte what it was", () => {
  const plain = Payload.ofText(Buffer.from('{"n":12345678901234567890}'));
  assert.equal(codec.encodeResult("tools/call", plain, kept), plain);
  const inner = Payload.ofText(Buffer.from('{"structuredContent":{"resultType":"mine","ttlMs":3,"cacheScope":4}}'));
  assert.equal(codec.encodeResult("tools/call", inner, kept), inner);
});

test("an upstream's result is complete, whatever it says", () => {
  assert.equal(codec.decodeResult(Payload.of({ resultType: "input_required" })), "complete");
});

test("a resource that we did not find has the legacy code, and no other error changes", () => {
  verifies("resources.not-found-legacy");
  const ours = { code: -32602, message: "No resource", data: { gateway: true, code: "resource_not_found" } };
  assert.deepEqual(codec.encodeError(ours, "resources/read"), { ...ours, code: -32002 });
  assert.deepEqual(codec.encodeError(ours, "tools/call"), ours);
  const others = [
    { code: -32602, message: "theirs" },
    { code: -32602, message: "theirs", data: { code: "resource_not_found" } },
    { code: -32602, message: "ours", data: { gateway: true, code: "invalid_params" } },
    { code: -32603, message: "ours", data: { gateway: true, code: "resource_not_found" } },
  ];
  for (const error of others) assert.deepEqual(codec.encodeError(error, "resources/read"), error);
});
