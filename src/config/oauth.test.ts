import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { parseConfig } from "./parse.ts";

const env = { ID: "our-client", SECRET: "hunter2secret", HOST: "meta.example.com" };

function targetOf(entry: object): unknown {
  const text = JSON.stringify({ mcpServers: { a: { url: "https://api.example.com/mcp", ...entry } } });
  const { upstreams, unresolved } = parseConfig(text, "switchyard.json", env, "/work");
  if (unresolved !== undefined) throw unresolved;
  return upstreams[0]?.target;
}

const plain = { kind: "http", url: "https://api.example.com/mcp", headers: {} } as const;

test("oauth is resolved like any secret, false turns it off, and without it nothing is said", () => {
  const oauth = {
    clientId: "${ID}",
    clientSecret: { env: "SECRET" },
    scopes: ["read", "write"],
    clientMetadataUrl: "https://${HOST}/client.json",
  };
  assert.deepEqual(targetOf({ oauth }), {
    ...plain,
    oauth: {
      clientId: "our-client",
      clientSecret: "hunter2secret",
      scopes: ["read", "write"],
      clientMetadataUrl: "https://meta.example.com/client.json",
    },
  });
  assert.deepEqual(targetOf({ oauth: false }), { ...plain, oauth: false });
  assert.deepEqual(targetOf({ oauth: {} }), { ...plain, oauth: {} });
  assert.deepEqual(targetOf({}), plain);
});

test("a server over HTTP+SSE or WebSocket may have oauth as well", () => {
  const oauth = { scopes: ["read"] };
  assert.deepEqual(targetOf({ type: "sse", oauth }), { ...plain, kind: "sse", oauth });
  const url = "wss://api.example.com/mcp";
  assert.deepEqual(targetOf({ url, oauth: false }), { kind: "ws", url, headers: {}, oauth: false });
});

const wrong: Readonly<Record<string, readonly [entry: object, message: RegExp]>> = {
  "something else than an object": [
    { oauth: true },
    /mcpServers\.a\.oauth must be an object, or false, got a boolean$/,
  ],
  "an unknown key": [{ oauth: { clientID: "x" } }, /unknown key "clientID" in .*\.oauth; did you mean "clientId"\?$/],
  "a secret without a client": [
    { oauth: { clientSecret: { env: "SECRET" } } },
    /mcpServers\.a\.oauth must have a clientId to its clientSecret$/,
  ],
  "a login beside a token of one's own": [
    { oauth: { clientId: "x" }, headers: { authorization: "Bearer ${SECRET}" } },
    /oauth does nothing beside an Authorization in headers; remove one$/,
  ],
  "a metadata document that others cannot read": [
    { oauth: { clientMetadataUrl: "http://x.example/client.json" } },
    /oauth\.clientMetadataUrl must be an https URL with a path$/,
  ],
  "an empty client": [{ oauth: { clientId: "" } }, /oauth\.clientId must not be empty/],
  "a variable that is not set": [
    { oauth: { clientId: "x", clientSecret: "${ABSENT}" } },
    /oauth\.clientSecret needs the environment variable ABSENT, which is not set$/,
  ],
  "a command": [
    { url: undefined, command: "x", oauth: { clientId: "x" } },
    /oauth does nothing for a server with a "command"; remove it$/,
  ],
};

for (const [name, [entry, message]] of Object.entries(wrong)) {
  test(`in oauth, ${name} is refused and told without its value`, () => {
    assert.throws(
      () => targetOf(entry),
      (thrown) => {
        assert.match(thrown instanceof Error ? thrown.message : "", message);
        assert.ok(!inspect(thrown, { depth: 20 }).includes("hunter2secret"));
        return true;
      },
    );
  });
}
