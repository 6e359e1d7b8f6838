import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, applyClientAuth, clientAuthMethod, methodToRegister } from "./client-auth.ts";

const [open, closed]: readonly Client[] = [{ id: "a" }, { id: "a", secret: "s" }];

test("a client with a secret uses what the server announces, Basic before POST, and one without uses none", () => {
  assert.ok(open && closed);
  assert.equal(clientAuthMethod(closed, undefined), "client_secret_basic");
  assert.equal(clientAuthMethod(closed, ["client_secret_post", "client_secret_basic"]), "client_secret_basic");
  assert.equal(clientAuthMethod(closed, ["client_secret_post"]), "client_secret_post");
  assert.equal(clientAuthMethod(open, ["client_secret_basic"]), "none");
});

test("what was agreed at registration goes first, where it can be done", () => {
  assert.ok(open && closed);
  assert.equal(clientAuthMethod({ ...closed, authMethod: "client_secret_post" }, undefined), "client_secret_post");
  assert.equal(clientAuthMethod({ ...closed, authMethod: "none" }, ["none", "client_secret_basic"]), "none");
  assert.equal(clientAuthMethod({ ...closed, authMethod: "none" }, ["client_secret_post"]), "client_secret_post");
  assert.equal(clientAuthMethod({ ...open, authMethod: "client_secret_basic" }, undefined), "none");
  assert.equal(clientAuthMethod({ ...closed, authMethod: "private_key_jwt" }, undefined), "client_secret_basic");
});

test("a new client is registered without a secret where the server allows that", () => {
  assert.equal(methodToRegister(["client_secret_basic", "none"]), "none");
  assert.equal(methodToRegister(["client_secret_post", "client_secret_basic"]), "client_secret_basic");
  assert.equal(methodToRegister(["private_key_jwt"]), undefined);
  assert.equal(methodToRegister(undefined), undefined);
});

test("Basic carries both parts form-encoded in the header, POST in the body, and none only the id", () => {
  const client = { id: "https://a/b c", secret: "p:%ü" };
  const sent = (method: Parameters<typeof applyClientAuth>[1]): readonly [string | null, string] => {
    const [headers, body] = [new Headers(), new URLSearchParams()];
    applyClientAuth(client, method, headers, body);
    return [headers.get("authorization"), body.toString()];
  };
  const basic = Buffer.from("https%3A%2F%2Fa%2Fb+c:p%3A%25%C3%BC").toString("base64");
  assert.deepEqual(sent("client_secret_basic"), [`Basic ${basic}`, ""]);
  assert.deepEqual(sent("client_secret_post"), [null, "client_id=https%3A%2F%2Fa%2Fb+c&client_secret=p%3A%25%C3%BC"]);
  assert.deepEqual(sent("none"), [null, "client_id=https%3A%2F%2Fa%2Fb+c"]);
});
