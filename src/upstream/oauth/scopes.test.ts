import assert from "node:assert/strict";
import { test } from "node:test";
import { missingFrom, scopesIn, scopesToAsk, unionOf } from "./scopes.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const none = { challenged: [], configured: [], earlier: [], ofResource: [], ofServer: [] };

test("a login asks for what the challenge needs, and not for all that the resource has", () => {
  verifies("auth.scope-challenged");
  assert.deepEqual(scopesToAsk({ ...none, challenged: ["read"], ofResource: ["read", "write"] }), ["read"]);
});

test("without a challenge a login asks for what is configured, else for what the resource names, else for nothing", () => {
  verifies("auth.scope-order");
  assert.deepEqual(scopesToAsk({ ...none, configured: ["mine"], ofResource: ["read"] }), ["mine"]);
  assert.deepEqual(scopesToAsk({ ...none, ofResource: ["read"] }), ["read"]);
  assert.deepEqual(scopesToAsk(none), []);
});

test("what was asked for before is asked for again", () => {
  verifies("auth.scope-kept");
  assert.deepEqual(scopesToAsk({ ...none, challenged: ["write"], configured: ["mine"], earlier: ["read"] }), [
    "read",
    "mine",
    "write",
  ]);
});

test("offline_access joins where the server knows it, and never stands alone", () => {
  verifies("auth.refresh-grant");
  const ofServer = ["offline_access", "read"];
  assert.deepEqual(scopesToAsk({ ...none, challenged: ["read"], ofServer }), ["read", "offline_access"]);
  assert.deepEqual(scopesToAsk({ ...none, ofServer }), []);
  assert.deepEqual(scopesToAsk({ ...none, challenged: ["read"], ofServer: ["read"] }), ["read"]);
});

test("scopes are told apart by spaces, each counts once, and what is no scope is left out", () => {
  assert.deepEqual(scopesIn(' a  b a "c" \u00e9 d\\ e'), ["a", "b", "e"]);
  assert.deepEqual(scopesIn(undefined), []);
  assert.equal(unionOf(Array.from({ length: 5000 }, (_, at) => `scope-${at}`)).length, 200);
  assert.deepEqual(missingFrom(["a"], ["b", "a", "c"]), ["b", "c"]);
});
