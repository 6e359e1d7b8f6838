import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { parseConfig } from "./parse.ts";

const secret = "a text of at least 24 characters";

function parse(webhooks: object, env: NodeJS.ProcessEnv = { SECRET: secret }) {
  return parseConfig(JSON.stringify({ webhooks }), "switchyard.jsonc", env, "/work");
}

test("a webhook has its secret from the environment, and is sent alerts where nothing else is said", () => {
  const url = "https://hooks.example.com/a";
  assert.deepEqual(parse({ pager: { url, secret: { env: "SECRET" } } }).webhooks, [
    { name: "pager", url, secret, topics: ["alerts"], types: [] },
  ]);
});

test("what is wrong with a webhook is said by its place, and never by its secret", () => {
  const good = { url: "https://hooks.example.com/a", secret: { env: "SECRET" } };
  for (const [wrong, words] of [
    [{ ...good, url: "ftp://a" }, /webhooks\.a\.url must be an http or https address/],
    [{ ...good, secret: "plain text in the file" }, /webhooks\.a\.secret must be \{ "env": "NAME" \}/],
    [{ ...good, topics: ["weather"] }, /webhooks\.a\.topics.* must be one of upstreams/],
    [{ ...good, topic: [] }, /topics/],
  ] as const) {
    assert.throws(
      () => parse({ a: wrong }),
      (thrown) => thrown instanceof GatewayError && words.test(thrown.message),
    );
  }
  const short = parse({ a: good }, { SECRET: "too short" });
  assert.deepEqual(short.webhooks, []);
  assert.match(short.unresolved?.message ?? "", /webhooks\.a\.secret must have at least 24 characters in SECRET/);
  assert.doesNotMatch(short.unresolved?.message ?? "", /too short/);
  assert.match(parse({ a: good }, {}).unresolved?.message ?? "", /SECRET, which is not set/);
});
