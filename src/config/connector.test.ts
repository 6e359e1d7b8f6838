import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { parseConfig } from "./parse.ts";

function read(entry: object, env: NodeJS.ProcessEnv = {}): ReturnType<typeof parseConfig> {
  return parseConfig(JSON.stringify({ mcpServers: { a: entry } }), "/etc/switchyard.json", env, "/");
}

function refusal(entry: object): string {
  try {
    read(entry);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.message;
  }
  return "";
}

test("a connector is told its configuration with the references in its texts resolved, however deep", () => {
  const config = { dir: "${HERE}/x", keys: [{ env: "KEY" }, 1], nested: { flag: true, text: "plain" } };
  const { upstreams } = read({ connector: "./weather.ts", config }, { HERE: "/data", KEY: "secret" });
  assert.deepEqual(upstreams[0]?.target, {
    kind: "connector",
    connector: "./weather.ts",
    folder: "/etc",
    config: { dir: "/data/x", keys: ["secret", 1], nested: { flag: true, text: "plain" } },
  });
});

test("a variable that is not set is named, and keeps only this server from starting", () => {
  const { upstreams } = read({ connector: "x", config: { key: "${NOT_SET}" } });
  assert.match(upstreams[0]?.obstacle?.message ?? "", /config\.key needs the environment variable NOT_SET/);
});

test("one that is isolated is a program with its configuration in the environment, and may have limits", () => {
  const limits = { memoryMiB: { hard: 256 } };
  const { upstreams } = read({ connector: "./weather.ts", config: { key: "k" }, isolate: true, limits });
  const target = upstreams[0]?.target;
  assert.ok(target?.kind === "stdio");
  assert.equal(target.command, process.execPath);
  assert.deepEqual(target.args.slice(1), ["./weather.ts", "/etc"]);
  assert.deepEqual(target.env, { SWITCHYARD_CONNECTOR_CONFIG: '{"key":"k"}' });
  assert.deepEqual(target.limits, limits);
  assert.match(
    refusal({ connector: "x", limits }),
    /limits does nothing for a server with a "connector" without isolate/,
  );
});

test("keys that do not go together are refused", () => {
  assert.match(refusal({ connector: "x", url: "https://x.example" }), /got "url" and "connector"/);
  assert.match(refusal({ connector: "x", args: ["a"] }), /args does nothing for a server with a "connector"/);
  assert.match(refusal({ command: "x", config: { a: 1 } }), /config does nothing for a server with a "command"/);
  assert.match(refusal({ connector: "" }), /connector must be a string that is not empty/);
});
