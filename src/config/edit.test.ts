import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { addServer, removeServer } from "./edit.ts";
import { parseConfig } from "./parse.ts";

const entry = { command: "npx", args: ["-y", "x"] };

const jsonc = `// Ours
{
  "mcpServers": {
    // about a
    "a": { "command": "a" }, // beside a

    // about b
    "b": { "command":   "b" }, /* beside b */
    "c": { "command": "c" } // beside c
  }
}
`;

const yaml = `# Ours

mcpServers:
  # about a
  a:
    command: a   # beside a
    args: [-y, "x"]
    # below a

  # about b
  b:
    command: 'b'
    args:
    - one
    - "# two"


  # about c
  c: {command: c}

listen: {port: 9000} # beside listen
`;

function withoutLines(text: string, ...gone: readonly string[]): string {
  return text
    .split("\n")
    .filter((line) => !gone.includes(line))
    .join("\n");
}

function refusing(code: ErrorCode, pattern: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof GatewayError);
    assert.equal(thrown.code, code);
    assert.match(thrown.message, pattern);
    return true;
  };
}

test("a new file begins with its first server", () => {
  assert.equal(
    addServer("", "switchyard.jsonc", "a", entry),
    `{
  "mcpServers": {
    "a": {
      "command": "npx",
      "args": [
        "-y",
        "x"
      ]
    }
  }
}
`,
  );
  assert.equal(
    addServer("", "switchyard.yaml", "123", entry),
    'mcpServers:\n  "123":\n    command: npx\n    args:\n      - -y\n      - x\n',
  );
});

test("adding to JSONC leaves every other character as it is", () => {
  const added = addServer(jsonc, "a.jsonc", "d", { url: "https://d.example", headers: { K: { env: "KEY" } } });
  assert.equal(
    added,
    jsonc.replace(
      '"c": { "command": "c" } // beside c',
      `"c": { "command": "c" }, // beside c
    "d": {
      "url": "https://d.example",
      "headers": {
        "K": {
          "env": "KEY"
        }
      }
    }`,
    ),
  );
});

test("adding to YAML leaves every other character as it is", () => {
  const added = addServer(yaml, "a.yaml", "d", { ...entry, env: {} });
  const block = "  d:\n    command: npx\n    args:\n    - -y\n    - x\n    env: {}\n";
  assert.equal(added, yaml.replace("  c: {command: c}\n", `  c: {command: c}\n${block}`));
});

test("removing from JSONC takes a server with its own comments, and nothing else", () => {
  assert.equal(
    removeServer(jsonc, "a.jsonc", "a"),
    withoutLines(jsonc, "    // about a", '    "a": { "command": "a" }, // beside a'),
  );
  assert.equal(
    removeServer(jsonc, "a.jsonc", "b"),
    withoutLines(jsonc, "    // about b", '    "b": { "command":   "b" }, /* beside b */'),
  );
  assert.equal(
    removeServer(jsonc, "a.jsonc", "c"),
    withoutLines(jsonc, '    "c": { "command": "c" } // beside c').replace('"b" }, /*', '"b" } /*'),
  );
});

test("removing from YAML takes a server with its own comments, and nothing else", () => {
  const a = '  # about a\n  a:\n    command: a   # beside a\n    args: [-y, "x"]\n    # below a\n\n';
  const b = "  # about b\n  b:\n    command: 'b'\n    args:\n    - one\n    - \"# two\"\n";
  assert.equal(removeServer(yaml, "a.yaml", "a"), yaml.replace(a, ""));
  assert.equal(removeServer(yaml, "a.yaml", "b"), yaml.replace(`${b}\n`, ""));
  assert.equal(removeServer(yaml, "a.yaml", "c"), yaml.replace("  # about c\n  c: {command: c}\n\n", ""));
});

test("what was added can be removed again, and the text is as it was", () => {
  for (const [file, text] of [
    ["a.jsonc", jsonc],
    ["a.yaml", yaml],
    ["a.json", '{"mcpServers": {"a": {"command": "x"}}}'],
    ["a.json", '{\n\t"servers": {\n\t\t"a": {"command": "x"},\n\t},\n}'],
    ["a.json", '\uFEFF{\r\n  "servers": {\r\n    "a": {"command": "x"}\r\n  }\r\n}\r\n'],
    ["a.json", '{\n  "servers": {}\n}'],
    ["a.yaml", "servers:\r\n    a:\r\n        command: x\r\n"],
    ["a.yaml", "servers: {} # none\nlisten: { port: 1 }   # one\n"],
  ] as const) {
    const added = addServer(text, file, "new", entry);
    assert.deepEqual(parseConfig(added, file, {}, "/work").upstreams.at(-1)?.name, "new");
    assert.equal(removeServer(added, file, "new"), text);
  }
});

