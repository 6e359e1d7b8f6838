import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsAt, currentTokens, emptyLogin, memoryStore, withCredentials } from "./credentials.ts";
import { fullLogin, testLoginStore } from "./login-store.contract.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

testLoginStore("a store in memory", memoryStore);

test("credentials belong to the issuer that gave them, character by character", () => {
  verifies("auth.credentials-per-issuer");
  assert.ok(credentialsAt(fullLogin, "https://auth.example.com").tokens);
  assert.deepEqual(credentialsAt(fullLogin, "https://auth.example.com/"), {});
  assert.deepEqual(credentialsAt(undefined, "https://auth.example.com"), {});
  assert.equal(currentTokens({ ...fullLogin, issuer: "https://other.example.com" }), undefined);
  assert.equal(currentTokens(emptyLogin("https://mcp.example.com")), undefined);
});

test("of the issuers that an upstream has had, the four used last are remembered", () => {
  let login = emptyLogin("https://mcp.example.com");
  for (const issuer of ["a", "b", "c", "d", "a", "e"]) login = withCredentials(login, issuer, {});
  assert.deepEqual(Object.keys(login.issuers), ["c", "d", "a", "e"]);
});
