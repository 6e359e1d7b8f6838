import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerChallenge } from "./challenge.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const metadata = "https://mcp.example.com/.well-known/oauth-protected-resource";

test("a Bearer challenge says where the metadata is, which scopes are needed and what was wrong", () => {
  verifies("auth.challenge");
  const header = `Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="${metadata}", error_description="no, not this"`;
  assert.deepEqual(bearerChallenge(header), {
    metadataUrl: metadata,
    scopes: ["files:read", "files:write"],
    error: "insufficient_scope",
  });
});

const nothing = { metadataUrl: undefined, scopes: [], error: undefined };

const headers: readonly (readonly [header: string | undefined, expected: object | undefined])[] = [
  [undefined, undefined],
  ["", undefined],
  ['Basic realm="a, Bearer scope=x"', undefined],
  ["Negotiate dG9rZW4=, Basic realm=x", undefined],
  ["Bearer", nothing],
  ["bearer scope=read", { ...nothing, scopes: ["read"] }],
  ['BEARER Scope = "a  b a"', { ...nothing, scopes: ["a", "b"] }],
  ['Basic realm="x", Bearer scope="a", DPoP scope="b"', { ...nothing, scopes: ["a"] }],
  [`Bearer realm="first", Bearer resource_metadata="${metadata}"`, { ...nothing, metadataUrl: metadata }],
  ['Bearer scope="a", scope="b"', { ...nothing, scopes: ["a"] }],
  [String.raw`Bearer error="say \"hi\"", scope="a\b"`, { ...nothing, error: 'say "hi"', scopes: ["ab"] }],
  ['Bearer xscope="a", error="invalid_token"', { ...nothing, error: "invalid_token" }],
  ['Bearer scope="never closed', nothing],
  ["Bearer scope=,", nothing],
];

test("challenges of other schemes around it, odd spacing and malformed parts do no harm", () => {
  verifies("auth.challenge");
  for (const [header, expected] of headers) assert.deepEqual(bearerChallenge(header), expected, String(header));
});

test("of a header of any length only the beginning is read", () => {
  const endless = `Bearer scope="a", ${"x=y, ".repeat(1_000_000)}error="late"`;
  assert.deepEqual(bearerChallenge(endless), { ...nothing, scopes: ["a"] });
  for (const part of ['Bearer a="', "Bearer , ", '\\"', "Bearer aaaa"]) bearerChallenge(part.repeat(1_000_000));
});
