import assert from "node:assert/strict";
import { chmod, lstat, readFile, readdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

function json(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  assert.ok(isJsonObject(value), text);
  return value;
}

const ours = `{
  // the port that our clients know
  "listen": { "port": 18001 },
  "mcpServers": {
    "files": { "command": "files" }, // stays
  },
}
`;

const cursorFile = `{
  // pasted from a README
  "mcpServers": {
    "github": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-github"],
      "env": { "GITHUB_PERSONAL_ACCESS_TOKEN": "ghp_0123456789" },
    },
    "files": { "command": "other" },
    "gateway": { "url": "http://localhost:18001/mcp" },
  },
}
`;

test("a dry run shows the change without any secret and writes nothing; the import writes it, keeps every comment, and is taken back byte for byte", async () => {
  await inPlace(async ({ home, project, config, write, run }) => {
    await write(join(home, ".cursor", "mcp.json"), cursorFile);
    await write(config, ours);
    await chmod(config, 0o640);
    const dry = await run("import", "--from", "cursor", "--dry-run");
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, /^\+ "github": \{\n\+ {3}"command": "npx",$/m);
    assert.match(dry.stdout, /^\+ {5}"GITHUB_PERSONAL_ACCESS_TOKEN": "\*\*\*"$/m);
    assert.match(dry.stdout, /^! files: left out, since another server is called files here; --replace puts/m);
    assert.match(dry.stdout, /^! gateway: left out, since it is this gateway itself$/m);
    assert.match(dry.stdout, /^! github: env GITHUB_PERSONAL_ACCESS_TOKEN looks like a secret/m);
    assert.match(dry.stdout, /Nothing is written/);
    assert.equal(await readFile(config, "utf8"), ours);
    assert.deepEqual(await readdir(project), ["switchyard.jsonc"]);

    const done = await run("import", "--from", "cursor");
    assert.equal(done.status, 0, done.stderr);
    assert.match(
      done.stdout,
      /Imported 1 server into switchyard\.jsonc\. `switchyard import --rollback` takes this back\./,
    );
    assert.ok(!(dry.stdout + done.stdout).includes("ghp_"));
    const text = await readFile(config, "utf8");
    assert.ok(text.startsWith(ours.slice(0, ours.indexOf("// stays"))), text);
    assert.match(text, /\/\/ stays\n {4}"github": \{[^]*"ghp_0123456789"[^]*\n {4}\},\n {2}\},\n\}\n$/);
    assert.equal((await stat(config)).mode & 0o777, 0o640);
    assert.match((await run("list")).stdout, /^github\s+stdio\s+npx \(2 arguments\)$/m);

    const again = await run("import", "--from", "cursor");
    assert.match(again.stdout, /^= github is there already$[^]*switchyard\.jsonc stays as it is\.\n$/m);
    assert.match((await run("import", "--rollback")).stdout, /^switchyard\.jsonc is what it was before the import\./);
    assert.equal(await readFile(config, "utf8"), ours);
    await run("import", "--rollback");
    assert.equal(await readFile(config, "utf8"), text);
  });
});

