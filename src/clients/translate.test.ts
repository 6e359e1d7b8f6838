import assert from "node:assert/strict";
import { test } from "node:test";
import { clientNamed } from "./client.ts";
import { translate } from "./translate.ts";

const [vscode, codex] = [clientNamed("vscode", "--from"), clientNamed("codex", "--from")];

test("what a client and we write alike is taken as it is, without what is empty", () => {
  const raw = { type: "stdio", command: "npx", args: [], env: { N: 1, B: true }, disabled: false, autoApprove: ["x"] };
  assert.deepEqual(translate(vscode, raw), {
    entry: { type: "stdio", command: "npx", env: { N: "1", B: "true" } },
    notes: [],
  });
  assert.deepEqual(translate(vscode, { url: "https://x.example", oauth: false }).entry, {
    url: "https://x.example",
    oauth: false,
  });
});

test("what we have no word for is left out and named", () => {
  const { entry, notes } = translate(vscode, {
    url: "https://x.example",
    sandboxEnabled: true,
    oauth: { clientId: "c", callbackPort: 1 },
  });
  assert.deepEqual(entry, { url: "https://x.example", oauth: { clientId: "c" } });
  assert.deepEqual(notes, ["sandboxEnabled, oauth.callbackPort left out, since Switchyard has nothing like it"]);
});

test("a question of VS Code becomes an environment variable", () => {
  const { entry, notes } = translate(vscode, { command: "x", env: { K: "${input:api-key}", L: "${env:L}" } });
  assert.deepEqual(entry, { command: "x", env: { K: "${API_KEY}", L: "${env:L}" } });
  assert.deepEqual(notes, ["a value that a person was asked for is now ${API_KEY}"]);
});

test("Codex's keys become ours, and its plain ${ stays one", () => {
  const { entry, notes } = translate(codex, {
    url: "https://x.example/mcp",
    bearer_token_env_var: "TOKEN",
    http_headers: { "X-A": "a${b}" },
    env_http_headers: { "X-B": "B" },
    startup_timeout_sec: 1.5,
    tool_timeout_sec: 60,
    enabled: false,
    enabled_tools: ["x"],
  });
  assert.deepEqual(entry, {
    url: "https://x.example/mcp",
    headers: { Authorization: "Bearer ${TOKEN}", "X-A": "a$${b}", "X-B": "${B}" },
    disabled: true,
    startTimeoutMs: 1500,
    timeoutMs: 60_000,
  });
  assert.deepEqual(notes, ["enabled_tools left out, since Switchyard has nothing like it"]);
  assert.deepEqual(
    translate(codex, { command: "c", env: { A: "1" }, env_vars: ["FOO", { name: "BAR", source: "local" }] }).entry,
    { command: "c", env: { FOO: "${FOO:-}", BAR: "${BAR:-}", A: "1" } },
  );
});
