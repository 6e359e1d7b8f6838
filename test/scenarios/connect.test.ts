import assert from "node:assert/strict";
import { chmod, lstat, readFile, readdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { valueAt } from "../../src/config/content.ts";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

const memory = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-memory/dist/index.js"));
const ours = JSON.stringify({
  mcpServers: { memory: { command: process.execPath, args: [memory] } },
  listen: { port: 0 },
});

/** Connects as the client would, and looks until a tool of ours is there: the first list may be early. */
async function findsToolOver(transport: Transport): Promise<void> {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  try {
    await until(async () => {
      const { tools } = await client.listTools();
      return tools.some(({ name }) => name === "memory__read_graph");
    }, "the gateway lists memory__read_graph");
  } finally {
    await client.close();
  }
}

function texts(value: unknown): string[] {
  assert.ok(Array.isArray(value));
  return value.map(String);
}

test("Claude Desktop gets a command that starts the gateway, and that it works with", async () => {
  await inPlace(async ({ home, project, config, write, run }) => {
    await write(config, ours);
    const file = join(
      home,
      ...(process.platform === "darwin" ? ["Library", "Application Support"] : [".config"]),
      "Claude",
      "claude_desktop_config.json",
    );
    const done = await run("connect", "claude");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /Claude Desktop has the gateway now\. Quit Claude Desktop and start it again\./);
    const entry = valueAt(JSON.parse(await readFile(file, "utf8")), ["mcpServers", "switchyard"]);
    const [command, args] = [String(valueAt(entry, ["command"])), texts(valueAt(entry, ["args"]))];
    assert.deepEqual(args.slice(1), ["serve", "--stdio", "--config", join(project, "switchyard.jsonc")]);
    await findsToolOver(new StdioClientTransport({ command, args, cwd: home, stderr: "ignore" }));
    assert.match((await run("connect", "claude")).stdout, /stays as it is: switchyard is in it already\.$/m);
    const withUrl = await run("connect", "claude", "--url", "http://127.0.0.1:1/mcp");
    assert.equal(withUrl.status, 2);
    assert.match(withUrl.stderr, /^Claude Desktop's file knows only commands; leave --url out/);
  });
});

test("Cursor gets the address of the gateway that runs; its file is kept, a link stays a link, and --remove gives it back", async () => {
  await inPlace(async ({ home, config, write, run, start }) => {
    await write(config, ours);
    const unknown = await run("connect", "cursor");
    assert.equal(unknown.status, 2);
    assert.match(
      unknown.stderr,
      /listen\.port is 0, so its address is not known yet\.\n→ Start it with `switchyard serve`/,
    );

    await using gateway = start("serve");
    await gateway.says("memory is ready");
    const [file, target] = [join(home, ".cursor", "mcp.json"), join(home, "dotfiles.json")];
    const before = '{\n  // mine\n  "mcpServers": { "a": { "command": "a" } },\n}';
    await write(target, before);
    await chmod(target, 0o600);
    await write(join(home, ".cursor", "x"), "");
    await symlink(target, file);
    const dry = await run("connect", "cursor", "--dry-run");
    assert.match(
      dry.stdout,
      /^\+ "switchyard": \{\n\+ {3}"url": "http:\/\/127\.0\.0\.1:\d+\/mcp"\n\+ \}\n\nNothing is written/m,
    );
    assert.equal(await readFile(target, "utf8"), before);

    const done = await run("connect", "cursor");
    assert.match(done.stdout, /What was before is in .*mcp\.json\.before-switchyard\.$/m);
    assert.equal(await readFile(`${file}.before-switchyard`, "utf8"), before);
    assert.ok((await lstat(file)).isSymbolicLink());
    assert.equal((await stat(target)).mode & 0o777, 0o600);
    const text = await readFile(target, "utf8");
    const url = /"url": ?"([^"]+)"/.exec(text)?.[1] ?? "";
    await findsToolOver(new StreamableHTTPClientTransport(new URL(url)));

    assert.match((await run("connect", "cursor", "--remove")).stdout, /Took switchyard out of Cursor/);
    assert.equal(await readFile(target, "utf8"), before);
    assert.match((await run("connect", "cursor", "--remove")).stdout, /switchyard is not in it\.$/m);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("Codex's TOML keeps its comments, and VS Code's project file can be named", async () => {
  await inPlace(async ({ home, project, config, write, run }) => {
    // That a variable is missing, which the gateway will want, does not matter here.
    await write(config, '{ "servers": { "a": { "url": "${NOT_SET_ANYWHERE}" } }, "listen": { "port": 18001 } }');
    const file = join(home, ".codex", "config.toml");
    const before = '# mine\nmodel = "gpt"\n\n[mcp_servers.docs] # theirs\nurl = "https://docs.example/mcp"\n';
    await write(file, before);
    assert.equal((await run("connect", "codex", "--name", "gateway")).status, 0);
    assert.equal(
      await readFile(file, "utf8"),
      `${before}\n[mcp_servers.gateway]\nurl = "http://127.0.0.1:18001/mcp"\n`,
    );
    await run("connect", "codex", "--name", "gateway", "--remove");
    assert.equal(await readFile(file, "utf8"), before);

    const args = ["connect", "vscode", "--file", ".vscode/mcp.json", "--stdio", "--json"];
    const read: unknown = JSON.parse((await run(...args)).stdout);
    assert.deepEqual(valueAt(read, ["changed"]), true);
    const entry = valueAt(JSON.parse(await readFile(join(project, ".vscode", "mcp.json"), "utf8")), [
      "servers",
      "switchyard",
    ]);
    assert.equal(valueAt(entry, ["type"]), "stdio");
    assert.deepEqual(entry, valueAt(read, ["entry"]));
    assert.deepEqual(await readdir(join(project, ".vscode")), ["mcp.json"]);
  });
});

test("what cannot be done says why and leaves every file as it was", async () => {
  await inPlace(async ({ home, project, write, run }) => {
    const file = join(home, ".cursor", "mcp.json");
    const broken = '{\n  "mcpServers": {\n    "a": { "env": { "K": "s3cr3t" } }\n';
    await write(file, broken);
    const cases = [
      {
        args: ["cursor"],
        status: 3,
        says: /mcp\.json:4:1: the file needs a closing \}[^]*→ Correct the file, which is Cursor's\./,
      },
      { args: ["cursor", "--file", "."], status: 3, says: /cannot be read: it is a folder/ },
      { args: ["claude"], status: 2, says: /^There is no configuration here[^]*→ Begin one with `switchyard add`/ },
      {
        args: ["cursor", "--stdio", "--url", "http://x"],
        status: 2,
        says: /^Give either --stdio or --url, not both\./,
      },
      { args: ["cursor", "--url", "ftp://x"], status: 2, says: /^--url must be an http or https URL, got "ftp:\/\/x"/ },
      { args: ["cursor", "--name", "a b"], status: 2, says: /^--name must be letters, digits/ },
      { args: ["vscod"], status: 2, says: /got "vscod"; did you mean "vscode"\?/ },
      { args: [], status: 2, says: /missing required argument 'client'/ },
    ];
    for (const { args, status, says } of cases) {
      const ended = await run("connect", ...args);
      assert.equal(ended.status, status, ended.stderr);
      assert.match(ended.stderr, says);
      assert.ok(!ended.stderr.includes("s3cr3t"));
    }
    assert.equal(await readFile(file, "utf8"), broken);
    assert.deepEqual(await readdir(project), []);
  });
});
