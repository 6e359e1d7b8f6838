import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { parseConfig } from "./parse.ts";

const secret = "hunter2secret";

/** Wrong configurations that hold the secret where secrets stand, or where people put them by mistake. */
const wrong: readonly (readonly [file: string, text: string])[] = [
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": ["${secret}"] } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": { "value": "${secret}" } } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": { "env": "${secret}-x" } } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": "K=${secret}" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K=${secret}": "" } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K=${secret}": 1 } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "args": "--key ${secret}" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "args": [["${secret}"]] } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "args": ["\${${secret} x}"] } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "args": ["\${NO:-\${${secret}}}"] } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "\${input:${secret}}" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": ["${secret}"] } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x ${secret}", "url": "https://x.example" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "x?key=${secret}" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "https://ada:${secret}@x.example" } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "https://x.example", "headers": ["${secret}"] } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "https://x.example", "headers": { "A": { "B": "${secret}" } } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "https://x.example", "headers": { "A: ${secret}": "" } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "url": "https://x.example", "headers": { "A": "${secret}\\n" } } } }`],
  ["a.json", `{ "mcpServers": { "a": "${secret}" } }`],
  ["a.json", `{ "mcpServers": "${secret}" }`],
  ["a.json", `{ "inputs": "${secret}" }`],
  ["a.json", `{ "store": { "url": "mysql://u:${secret}@h/d" } }`],
  ["a.json", `{ "store": { "url": ["${secret}"] } }`],
  ["a.json", `{ "store": "postgres://u:${secret}@h/d" }`],
  ["a.json", '{ "store": { "url": "${S}" } }'],
  ["a.json", '{ "store": { "url": "postgres://u:${S}@[h/d" } }'],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": "${secret}" "L": "" } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": "${secret} } } } }`],
  ["a.json", `{ "mcpServers": { "a": { "command": "x", "env": { "K": ${secret} } } } }`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      K: @${secret}\n`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      K: !${secret} ${secret}\n`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      K: "${secret}\n`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      K: *${secret}\n`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      K: [${secret}]\n`],
  ["a.yaml", `mcpServers:\n  a:\n    command: x\n    env:\n      ? [${secret}]\n      : x\n`],
  ["a.json", '{ "mcpServers": { "a": { "url": "${S}" } } }'],
  ["a.json", '{ "mcpServers": { "a": { "url": "https://u:${S}@x.example" } } }'],
  ["a.json", '{ "mcpServers": { "a": { "url": "https://x.example", "headers": { "A": { "env": "S_LINE" } } } } }'],
  ["a.json", '{ "mcpServers": { "a": { "command": "x", "args": ["${S} ${ABSENT}"] } } }'],
  ["a.json", '{ "mcpServers": { "a": { "command": "x", "envFile": "/no-such/${S}/.env" } } }'],
];

test("no error ever holds a secret, in its sentence, its data or its cause", () => {
  for (const [file, text] of wrong) {
    assert.throws(
      () => {
        const { unresolved, upstreams } = parseConfig(text, file, { S: secret, S_LINE: `${secret}\n` }, "/work");
        const shown = JSON.stringify(upstreams.map(({ obstacle }) => obstacle));
        assert.ok(!shown.includes(secret), shown);
        throw unresolved ?? new Error("the text was accepted");
      },
      (thrown) => {
        const everything = inspect(thrown, { depth: 20, showHidden: true });
        assert.ok(!everything.includes(secret), `${text}\n${everything}`);
        return true;
      },
      text,
    );
  }
});
