import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject } from "../core/json.ts";
import type { Call } from "./call.ts";
import { codecsFor } from "./codecs.ts";
import { Payload } from "./payload.ts";
import { eraOf, revisions } from "./revision.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const codecs = codecsFor({ name: "switchyard", title: "Switchyard", version: "0.0.0" });
const kept = { ttlMs: 0, cacheScope: "private" } as const;
const call: Call = {
  method: "tools/call",
  params: { name: "echo", arguments: { a: 1 }, vendorMember: [true] },
  meta: { "example.com/key": { b: 2 }, traceparent: "00-1-2-01" },
  progressToken: "theirs",
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
};

for (const revision of revisions) {
  const codec = codecs[revision];

  test(`${revision}: the codec says what it is`, () => {
    assert.equal(codec.revision, revision);
    assert.equal(codec.era, eraOf(revision));
  });

  test(`${revision}: members of a call that nobody here knows reach the upstream`, () => {
    const { _meta, ...params } = codec.encodeCall(call, 7);
    assert.deepEqual(params, call.params);
    assert.ok(isJsonObject(_meta));
    const { progressToken, traceparent, "example.com/key": vendor } = _meta;
    assert.equal(progressToken, 7, "the token is ours, not the caller's");
    assert.equal(traceparent, "00-1-2-01");
    assert.deepEqual(vendor, { b: 2 });
  });

  test(`${revision}: a call that wants no progress carries no token`, () => {
    verifies("progress.unasked");
    const { _meta } = codec.encodeCall({ ...call, progressToken: undefined }, undefined);
    assert.ok(isJsonObject(_meta) && !("progressToken" in _meta));
  });

  test(`${revision}: encoding changes neither the call nor its parts`, () => {
    const before = structuredClone(call);
    codec.encodeCall(call, 7);
    assert.deepEqual(call, before);
  });

  test(`${revision}: members of a result that nobody here knows reach the downstream`, () => {
    const result = Payload.ofText(Buffer.from('{"content":[],"structuredContent":[1],"x":{"y":null},"_meta":{"z":1}}'));
    const { content, structuredContent, x, _meta } = codec.encodeResult("tools/call", result, kept).value;
    assert.deepEqual({ content, structuredContent, x }, { content: [], structuredContent: [1], x: { y: null } });
    assert.ok(isJsonObject(_meta) && _meta["z"] === 1);
  });

  test(`${revision}: an error of an upstream's own passes through unchanged`, () => {
    verifies("base.codes-meaningless");
    const error = { code: -32000, message: "its own", data: { any: ["thing"] } };
    assert.deepEqual(codec.encodeError(error, "tools/call"), error);
  });

  test(`${revision}: a notification keeps its members`, () => {
    const notification = { method: "notifications/progress", params: { progressToken: 1, progress: 2, x: 3 } };
    assert.deepEqual(codec.encodeNotification(notification), notification);
  });
}