test("with --replace the client's entry takes the place of ours, shown as a change", async () => {
  await inPlace(async ({ home, config, write, run }) => {
    await write(join(home, ".cursor", "mcp.json"), cursorFile);
    await write(config, ours);
    const done = await run("import", "--from", "cursor", "--replace");
    assert.match(
      done.stdout,
      /^- "files": \{\n- {3}"command": "files"\n- \}\n\+ "files": \{\n\+ {3}"command": "other"$/m,
    );
    assert.match(await readFile(config, "utf8"), /"files": \{\n {6}"command": "other"/);
  });
});

test("where there was no configuration, one is made that only its owner can read, and taking it back removes it", async () => {
  await inPlace(async ({ home, project, config, write, run }) => {
    await write(join(home, ".codex", "config.toml"), '[mcp_servers.docs]\nurl = "https://docs.example/mcp"\n');
    assert.equal((await run("import", "--from", "codex")).status, 0);
    if (process.platform !== "win32") assert.equal((await stat(config)).mode & 0o777, 0o600);
    assert.equal((await run("config", "validate")).status, 0);
    assert.match((await run("import", "--rollback")).stdout, /is gone, as before/);
    assert.ok(!(await readdir(project)).includes("switchyard.jsonc"));
    const nothing = await run("import", "--rollback", "--config", "other.yaml");
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /There is no import to take back: no backup stands beside other\.yaml/);
  });
});

test("claude is both Claude Desktop and Claude Code, whose servers for this folder come first", async () => {
  await inPlace(async ({ home, project, write, run }) => {
    const desktop = process.platform === "darwin" ? ["Library", "Application Support"] : [".config"];
    await write(
      join(home, ...desktop, "Claude", "claude_desktop_config.json"),
      JSON.stringify({ globalShortcut: "", mcpServers: { "My Notes": { command: "notes" } } }),
    );
    await write(
      join(project, ".mcp.json"),
      JSON.stringify({ mcpServers: { shared: { type: "http", url: "https://s.example" } } }),
    );
    const user = { command: "user", type: "stdio", args: [], env: {} };
    await write(
      join(home, ".claude.json"),
      JSON.stringify({
        numStartups: 3,
        mcpServers: { both: user, far: user },
        projects: {
          [project]: { mcpServers: { both: { ...user, command: "local" } } },
          "/else": { mcpServers: { no: user } },
        },
      }),
    );
    const read = json((await run("import", "--from", "claude", "--json")).stdout);
    assert.ok(Array.isArray(read["servers"]));
    const seen = read["servers"].filter(isJsonObject).map(({ decision, name, client }) => [decision, name, client]);
    assert.deepEqual(seen, [
      ["add", "My-Notes", "claude"],
      ["add", "both", "claude-code"],
      ["add", "shared", "claude-code"],
      ["leave", "both", "claude-code"],
      ["add", "far", "claude-code"],
    ]);
    assert.match((await run("list")).stdout, /^both\s+stdio\s+local$/m);
  });
});

test("VS Code's questions become environment variables, and YAML keeps its comments", async () => {
  await inPlace(async ({ project, write, run }) => {
    const yaml = "# ours\nmcpServers:\n  a:\n    command: a # stays\n";
    await write(join(project, "switchyard.yaml"), yaml);
    await write(
      join(project, ".vscode", "mcp.json"),
      '{ "inputs": [{ "id": "key" }], "servers": { "b": { "type": "http", "url": "https://b.example", "headers": { "K": "${input:key}" } } } }',
    );
    const done = await run("import", "--from", "vscode");
    assert.match(done.stdout, /^\+ b:\n\+ {3}type: http$/m);
    assert.match(done.stdout, /^! b: a value that a person was asked for is now \$\{KEY\}$/m);
    assert.match(done.stdout, /^! b: KEY must be set in the gateway's environment, and is not$/m);
    const text = await readFile(join(project, "switchyard.yaml"), "utf8");
    assert.ok(text.startsWith(yaml));
    assert.match(text, /K: \$\{KEY\}/);
  });
});

test("a configuration that is a link stays one", async () => {
  await inPlace(async ({ home, project, config, write, run }) => {
    await write(join(home, ".cursor", "mcp.json"), cursorFile);
    await write(join(home, "dotfiles", "ours.jsonc"), ours);
    await symlink(join(home, "dotfiles", "ours.jsonc"), config);
    assert.equal((await run("import", "--from", "cursor")).status, 0);
    assert.ok((await lstat(config)).isSymbolicLink());
    assert.match(await readFile(join(home, "dotfiles", "ours.jsonc"), "utf8"), /github/);
    assert.equal((await run("import", "--rollback")).status, 0);
    assert.ok((await lstat(config)).isSymbolicLink());
    assert.equal(await readFile(join(home, "dotfiles", "ours.jsonc"), "utf8"), ours);
    assert.deepEqual((await readdir(project)).toSorted(), ["switchyard.jsonc", "switchyard.jsonc.before-import"]);
  });
});

test("what cannot be read says which file, where in it, and what to do; nothing of it is shown", async () => {
  await inPlace(async ({ home, project, write, run }) => {
    const missing = await run("import", "--from", "vscode");
    assert.equal(missing.status, 5);
    assert.match(
      missing.stderr,
      /^No configuration of VS Code is here\. Looked for:\n {2}\.vscode\/mcp\.json\n[^]*→ Name its file with --file/,
    );
    await write(join(project, "broken.json"), '{\n  "mcpServers": {\n    "a": { "env": { "K": "s3cr3t" }\n  }\n');
    await write(join(project, "broken.toml"), '[mcp_servers.a]\nenv = { K = "s3cr3t"\n');
    await write(join(project, "list.json"), '{ "mcpServers": ["s3cr3t"] }');
    await symlink(join(project, "loop.json"), join(project, "loop.json"));
    const cases = [
      { args: ["cursor", "--file", "broken.json"], status: 3, says: /^broken\.json:5:1: the file needs a closing \}/m },
      {
        args: ["codex", "--file", "broken.toml"],
        status: 3,
        says: /^broken\.toml:3:1: the file is not TOML here\.\n→ Correct the file, which is Codex's\./,
      },
      {
        args: ["cursor", "--file", "list.json"],
        status: 3,
        says: /^list\.json must have an object at mcpServers, got a list/,
      },
      { args: ["cursor", "--file", "."], status: 3, says: /cannot be read: it is a folder\.\n→ Correct the file/ },
      { args: ["cursor", "--file", "loop.json"], status: 3, says: /^loop\.json cannot be read: ELOOP/ },
      {
        args: ["cursor", "--file", "absent.json"],
        status: 2,
        says: /^--file names .*absent\.json, which is not there/,
      },
      { args: ["curser"], status: 2, says: /^--from must be one of .*, got "curser"; did you mean "cursor"\?/ },
    ];
    for (const { args, status, says } of cases) {
      const ended = await run("import", "--from", ...args);
      assert.equal(ended.status, status, ended.stderr);
      assert.match(ended.stderr, says);
      assert.ok(!ended.stderr.includes("s3cr3t"));
    }
    assert.match(
      (await run("import")).stderr,
      /^Name the client with --from: claude, claude-code, cursor, vscode, codex\./,
    );
    await write(join(home, ".cursor", "mcp.json"), cursorFile);
    await write(join(project, "switchyard.jsonc"), '{ "mcpServers": { ');
    const wrong = await run("import", "--from", "cursor");
    assert.equal(wrong.status, 3);
    assert.match(wrong.stderr, /switchyard\.jsonc:1:19: the file needs a closing \}/);
  });
});

test("a running gateway takes up what is imported", async () => {
  await inPlace(async ({ home, config, write, run, start }) => {
    await write(config, '{ "listen": { "port": 0 } }');
    await using gateway = start("serve");
    await gateway.says("Point an MCP client at it");
    const url = /http:\S+\/mcp$/m.exec(gateway.stdout())?.[0] ?? "";
    const everything = import.meta
      .resolve("@modelcontextprotocol/server-everything/dist/index.js")
      .replace("file://", "");
    const servers = { all: { command: process.execPath, args: [everything, "stdio"] }, itself: { url } };
    await write(join(home, ".cursor", "mcp.json"), JSON.stringify({ mcpServers: servers }));
    const done = await run("import", "--from", "cursor");
    assert.match(done.stdout, /^! itself: left out, since it is this gateway itself$/m);
    await gateway.says("all is ready: ");
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});
