import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { parseConfig } from "./parse.ts";

function policiesOf(servers: object, rateLimit: object = {}): ReturnType<typeof parseConfig>["policies"] {
  const entries = Object.entries(servers).map(([name, policies]) => [name, { command: "x", ...policies }]);
  const text = JSON.stringify({ mcpServers: Object.fromEntries(entries), rateLimit });
  return parseConfig(text, "switchyard.json", {}, "/").policies;
}

test("policies are what the file says and no more, so that what a tool leaves out is its server's", () => {
  const policies = policiesOf(
    {
      a: {
        timeoutMs: 5,
        concurrency: { max: 3 },
        tools: {
          "r*": { retry: { attempts: 1 }, rateLimit: { perMinute: 5 } },
          w: { fallback: { tool: "b/x/y", arguments: { n: "{n}" } } },
        },
      },
      b: { fallback: { result: { content: [] } }, rateLimit: false },
    },
    { caller: { perMinute: 7, burst: 1 } },
  );
  assert.deepEqual(policies, {
    callers: { caller: { perMinute: 7, burst: 1 } },
    upstreams: {
      a: {
        timeoutMs: 5,
        concurrency: { max: 3 },
        tools: {
          "r*": { retry: { attempts: 1 }, rateLimit: { perMinute: 5, burst: 5 } },
          w: { fallback: { kind: "tool", upstream: "b", tool: "x/y", arguments: { n: "{n}" } } },
        },
      },
      b: { fallback: { kind: "result", result: { content: [] } }, rateLimit: false },
    },
  });
});

const wrong: readonly (readonly [what: string, fallback: object, message: RegExp])[] = [
  ["nothing", {}, /a\.tools\.t\.fallback must have either "tool" or "result"$/],
  ["two things", { tool: "b/x", result: {} }, /must have either "tool" or "result", not both$/],
  [
    "a result with arguments",
    { result: {}, arguments: {} },
    /fallback\.arguments does nothing beside a result; remove one$/,
  ],
  ["itself", { tool: "a/t" }, /fallback\.tool is the tool itself; name another$/],
  ["a server that there is not", { tool: "bb/x" }, /fallback\.tool names no server of the file; did you mean "b"\?$/],
];

for (const [what, fallback, message] of wrong) {
  test(`a fallback that is ${what} is refused`, () => {
    assert.throws(
      () => policiesOf({ a: { tools: { t: { fallback } } }, b: {} }),
      (thrown) => {
        assert.ok(thrown instanceof GatewayError);
        assert.match(thrown.message, message);
        return true;
      },
    );
  });
}

const refused: readonly (readonly [what: string, policies: object, message: RegExp])[] = [
  [
    "an unknown key of a tool",
    { tools: { t: { timeotMs: 5 } } },
    /"timeotMs" in mcpServers\.a\.tools\.t; did you mean "timeoutMs"\?$/,
  ],
  [
    "an unknown key in a retry",
    { tools: { t: { retry: { times: 5 } } } },
    /the keys there are attempts, firstMs, longestMs$/,
  ],
  [
    "a rate without its figure",
    { rateLimit: { burst: 5 } },
    /perMinute must be a whole number from 1 to 1000000, got nothing$/,
  ],
  [
    "a concurrency of a tool",
    { tools: { t: { concurrency: {} } } },
    /unknown key "concurrency" in mcpServers\.a\.tools\.t/,
  ],
  [
    "a fallback without a tool's name",
    { fallback: { tool: "b" } },
    /must be a server and the name of one of its tools, such as/,
  ],
];

for (const [what, policies, message] of refused) {
  test(`${what} is refused at its place`, () => {
    assert.throws(
      () => policiesOf({ a: policies }),
      (thrown) => thrown instanceof GatewayError && message.test(thrown.message),
    );
  });
}

test("a wrong value in a fallback, which may hold anything, is told by its type alone", () => {
  assert.throws(
    () => policiesOf({ a: { fallback: { tool: "s3cret" } } }),
    (thrown) =>
      thrown instanceof GatewayError && !thrown.message.includes("s3cret") && /got a string/.test(thrown.message),
  );
});