test("a server goes under the key that the file uses, else under mcpServers", () => {
  assert.equal(
    addServer('{ "servers": { "a": { "command": "x" } } }', "a.json", "b", { command: "y" }),
    '{ "servers": { "a": { "command": "x" }, "b": {"command":"y"} } }',
  );
  assert.equal(
    addServer('{\n\t"listen": {} // here\n}', "a.json", "b", { command: "y" }),
    '{\n\t"listen": {}, // here\n\t"mcpServers": {\n\t\t"b": {\n\t\t\t"command": "y"\n\t\t}\n\t}\n}',
  );
  assert.equal(
    addServer("listen: {port: 1}   # here\n", "a.yaml", "b", { command: "y" }),
    "listen: {port: 1}   # here\nmcpServers:\n  b:\n    command: y\n",
  );
});

test("comments in a file or a list of servers that is otherwise empty stay", () => {
  assert.equal(
    addServer("// ours\n", "a.jsonc", "a", { command: "x" }),
    '// ours\n{\n  "mcpServers": {\n    "a": {\n      "command": "x"\n    }\n  }\n}\n',
  );
  assert.equal(
    addServer('{\n  "servers": {\n    // none yet\n  }\n}', "a.jsonc", "a", { command: "x" }),
    '{\n  "servers": {\n    // none yet\n    "a": {\n      "command": "x"\n    }\n  }\n}',
  );
  assert.match(
    addServer("# ours\n", "a.yaml", "a", { command: "x" }),
    /^# ours\n+mcpServers:\n  a:\n    command: x\n$/,
  );
});

test("YAML in flow style is written anew, with the same data and its comments", () => {
  const text = "# ours\n{ servers: { a: { command: x } }, listen: { port: 1 } } # here\n";
  const added = addServer(text, "a.yaml", "b", { command: "y" });
  const config = parseConfig(added, "a.yaml", {}, "/work");
  assert.deepEqual(
    config.upstreams.map(({ name }) => name),
    ["a", "b"],
  );
  assert.match(added, /# ours[^]*# here/);
  assert.deepEqual(parseConfig(removeServer(added, "a.yaml", "a"), "a.yaml", {}, "/work").upstreams[0]?.name, "b");
});

test("a YAML server that others refer to is not removed", () => {
  const text = "servers:\n  a: &a\n    command: x\n  b: *a\n";
  assert.throws(() => removeServer(text, "a.yaml", "a"), refusing("invalid_config", /anchors and aliases/));
  assert.equal(removeServer(text, "a.yaml", "b"), "servers:\n  a: &a\n    command: x\n");
});

test("a name that is taken is refused", () => {
  assert.throws(
    () => addServer(jsonc, "conf/a.jsonc", "b", entry),
    refusing("usage", /^a\.jsonc has a server "b" already; remove it first$/),
  );
});

test("a name or an entry that would not load is refused", () => {
  assert.throws(() => addServer("", "a.json", "my server", entry), refusing("usage", /rename it to "my-server"$/));
  assert.throws(() => addServer("", "a.json", "a", {}), refusing("usage", /must have a "command" to start, a "url"/));
  assert.throws(
    () => addServer("", "a.json", "a", { command: "x", timeoutMs: 0 }),
    refusing("usage", /mcpServers\.a\.timeoutMs must be a whole number from 1 to 86400000, got 0$/),
  );
});

test("an unknown name is refused with the name that was probably meant", () => {
  const github = addServer("", "a.yaml", "github", entry);
  assert.throws(
    () => removeServer(github, "a.yaml", "gihtub"),
    refusing("usage", /^a\.yaml has no server "gihtub"; did you mean "github"\?$/),
  );
  assert.throws(() => removeServer(github, "a.yaml", "files"), refusing("usage", /; its servers are "github"$/));
  assert.throws(() => removeServer("{}", "a.json", "files"), refusing("usage", /; it has none$/));
});

test("a text that cannot be read, has a key twice, or has no place for servers, is refused", () => {
  assert.throws(() => addServer("{", "a.json", "a", entry), refusing("invalid_config", /^a\.json:1:2: the file needs/));
  assert.throws(
    () => addServer("[]", "a.json", "a", entry),
    refusing("invalid_config", /must hold an object, got a list/),
  );
  assert.throws(
    () => removeServer('{ "servers": { "a": { "command": "x" }, "a": { "command": "y" } } }', "a.json", "a"),
    refusing("invalid_config", /^a\.json must have each key once, got servers\.a twice$/),
  );
  assert.throws(
    () => addServer("servers:\n", "a.yaml", "a", entry),
    refusing("invalid_config", /^a\.yaml must have an object at servers, got null$/),
  );
  assert.throws(() => addServer("", "a.toml", "a", entry), refusing("invalid_config", /^a\.toml must end in one of/));
});

test("a server that a profile shows is not removed: the file would be wrong without it", () => {
  const text = '{ "mcpServers": { "a": { "command": "x" } }, "profiles": { "p": { "upstreams": { "a": {} } } } }';
  assert.throws(
    () => removeServer(text, "a.jsonc", "a"),
    (thrown) =>
      thrown instanceof GatewayError &&
      thrown.message === 'a.jsonc uses "a" at profiles.p.upstreams.a; take it out there first',
  );
});
