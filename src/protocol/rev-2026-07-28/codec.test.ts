import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../core/json.ts";
import type { Call } from "../call.ts";
import { Payload } from "../payload.ts";
import { modernCodec, readRequestMeta } from "./codec.ts";
import { metaKeys } from "./meta.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const identity = { name: "switchyard", title: "Switchyard", version: "0.0.0" };
const codec = modernCodec(identity);
const nobody = { info: undefined, capabilities: {} };
const kept = { ttlMs: 5, cacheScope: "public" } as const;
const required = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: { roots: {} } };
const serverInfo = { [metaKeys.serverInfo]: identity };

function text(json: string): Payload {
  return Payload.ofText(Buffer.from(json));
}

test("a call's reserved keys become members of its own, and the rest of _meta passes through", () => {
  verifies("base.meta-opaque");
  const meta = {
    ...required,
    [metaKeys.clientInfo]: { name: "client" },
    [metaKeys.logLevel]: "warning",
    progressToken: "p",
    traceparent: "00-1-2-01",
    "example.com/key": [1],
  };
  assert.deepEqual(codec.decodeCall("tools/call", { name: "t", x: null, _meta: meta }, nobody), {
    method: "tools/call",
    params: { name: "t", x: null },
    meta: { traceparent: "00-1-2-01", "example.com/key": [1] },
    progressToken: "p",
    logLevel: "warning",
    caller: { info: { name: "client" }, capabilities: { roots: {} } },
  } satisfies Call);
});

test("a key of _meta that JavaScript gives a meaning of its own passes through like any other", () => {
  verifies("base.meta-opaque");
  const params: JsonObject = { _meta: JSON.parse(`{"__proto__":{"a":1},${JSON.stringify(required).slice(1)}`) };
  const { meta } = codec.decodeCall("tools/call", params, nobody);
  assert.equal(JSON.stringify(meta), '{"__proto__":{"a":1}}');
});

test("a call with nothing but reserved keys has no _meta to pass on", () => {
  assert.equal(codec.decodeCall("tools/call", { _meta: required }, nobody).meta, undefined);
});

const version = `params._meta["${metaKeys.protocolVersion}"]`;
const capabilities = `params._meta["${metaKeys.clientCapabilities}"]`;
const malformed: readonly {
  readonly params: Readonly<Record<string, unknown>> | undefined;
  readonly message: string;
}[] = [
  { params: undefined, message: "params._meta must be an object" },
  { params: {}, message: "params._meta must be an object" },
  { params: { _meta: null }, message: "params._meta must be an object" },
  { params: { _meta: [] }, message: "params._meta must be an object" },
  { params: { _meta: {} }, message: `${version} must be a string` },
  { params: { _meta: { ...required, [metaKeys.protocolVersion]: 20260728 } }, message: `${version} must be a string` },
  { params: { _meta: { [metaKeys.protocolVersion]: "2026-07-28" } }, message: `${capabilities} must be an object` },
  {
    params: { _meta: { ...required, [metaKeys.clientCapabilities]: [] } },
    message: `${capabilities} must be an object`,
  },
  {
    params: { _meta: { ...required, progressToken: 1.5 } },
    message: "params._meta.progressToken must be a string or an integer",
  },
  {
    params: { _meta: { ...required, [metaKeys.logLevel]: "loud" } },
    message: `params._meta["${metaKeys.logLevel}"] must be a log level from debug to emergency`,
  },
];

for (const { params, message } of malformed) {
  test(`a call with ${JSON.stringify(params)} is refused`, () => {
    verifies("base.meta-required");
    assert.throws(() => codec.decodeCall("tools/call", params, nobody), { code: "invalid_params", message });
  });
}

test("what a request says of its sender is read, and an identity that is no object counts as none", () => {
  verifies("base.meta-info-display");
  assert.deepEqual(readRequestMeta({ _meta: { ...required, [metaKeys.clientInfo]: "me" } }), {
    protocolVersion: "2026-07-28",
    caller: { info: undefined, capabilities: { roots: {} } },
  });
});

