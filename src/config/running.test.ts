import assert from "node:assert/strict";
import { test } from "node:test";
import { upstreamDefaults } from "../upstream/options.ts";
import { parseConfig } from "./parse.ts";

const cwd = "/work/project";

test("a server that needs a variable that is not set has an obstacle that names both, and the others have none", () => {
  const text = `{ "mcpServers": {
    "a": { "command": "x", "env": { "T": "\${ONE}", "U": "\${TWO}" } },
    "b": { "command": "y" } } }`;
  const [a, b] = parseConfig(text, "a.json", { TWO: "2" }, cwd).upstreams;
  assert.equal(b?.obstacle, undefined);
  assert.deepEqual(a?.obstacle, {
    stage: "configuration",
    code: "upstream_misconfigured",
    message: "mcpServers.a.env.T needs the environment variable ONE, which is not set",
    suggestion:
      'Set ONE where the gateway is started, and start it again; or change what "a" refers to in the configuration, and it is started at once.',
  });
  assert.equal(parseConfig(text, "a.json", { ONE: "1", TWO: "2" }, cwd).upstreams[0]?.obstacle, undefined);
});

test("when a server is started, watched and left alone is taken from its entry; what it does not say is not there", () => {
  const text = `{ "mcpServers": { "a": {
    "command": "x", "lazy": true, "idleMs": 1000, "restart": "on-failure", "health": { "intervalMs": 0 },
    "breaker": { "failures": 2 }, "disabledTools": ["rm_*", "!rm_tmp"] } } }`;
  assert.deepEqual(parseConfig(text, "a.json", {}, cwd).upstreams, [
    {
      name: "a",
      target: { kind: "stdio", command: "x", args: [], env: {}, restart: "on-failure" },
      ...upstreamDefaults,
      isLazy: true,
      idleMs: 1000,
      health: { intervalMs: 0, timeoutMs: 10_000, failures: 3 },
      breaker: { failures: 2, openMs: 60_000, probes: 3 },
      disabledTools: ["rm_*", "!rm_tmp"],
    },
  ]);
});

const server = (entry: string): string => `{ "mcpServers": { "a": ${entry} } }`;

const wrong: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "disabledTools that are no list": [
    server('{ "command": "x", "disabledTools": "rm" }'),
    /disabledTools must be a list of names and patterns, got a string$/,
  ],
  "an unknown restart policy": [
    server('{ "command": "x", "restart": "sometimes" }'),
    /restart must be "always", "on-failure" or "never", got "sometimes"$/,
  ],
  "a restart policy of a server that is not started": [
    server('{ "url": "https://x.example", "restart": "never" }'),
    /restart does nothing for a server with a "url"; remove it$/,
  ],
  "idleMs below its range": [
    server('{ "command": "x", "idleMs": -1 }'),
    /idleMs must be a whole number from 0 to 86400000, got -1$/,
  ],
  "a breaker that opens at no failure": [
    server('{ "command": "x", "breaker": { "failures": 0 } }'),
    /breaker\.failures must be a whole number from 1 to 1000, got 0$/,
  ],
  "a misspelt key of health": [
    server('{ "command": "x", "health": { "interval": 5 } }'),
    /unknown key "interval" in mcpServers\.a\.health; did you mean "intervalMs"\?$/,
  ],
};

for (const [name, [text, message]] of Object.entries(wrong)) {
  test(`${name} is refused`, () => {
    assert.throws(() => parseConfig(text, "a.json", {}, cwd), { code: "invalid_config", message });
  });
}
