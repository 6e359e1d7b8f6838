import { cacheOptionDefaults } from "../cache/cache-options.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { authDefaults } from "../access/options.ts";
import { auditDefaults } from "../audit/audit-options.ts";
import { alertDefaults } from "../alerts/alert-options.ts";
import { jobsDefaults } from "../jobs/jobs-options.ts";
import { GatewayError } from "../core/errors.ts";
import { catalogDefaults } from "../gateway/catalog-options.ts";
import { sessionDefaults } from "../gateway/session-options.ts";
import { listenDefaults } from "../server/listen-options.ts";
import { upstreamDefaults } from "../upstream/options.ts";
import { parseConfig } from "./parse.ts";

const cwd = "/work/project";

function errorOf(text: string, file = "switchyard.jsonc", env: NodeJS.ProcessEnv = {}): GatewayError {
  try {
    const { unresolved } = parseConfig(text, file, env, cwd);
    if (unresolved !== undefined) return unresolved;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
  assert.fail("the text was accepted");
}

test("an empty file gives the defaults of the rooms, and no upstreams", () => {
  for (const file of ["switchyard.jsonc", "switchyard.json", "switchyard.yaml", "switchyard.yml"]) {
    assert.deepEqual(parseConfig("", file, {}, cwd), {
      source: { kind: "file", path: `/work/project/${file}` },
      upstreams: [],
      unresolved: undefined,
      catalog: catalogDefaults,
      policies: { upstreams: {} },
      listen: listenDefaults,
      auth: authDefaults,
      sessions: sessionDefaults,
      cache: cacheOptionDefaults,
      audit: auditDefaults,
      jobs: jobsDefaults,
      alerts: alertDefaults,
      webhooks: [],
      dataDir: "/work/project/.switchyard",
    });
  }
});

test("a server on stdio becomes an upstream with its references resolved and its defaults filled in", () => {
  const text = `{ "mcpServers": { "files": {
    "command": "\${env:RUNTIME}",
    "args": ["\${workspaceFolder}/server.js", "--log=\${LEVEL:-info}"],
    "env": { "TOKEN": { "env": "FILES_TOKEN" }, "HOME_DIR": "\${userHome}" },
    "cwd": "sub/folder"
  } } }`;
  const env = { RUNTIME: "node", FILES_TOKEN: "t", HOME: "/home/ada" };
  assert.deepEqual(parseConfig(text, "conf/switchyard.jsonc", env, cwd).upstreams, [
    {
      name: "files",
      target: {
        kind: "stdio",
        command: "node",
        args: ["/work/project/conf/server.js", "--log=info"],
        env: { TOKEN: "t", HOME_DIR: "/home/ada" },
        cwd: "/work/project/conf/sub/folder",
      },
      ...upstreamDefaults,
    },
  ]);
});

test("a server with a url becomes an http upstream, and has no working directory", () => {
  const text = `{ "servers": { "api": {
    "type": "streamableHttp", "url": "https://\${HOST}/mcp", "timeoutMs": 5, "startTimeoutMs": 6,
    "headers": { "Authorization": "Bearer \${KEY}", "X-Key": { "env": "KEY" }, "X-Literal": "$\${KEY}" }
  } } }`;
  assert.deepEqual(parseConfig(text, "switchyard.json", { HOST: "api.example.com", KEY: "k" }, cwd).upstreams, [
    {
      name: "api",
      target: {
        kind: "http",
        url: "https://api.example.com/mcp",
        headers: { Authorization: "Bearer k", "X-Key": "k", "X-Literal": "${KEY}" },
      },
      timeoutMs: 300_000,
      startTimeoutMs: 6,
      definitions: "follow",
    },
  ]);
});

function kindOf(entry: object): string | undefined {
  const text = JSON.stringify({ mcpServers: { a: entry } });
  return parseConfig(text, "a.json", { HOST: "wss://x.example" }, cwd).upstreams[0]?.target.kind;
}

test("type and scheme say what carries the messages to a url", () => {
  assert.equal(kindOf({ url: "https://x.example/mcp" }), "http");
  assert.equal(kindOf({ type: "http", url: "https://x.example/mcp" }), "http");
  assert.equal(kindOf({ type: "sse", url: "https://x.example/sse" }), "sse");
  assert.equal(kindOf({ type: "ws", url: "ws://x.example" }), "ws");
  assert.equal(kindOf({ type: "websocket", url: "WSS://x.example" }), "ws");
  assert.equal(kindOf({ url: "ws://x.example/mcp" }), "ws");
  assert.equal(kindOf({ url: "${HOST}/mcp" }), "ws");
});

test("upstreams are in the order of the file, even with names that look like numbers", () => {
  const jsonc = '{ "mcpServers": { "10": {"command":"x"}, "b": {"command":"x"}, "2": {"command":"x"} } }';
  const yaml = "mcpServers:\n  10: {command: x}\n  b: {command: x}\n  2: {command: x}\n";
  for (const [text, file] of [
    [jsonc, "a.json"],
    [yaml, "a.yaml"],
  ] as const) {
    const names = parseConfig(text, file, {}, cwd).upstreams.map(({ name }) => name);
    assert.deepEqual(names, ["10", "b", "2"]);
  }
});

test("a disabled server is there and disabled: what it refers to may be missing, but its structure is checked", () => {
  const text = '{ "mcpServers": { "off": { "command": "${ABSENT}", "disabled": true }, "on": { "command": "x" } } }';
  const config = parseConfig(text, "a.json", {}, cwd);
  assert.equal(config.unresolved, undefined);
  assert.deepEqual(
    config.upstreams.map(({ name, isDisabled, obstacle }) => [name, isDisabled, obstacle?.code]),
    [
      ["off", true, "upstream_misconfigured"],
      ["on", undefined, undefined],
    ],
  );
  assert.match(errorOf('{ "mcpServers": { "off": { "comand": "x", "disabled": true } } }').message, /comand/);
});

test("listen, sessions and dataDir are taken from the file, with names and origins as browsers send them", () => {
  const text = `
listen:
  host: localhost
  port: 0
  allowedHosts: [Gateway.Example.com]
  allowedOrigins: ["https://App.example.com:443", "vscode-webview://ABC"]
sessions: { max: 5 }
dataDir: ../data
`;
  const config = parseConfig(text, "/etc/switchyard/switchyard.yaml", {}, cwd);
  assert.deepEqual(config.listen, {
    host: "localhost",
    port: 0,
    allowedHosts: ["gateway.example.com"],
    allowedOrigins: ["https://app.example.com", "vscode-webview://abc"],
    publicUrl: undefined,
    trustedProxies: [],
  });
  assert.deepEqual(config.sessions, { ...sessionDefaults, max: 5 });
  assert.equal(config.dataDir, "/etc/data");
});

test("a host is a name or an address, and nothing else", () => {
  for (const host of ["127.0.0.1:80", "http://localhost", "[::1]", "a b", "", "a/b", "*", "-a", "a..b"]) {
    assert.match(
      errorOf(JSON.stringify({ listen: { host } })).message,
      /listen\.host must be a host name or an IP address/,
    );
    assert.match(
      errorOf(JSON.stringify({ listen: { allowedHosts: [host] } })).message,
      /listen\.allowedHosts\[0\] must be/,
    );
  }
  for (const host of ["localhost", "0.0.0.0", "::", "fe80::1%eth0", "gateway-1.example.com"]) {
    assert.equal(parseConfig(JSON.stringify({ listen: { host } }), "a.json", {}, cwd).listen.host, host);
  }
});

test("an env file fills the environment, and env wins over it", () => {
  const text = `{ "servers": { "a": { "command": "x", "envFile": "\${workspaceFolder}/.env", "env": { "B": "from env" } } } }`;
  const read: string[] = [];
  const config = parseConfig(text, "a.json", {}, cwd, (path) => {
    read.push(path);
    return "A=from file\nB=from file\n";
  });
  assert.deepEqual(read, ["/work/project/.env"]);
  assert.deepEqual(config.upstreams[0]?.target, {
    kind: "stdio",
    command: "x",
    args: [],
    env: { A: "from file", B: "from env" },
  });
});

test("an env file that cannot be read is a problem at its place", () => {
  const text = '{\n "servers": { "a": { "command": "x",\n  "envFile": "no-such.env" } } }';
  assert.equal(
    errorOf(text).message,
    "switchyard.jsonc:3:3: servers.a.envFile must be a file that can be read: there is none (relative to the configuration's folder)",
  );
});

test("all problems of a JSONC file come in one error, in the order of the file, each with line and column", () => {
  const text = `{
  // servers
  "mcpServers": {
    "github": {
      "comand": "npx",
      "timeoutMs": 0
    },
    "other": { "command": "x", "args": [true] },
    "other": { "command": "y", "args": [true] }
  },
  "listen": { "port": "8001" }
}`;
  const error = errorOf(text);
  assert.equal(error.code, "invalid_config");
  assert.deepEqual(error.message.split("\n"), [
    "switchyard.jsonc has 5 problems:",
    'switchyard.jsonc:5:7: unknown key "comand" in mcpServers.github; did you mean "command"?',
    "switchyard.jsonc:6:7: mcpServers.github.timeoutMs must be a whole number from 1 to 86400000, got 0",
    "switchyard.jsonc:9:5: mcpServers.other stands here a second time; keep one",
    "switchyard.jsonc:9:41: mcpServers.other.args[0] must be a string, got a boolean",
    'switchyard.jsonc:11:15: listen.port must be a whole number from 0 to 65535, got "8001"',
  ]);
  assert.equal(error.data?.["file"], "/work/project/switchyard.jsonc");
  assert.deepEqual(error.data["problems"], [
    {
      path: "mcpServers.github.comand",
      line: 5,
      column: 7,
      message: 'unknown key "comand" in mcpServers.github; did you mean "command"?',
    },
    {
      path: "mcpServers.github.timeoutMs",
      line: 6,
      column: 7,
      message: "mcpServers.github.timeoutMs must be a whole number from 1 to 86400000, got 0",
    },
    { path: "mcpServers.other", line: 9, column: 5, message: "mcpServers.other stands here a second time; keep one" },
    {
      path: "mcpServers.other.args[0]",
      line: 9,
      column: 41,
      message: "mcpServers.other.args[0] must be a string, got a boolean",
    },
    {
      path: "listen.port",
      line: 11,
      column: 15,
      message: 'listen.port must be a whole number from 0 to 65535, got "8001"',
    },
  ]);
});

test("all problems of a YAML file come in one error, in the order of the file, each with line and column", () => {
  const text = `# servers
mcpServers:
  my server:
    command: npx
    args:
      - 1
  other: { command: x, type: sse }
  other: { command: x }
listen:
  prot: 80
`;
  assert.deepEqual(errorOf(text, "switchyard.yaml").message.split("\n"), [
    "switchyard.yaml has 4 problems:",
    `switchyard.yaml:3:3: mcpServers["my server"]: a server's name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, has no "__" and does not end with "_"; rename it to "my-server"`,
    'switchyard.yaml:6:9: mcpServers["my server"].args[0] must be a string, got a number',
    "switchyard.yaml:8:3: mcpServers.other stands here a second time; keep one",
    'switchyard.yaml:10:3: unknown key "prot" in listen; did you mean "port"?',
  ]);
});

test("a text that is not JSON or YAML is told with line and column, and is not checked further", () => {
  assert.equal(
    errorOf('{\n  "mcpServers": { "comand": 1 }\n  "listen": {}\n}').message,
    "switchyard.jsonc:3:3: the file needs a comma before this",
  );
  assert.equal(
    errorOf("mcpServers:\n  a:\n    comand: @x\n", "switchyard.yml").message,
    "switchyard.yml:3:13: the file has a value that starts with a reserved character and needs quotes",
  );
});

test("variables that are not set are named with where they are used, all at once, and only in a valid file", () => {
  const text = `{ "mcpServers": {
    "a": { "command": "x", "args": ["\${ONE}"], "env": { "T": { "env": "TWO" } }, "envFile": "\${FOUR}/.env" },
    "b": { "url": "https://b.example", "headers": { "A": "Bearer \${env:THREE}" } } } }`;
  assert.deepEqual(errorOf(text).message.split("\n"), [
    "switchyard.jsonc has 4 problems:",
    "switchyard.jsonc:2:37: mcpServers.a.args[0] needs the environment variable ONE, which is not set",
    "switchyard.jsonc:2:57: mcpServers.a.env.T needs the environment variable TWO, which is not set",
    "switchyard.jsonc:2:82: mcpServers.a.envFile needs the environment variable FOUR, which is not set",
    "switchyard.jsonc:3:53: mcpServers.b.headers.A needs the environment variable THREE, which is not set",
  ]);
  const broken = errorOf(text.replace('"url"', '"ulr"')).message;
  assert.match(broken, /^switchyard\.jsonc:3:12: unknown key "ulr"/m);
  assert.doesNotMatch(broken, /not set/);
});

test("a prompt of VS Code anywhere in a server is refused with what to write instead", () => {
  for (const server of [
    '{ "command": "x", "env": { "K": "${input:key}" } }',
    '{ "command": "x", "args": ["--key=${input:key}"], "disabled": true }',
    '{ "url": "https://x.example", "headers": { "A": "Bearer ${input:key}" } }',
    '{ "command": "x", "dev": { "watch": "${input:key}" } }',
  ]) {
    const { message } = errorOf(`{ "inputs": [{ "id": "key" }], "servers": { "a": ${server} } }`);
    assert.match(
      message,
      /servers\.a\.\S+ uses \$\{input:…\}, but .*; use \$\{ENV_NAME\} and set that environment variable$/,
    );
  }
});

test("a ${ that is no reference is refused with the references there are", () => {
  const text = '{ "servers": { "a": { "command": "x", "args": ["${GITHUB-TOKEN}"] } } }';
  assert.match(errorOf(text).message, /servers\.a\.args\[0\] has a \$\{…\} that is none of \$\{NAME\}.* write \$\$\{$/);
});

test("a url must have a scheme that fits the type, and no credentials, as written and as resolved", () => {
  const messageFor = (type: string | undefined, url: string): string =>
    errorOf(JSON.stringify({ mcpServers: { a: { type, url } } }), "a.json", { HOST: "example.com" }).message;
  for (const url of ["example.com", "ftp://x.example", "/mcp", "${HOST}"]) {
    assert.match(messageFor(undefined, url), /mcpServers\.a\.url must be an http, https, ws or wss URL/);
    for (const type of ["http", "streamable-http", "sse"]) {
      assert.match(messageFor(type, url), /mcpServers\.a\.url must be an http or https URL/);
    }
    for (const type of ["ws", "websocket"]) {
      assert.match(messageFor(type, url), /mcpServers\.a\.url must be a ws or wss URL/);
    }
  }
  assert.match(messageFor("http", "ws://x.example"), /must be an http or https URL/);
  assert.match(messageFor("sse", "wss://x.example"), /must be an http or https URL/);
  assert.match(messageFor("ws", "https://x.example"), /must be a ws or wss URL/);
  const withPassword = JSON.stringify({ mcpServers: { a: { url: "https://ada:hunter2@x.example" } } });
  assert.match(errorOf(withPassword).message, /must not hold a user name or a password; send them in "headers"/);
});

test("a header must fit HTTP, and a name must be one", () => {
  const headers = { "X-Token": "${TOKEN}", "Bad Name: x": "y", "X-Word": "naïve ☂" };
  const { message } = errorOf(JSON.stringify({ mcpServers: { a: { url: "https://x.example", headers } } }));
  assert.match(message, /mcpServers\.a\.headers\["…"\] is not the name of an HTTP header/);
  assert.match(message, /mcpServers\.a\.headers\.X-Word must be text that fits an HTTP header/);
  const resolved = { mcpServers: { a: { url: "https://x.example", headers: { "X-Token": "${TOKEN}" } } } };
  assert.match(
    errorOf(JSON.stringify(resolved), "a.json", { TOKEN: "line\nbreak" }).message,
    /headers\.X-Token must be text that fits an HTTP header: no line breaks.* \(after its references are resolved\)$/,
  );
  const env = { "A=B": "x" };
  assert.match(
    errorOf(JSON.stringify({ mcpServers: { a: { command: "x", env } } })).message,
    /mcpServers\.a\.env\["…"\] is not the name of an environment variable/,
  );
});

test("a NUL character and a command that resolves to nothing are refused", () => {
  const nul = JSON.stringify({ mcpServers: { a: { command: "x", args: ["a\0b"] } } });
  assert.match(errorOf(nul).message, /args\[0\] must not hold a NUL character$/);
  const empty = JSON.stringify({ mcpServers: { a: { command: "${EMPTY}" } } });
  assert.match(errorOf(empty, "a.json", { EMPTY: "" }).message, /command must not be empty \(after its references/);
});

test("a key __proto__ is refused wherever it stands", () => {
  const server = '{ "command": "x" }';
  for (const text of [
    '{ "__proto__": {} }',
    `{ "mcpServers": { "__proto__": ${server} } }`,
    '{ "mcpServers": { "a": { "command": "x", "__proto__": {} } } }',
    '{ "mcpServers": { "a": { "command": "x", "env": { "__proto__": "x" } } } }',
    '{ "mcpServers": { "a": { "url": "https://x.example", "headers": { "__proto__": "x" } } } }',
  ]) {
    assert.match(errorOf(text).message, /__proto__/, text);
  }
});

test("a file over 4 MiB, or nested too deeply, or with an unknown ending, is refused", () => {
  const large = `// ${"x".repeat(4_194_304)}`;
  assert.equal(errorOf(large).message, `switchyard.jsonc must be a file of at most 4194304 bytes, got ${large.length}`);
  for (const depth of [65, 5_000, 2_000_000]) {
    assert.match(
      errorOf("[".repeat(depth) + "]".repeat(depth)).message,
      /must not nest lists and objects more than 64 deep$/,
    );
  }
  assert.match(errorOf("a: &a\n  b: *a\n", "a.yaml").message, /more than 64 deep$/);
  assert.match(
    errorOf("", "switchyard.toml").message,
    /^switchyard\.toml must end in one of \.jsonc, \.json, \.yaml, \.yml/,
  );
});

test("an error lists at most 100 problems and says how many more there are", () => {
  const servers = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`s${at}`, { command: 1 }]));
  const lines = errorOf(JSON.stringify({ mcpServers: servers })).message.split("\n");
  assert.equal(lines.length, 102);
  assert.equal(lines[0], "switchyard.jsonc has 150 problems:");
  assert.equal(lines.at(-1), "… and 50 more");
});

function withLimits(limits: object): string {
  return JSON.stringify({ mcpServers: { a: { command: "x", limits } } });
}

test("limits of a command's processes are taken as written, and a warning that would come after the end is refused", () => {
  const limits = { memoryMiB: { soft: 400, hard: 500 }, processes: { hard: 20 } };
  const [upstream] = parseConfig(withLimits(limits), "a.json", {}, cwd).upstreams;
  assert.ok(upstream?.target.kind === "stdio");
  assert.deepEqual(upstream.target.limits, limits);
  assert.match(
    errorOf(withLimits({ memoryMiB: { soft: 600, hard: 500 } })).message,
    /limits\.memoryMiB\.soft must be at most memoryMiB\.hard, which is 500, got 600$/,
  );
});

test("a byte order mark changes nothing, places included", () => {
  assert.match(errorOf('\uFEFF{ "hots": 1 }').message, /^switchyard\.jsonc:1:3: /);
});

test("a file outside the working directory is named in full", () => {
  assert.match(errorOf("[]", "/etc/switchyard.json").message, /^\/etc\/switchyard\.json:1:1: /);
});
