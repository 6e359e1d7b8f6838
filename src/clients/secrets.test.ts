import assert from "node:assert/strict";
import { test } from "node:test";
import { maskedEntry, secretsIn } from "./secrets.ts";

test("secrets are seen in every place that can hold one, and never shown", () => {
  const command = {
    command: "npx",
    args: [
      "-y",
      "server",
      "--api-key",
      "s3cr3t",
      "--token=s3cr3t",
      "postgres://u:s3cr3t@h/db",
      "--header",
      "Authorization: Bearer s3cr3t",
    ],
    env: { GITHUB_TOKEN: "s3cr3t", LANG: "de", FROM: "${GITHUB_TOKEN}" },
  };
  assert.deepEqual(secretsIn(command), [
    { key: "env", name: "GITHUB_TOKEN" },
    { key: "args", name: "--api-key" },
    { key: "args", name: "--token" },
    { key: "args", name: "argument 6" },
    { key: "args", name: "Authorization" },
  ]);
  assert.deepEqual(maskedEntry(command), {
    command: "npx",
    args: ["-y", "server", "--api-key", "***", "--token=***", "***", "--header", "Authorization: ***"],
    env: { GITHUB_TOKEN: "***", LANG: "***", FROM: "${GITHUB_TOKEN}" },
  });
  const remote = {
    url: "https://u:s3cr3t@x.example/mcp?api_key=s3cr3t&v=${V}#s",
    headers: { Authorization: "Bearer s3cr3t", "X-Team": { env: "TEAM" } },
    oauth: { clientId: "c", clientSecret: "s3cr3t" },
  };
  assert.ok(!JSON.stringify(maskedEntry(remote)).includes("s3cr3t"));
  assert.deepEqual(maskedEntry(remote).headers, { Authorization: "***", "X-Team": { env: "TEAM" } });
  assert.deepEqual(secretsIn(remote), [
    { key: "headers", name: "Authorization" },
    { key: "url", name: "api_key" },
  ]);
});

test("what servers commonly have as arguments is no secret", () => {
  const args = [
    "-y",
    "@modelcontextprotocol/server-filesystem@2026.8.31",
    "/home/ada/notes",
    "--port=8080",
    "C:\\x",
    "run",
  ];
  assert.deepEqual(secretsIn({ command: "npx", args }), []);
  assert.deepEqual(maskedEntry({ command: "npx", args }).args, args);
});
