import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { callMethods } from "../../src/protocol/call.ts";
import { codecsFor } from "../../src/protocol/codecs.ts";
import { Payload } from "../../src/protocol/payload.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import { eraOf, revisions } from "../../src/protocol/revision.ts";
import { id, json, jsonObject } from "./arbitraries.ts";
import type { Fuzz } from "./fuzz.ts";

const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const codecs = codecsFor(identity);
const revision = fc.constantFrom(...revisions);
const method = fc.constantFrom(...callMethods);

const own: ReadonlySet<string> = new Set(["progressToken", ...Object.values(metaKeys)]);

function without(object: JsonObject, keys: Iterable<string>): JsonObject {
  const left = new Set(keys);
  return Object.fromEntries(Object.entries(object).filter(([key]) => !left.has(key)));
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function plainObject(value: unknown): JsonObject {
  const copy = plain(value);
  assert.ok(isJsonObject(copy));
  return copy;
}

/**
 * A request of any revision, decoded, and encoded for an upstream of any: every member arrives, but those that the upstream's revision
 * lacks, and the reserved ones are the gateway's own.
 */
const calls = fc.property(
  fc.record({ from: revision, to: revision, method, params: jsonObject, meta: jsonObject, capabilities: jsonObject }),
  fc.option(id, { nil: undefined }),
  ({ from, to, method: asked, params, meta, capabilities }, token) => {
    const rest = without(params, ["_meta"]);
    const free = without(meta, own);
    const reserved = { [metaKeys.protocolVersion]: from, [metaKeys.clientCapabilities]: capabilities };
    const sent = {
      ...rest,
      _meta: {
        ...free,
        ...(eraOf(from) === "modern" ? reserved : {}),
        ...(token === undefined ? {} : { progressToken: token }),
      },
    };
    const before = plain(sent);
    const call = codecs[from].decodeCall(asked, sent, { info: undefined, capabilities });
    assert.equal(call.progressToken, token);
    const encoded = codecs[to].encodeCall(call, token === undefined ? undefined : 77);
    assert.deepEqual(plain(sent), before, "what was sent is not touched");

    const lacking = to === "2024-11-05" && asked === "completion/complete" ? ["context"] : [];
    const { _meta: arrivedMeta, ...arrived } = encoded;
    assert.deepEqual(plain(arrived), plain(without(rest, lacking)));
    const arrivedFree = without(plainObject(arrivedMeta ?? {}), own);
    assert.deepEqual(arrivedFree, plain(free));
    const carried = plainObject(arrivedMeta ?? {});
    assert.equal(carried["progressToken"], token === undefined ? undefined : 77);
    if (eraOf(to) === "modern") {
      assert.equal(carried[metaKeys.protocolVersion], "2026-07-28");
      assert.deepEqual(carried[metaKeys.clientInfo], identity);
      assert.deepEqual(carried[metaKeys.clientCapabilities], plain(capabilities));
    } else {
      for (const key of Object.values(metaKeys)) assert.ok(!(key in carried), key);
    }
  },
);

/** The text of a result, as one upstream or another would write it. */
const resultText = fc
  .tuple(jsonObject, fc.nat({ max: 2 }), fc.boolean())
  .map(([value, blanks, asText]) => ({ value: plainObject(value), blanks, asText }));

/** A result goes out to a downstream of any revision with every member that it had, but those which that revision does not know. */
const results = fc.property(revision, method, resultText, (to, asked, { value, blanks, asText }) => {
  const result = asText ? Payload.ofText(Buffer.from(JSON.stringify(value, undefined, blanks))) : Payload.of(value);
  const encoded = codecs[to].encodeResult(asked, result, { ttlMs: 5, cacheScope: "private" });
  const arrived: unknown = JSON.parse(encoded.line.toString());
  assert.ok(isJsonObject(arrived));
  assert.deepEqual(plain(encoded.value), arrived, "its text says what its value says");
  if (eraOf(to) === "legacy") {
    const modern = asked === "resources/read" ? ["resultType", "ttlMs", "cacheScope"] : ["resultType"];
    const kept = without(arrived, ["resultType", "ttlMs", "cacheScope"]);
    assert.deepEqual(kept, without(value, ["resultType", "ttlMs", "cacheScope"]));
    for (const member of modern) assert.ok(!(member in arrived), member);
    return;
  }
  assert.ok("resultType" in arrived);
  for (const [key, member] of Object.entries(value)) {
    if (key === "_meta") continue;
    assert.deepEqual(arrived[key], member, key);
  }
  if (!isJsonObject(value["_meta"])) return;
  assert.ok(isJsonObject(arrived["_meta"]));
  const named = [metaKeys.serverInfo];
  assert.deepEqual(without(arrived["_meta"], named), without(value["_meta"], named));
});

/** What kind a result is, is said or is the upstream's fault, whatever it holds; reading it does not change it. */
const kinds = fc.property(revision, resultText, (from, { value, blanks }) => {
  const written = JSON.stringify(value, undefined, blanks);
  const result = Payload.ofText(Buffer.from(written));
  const said = value["resultType"];
  const known = said === undefined || said === "complete" || said === "input_required" || said === "task";
  if (eraOf(from) === "legacy") assert.equal(codecs[from].decodeResult(result), "complete");
  else if (known) assert.equal(codecs[from].decodeResult(result), said ?? "complete");
  else assert.throws(() => codecs[from].decodeResult(result), { code: "upstream_protocol_error" });
  assert.equal(result.text.toString(), written);
});

/** Errors and notifications keep all they have; retired codes are replaced where they must not be sent. */
const errors = fc.property(
  revision,
  fc.constantFrom(-32002, -32042, -32602, -32603, -32000, 7),
  json,
  (to, code, data) => {
    const encoded = codecs[to].encodeError({ code, message: "m", data }, "resources/read");
    assert.deepEqual(encoded.data, data);
    assert.equal(encoded.message, "m");
    if (eraOf(to) === "modern") assert.ok(encoded.code !== -32002 && encoded.code !== -32042);
    const notification = { method: "notifications/x", params: { data } };
    assert.deepEqual(codecs[to].encodeNotification(notification), notification);
  },
);

export const codecFuzzes: readonly Fuzz[] = [
  { name: "codec-calls", property: calls, runs: 3000 },
  { name: "codec-results", property: results, runs: 3000 },
  { name: "codec-kinds", property: kinds, runs: 3000 },
  { name: "codec-errors", property: errors, runs: 2000 },
];