test("a call to an upstream carries our identity, the caller's capabilities, and our token", () => {
  verifies("base.meta-sent", "progress.token-unique");
  const call: Call = {
    method: "tools/call",
    params: { name: "t", inputResponses: { a: {} }, requestState: "s" },
    meta: { traceparent: "00-1-2-01", [metaKeys.protocolVersion]: "forged" },
    progressToken: "theirs",
    logLevel: "info",
    caller: { info: { name: "client" }, capabilities: { sampling: {}, "x/y": 1 } },
  };
  assert.deepEqual(codec.encodeCall(call, 7), {
    name: "t",
    inputResponses: { a: {} },
    requestState: "s",
    _meta: {
      traceparent: "00-1-2-01",
      [metaKeys.protocolVersion]: "2026-07-28",
      [metaKeys.clientInfo]: identity,
      [metaKeys.clientCapabilities]: { sampling: {}, "x/y": 1 },
      [metaKeys.logLevel]: "info",
      progressToken: 7,
    },
  });
});

test("any other request to an upstream carries our identity and no capabilities", () => {
  verifies("base.meta-sent");
  assert.deepEqual(codec.encodeParams({ cursor: "c" }), {
    cursor: "c",
    _meta: {
      [metaKeys.protocolVersion]: "2026-07-28",
      [metaKeys.clientInfo]: identity,
      [metaKeys.clientCapabilities]: {},
    },
  });
});

test("a result of a legacy upstream gets its kind and our name before its own bytes", () => {
  verifies("base.result-type");
  const dressed = codec.encodeResult("tools/call", text('{"n":12345678901234567890}'), kept);
  assert.equal(
    dressed.text.toString(),
    `{"resultType":"complete","_meta":${JSON.stringify(serverInfo)},"n":12345678901234567890}`,
  );
});

for (const empty of ["{}", "{ }", "{\n\t}"]) {
  test(`the empty result ${JSON.stringify(empty)} is dressed too`, () => {
    verifies("base.result-type");
    const dressed = codec.encodeResult("tools/call", text(empty), kept);
    assert.deepEqual(JSON.parse(dressed.text.toString()), { resultType: "complete", _meta: serverInfo });
  });
}

test("a result with _meta of its own keeps it, beside our name", () => {
  verifies("base.meta-server-info");
  const dressed = codec.encodeResult("tools/call", text('{"content":[],"_meta":{"a/b":1}}'), kept);
  assert.deepEqual(dressed.value, { resultType: "complete", content: [], _meta: { ...serverInfo, "a/b": 1 } });
});

const theirs = { [metaKeys.serverInfo]: { name: "theirs" } };
const metaFirst: readonly { readonly own: string; readonly dressed: JsonObject }[] = [
  { own: '{"_meta":{},"content":[]}', dressed: { _meta: serverInfo, content: [] } },
  { own: '{"_meta":{ }}', dressed: { _meta: serverInfo } },
  { own: '{"_meta":{"a/b":{"}":1}},"n":1}', dressed: { _meta: { ...serverInfo, "a/b": { "}": 1 } }, n: 1 } },
  { own: `{"_meta":${JSON.stringify(theirs)},"n":1}`, dressed: { _meta: theirs, n: 1 } },
  {
    own: '{"_meta":{},"content":[{"_meta":{"resultType":"x"}}]}',
    dressed: { _meta: serverInfo, content: [{ _meta: { resultType: "x" } }] },
  },
];

for (const { own, dressed } of metaFirst) {
  test(`the result ${own}, which begins with its _meta, has each member of its dress once`, () => {
    const encoded = codec.encodeResult("tools/call", text(own), kept).text.toString();
    assert.deepEqual(JSON.parse(encoded), { resultType: "complete", ...dressed });
    assert.equal(
      encoded.length,
      JSON.stringify({ resultType: "complete", ...dressed }).length + own.split(" ").length - 1,
    );
  });
}

test("a result that begins with its _meta and says its kind after it is complete once", () => {
  const own = text('{"_meta":{},"resultType":"complete","n":1}');
  assert.deepEqual(codec.encodeResult("tools/call", own, kept).value, {
    _meta: serverInfo,
    resultType: "complete",
    n: 1,
  });
});

