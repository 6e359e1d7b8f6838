import assert from "node:assert/strict";
import { test } from "node:test";
import { changeServer, limitTool, switchServer, switchTool } from "./edit-server.ts";
import { parseConfig } from "./parse.ts";

const jsonc = `// Ours
{
  "mcpServers": {
    // about a
    "a": {
      "command": "a", // the command of a
      "timeoutMs": 5000, // long enough
      "env": { "T": "1" }
    },
    "b": { "command": "b" }
  }
}
`;

const yaml = `# Ours
mcpServers:
  # about a
  a:
    command: a # the command of a
    timeoutMs: 5000 # long enough
    env: { T: "1" }
  b: { command: b }
`;

for (const [file, text] of [
  ["a.jsonc", jsonc],
  ["a.yaml", yaml],
] as const) {
  test(`in ${file}, a server is disabled and enabled again, and the text is what it was`, () => {
    for (const name of ["a", "b"]) {
      const disabled = switchServer(text, file, name, false);
      const upstream = parseConfig(disabled, file, {}, "/work").upstreams.find((each) => each.name === name);
      assert.equal(upstream?.isDisabled, true);
      assert.ok(text.split("\n").filter((line) => !disabled.includes(line)).length <= 1, disabled);
      assert.equal(switchServer(disabled, file, name, false), disabled);
      assert.equal(switchServer(disabled, file, name, true), text);
    }
  });

  test(`in ${file}, tools are disabled and enabled one by one, and the last one takes the key with it`, () => {
    const one = switchTool(text, file, "a", "rm", false);
    const two = switchTool(one, file, "a", "mv", false);
    const [upstream] = parseConfig(two, file, {}, "/work").upstreams;
    assert.deepEqual(upstream?.disabledTools, ["rm", "mv"]);
    assert.equal(switchTool(two, file, "a", "mv", false), two);
    assert.equal(switchTool(switchTool(two, file, "a", "rm", true), file, "a", "mv", true), text);
  });

  test(`in ${file}, a tool gets another role, and what else is said of it or of others stays`, () => {
    const policyIn = (changed: string): unknown =>
      parseConfig(changed, file, {}, "/work").policies.upstreams?.["a"]?.tools;
    const one = limitTool(text, file, "a", "rm", "operator");
    assert.deepEqual(policyIn(one), { rm: { role: "operator" } });
    assert.equal(limitTool(one, file, "a", "rm", "operator"), one);
    const two = limitTool(limitTool(one, file, "a", "mv", "admin"), file, "a", "rm", "user");
    assert.deepEqual(policyIn(two), { rm: { role: "user" }, mv: { role: "admin" } });
    assert.deepEqual(policyIn(limitTool(two, file, "a", "rm", undefined)), { mv: { role: "admin" } });
    assert.equal(limitTool(one, file, "a", "rm", undefined), text);
    const entry = { command: "a", timeoutMs: 5000, env: { T: "1" }, tools: { rm: { timeoutMs: 7 } } };
    const other = changeServer(text, file, "a", entry);
    const both = limitTool(other, file, "a", "rm", "operator");
    assert.deepEqual(policyIn(both), { rm: { timeoutMs: 7, role: "operator" } });
    assert.deepEqual(policyIn(limitTool(both, file, "a", "rm", undefined)), { rm: { timeoutMs: 7 } });
  });

  test(`in ${file}, a changed entry changes what differs in place, and comments on the rest stay`, () => {
    const changed = changeServer(text, file, "a", { command: "other", timeoutMs: 5000, args: ["x"] });
    const [upstream] = parseConfig(changed, file, {}, "/work").upstreams;
    assert.deepEqual(upstream?.target, { kind: "stdio", command: "other", args: ["x"], env: {} });
    for (const comment of ["Ours", "about a", "the command of a", "long enough"]) assert.ok(changed.includes(comment));
    assert.ok(changed.indexOf("command") < changed.indexOf("timeoutMs"));
    assert.ok(!changed.includes("env"));
  });

  test(`in ${file}, a wrong entry and an unknown server are refused`, () => {
    assert.throws(() => changeServer(text, file, "a", { comand: "x" }), { code: "usage", message: /comand/ });
    assert.throws(() => switchServer(text, file, "c", true), { code: "usage", message: /has no server "c"/ });
  });
}