test("the words of the dress inside a result are no dress", () => {
  const dressed = codec.encodeResult("tools/call", text('{"structuredContent":{"resultType":"x","_meta":{}}}'), kept);
  assert.deepEqual(dressed.value, {
    resultType: "complete",
    structuredContent: { resultType: "x", _meta: {} },
    _meta: serverInfo,
  });
});

test("a result that is fully dressed stays byte for byte what it was", () => {
  verifies("base.meta-server-info");
  const own = text(`{"resultType":"complete","_meta":{"${metaKeys.serverInfo}":{"name":"theirs"}},"n":1.0}`);
  assert.equal(codec.encodeResult("tools/call", own, kept), own);
});

test("what a result holds is told from its own last members, not from those of something inside it", () => {
  const end = `"resultType":"complete","_meta":{"${metaKeys.serverInfo}":{"name":"theirs"}}`;
  const own = text(`{"content":[],${end}}`);
  assert.equal(codec.decodeResult(own), "complete");
  assert.equal(codec.encodeResult("tools/call", own, kept), own);
  const inside = text(`{"resultType":"input_required","structuredContent":{"n":1,${end}}}`);
  assert.equal(codec.decodeResult(inside), "input_required");
  const undressed = codec.encodeResult("tools/call", text(`{"structuredContent":{"n":1,${end}}}`), kept);
  assert.deepEqual(undressed.value["_meta"], serverInfo);
});

for (const method of [
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]) {
  test(`a complete result of ${method} says how long it may be kept, in the upstream's words where it has any`, () => {
    verifies("caching.hints");
    const { ttlMs, cacheScope } = codec.encodeResult(method, text('{"a":1}'), kept).value;
    assert.deepEqual({ ttlMs, cacheScope }, kept);
    const own = codec.encodeResult(method, text('{"ttlMs":60000,"cacheScope":"private"}'), kept).value;
    assert.deepEqual([own["ttlMs"], own["cacheScope"]], [60_000, "private"]);
  });
}

test("a result that asks for input, and one of another method, say nothing of how long they may be kept", () => {
  verifies("caching.others");
  const asking = codec.encodeResult("resources/read", text('{"resultType":"input_required","requestState":"s"}'), kept);
  assert.deepEqual(asking.value, { resultType: "input_required", requestState: "s", _meta: serverInfo });
  assert.ok(!("ttlMs" in codec.encodeResult("tools/call", text('{"a":1}'), kept).value));
});

for (const [retired, now] of [
  [-32002, -32602],
  [-32042, -32603],
] as const) {
  test(`the code ${retired} of older revisions is sent as ${now}`, () => {
    verifies("base.codes-retired");
    const error = { code: retired, message: "m", data: { uri: "x" } };
    assert.deepEqual(codec.encodeError(error, "resources/read"), { ...error, code: now });
  });
}

test("the kind of an upstream's result is read, and an absent one means complete", () => {
  verifies("base.result-type-absent");
  assert.equal(codec.decodeResult(text('{"content":[]}')), "complete");
  assert.equal(codec.decodeResult(text('{"resultType":"complete","content":[]}')), "complete");
  assert.equal(codec.decodeResult(text('{"content":[],"resultType":"complete"}')), "complete");
  assert.equal(codec.decodeResult(text('{"content":[],"resultType":"input_required"}')), "input_required");
  assert.equal(codec.decodeResult(text('{"structuredContent":{"resultType":"odd"}}')), "complete");
  assert.equal(codec.decodeResult(Payload.of({ resultType: "input_required" })), "input_required");
});

for (const kind of ['"completed"', "null", "1"]) {
  test(`a result of the kind ${kind} is refused`, () => {
    verifies("base.result-type-unknown");
    assert.throws(() => codec.decodeResult(text(`{"resultType":${kind}}`)), {
      code: "upstream_protocol_error",
      message: `The upstream answered with a result of unknown kind ${kind}`,
    });
  });
}
