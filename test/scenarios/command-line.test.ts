import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { isJsonObject } from "../../src/core/json.ts";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";
import { verifies } from "../requirements/verifies.ts";
import { until } from "../rig/until.ts";

fileRig();

const everything = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
const memory = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-memory/dist/index.js"));

function json(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  assert.ok(isJsonObject(value), text);
  return value;
}

async function folderWith(servers: object, run: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers: servers, listen: { port: 0 } }));
    await run(folder);
  });
}

const everythingServer = { command: process.execPath, args: [everything, "stdio"] };

test("a tool can be called without a gateway, with and without a configuration", async () => {
  await inFolder(async (folder) => {
    const called = await runCommand(["call", "everything/echo", "--args", '{"message":"hello"}'], folder);
    assert.deepEqual(called, { status: 0, stdout: "Echo: hello\n", stderr: "" });
    assert.deepEqual(await readdir(folder), []);
  });
});

test("a server at a URL is added with the transport that the URL names, and listed with it", async () => {
  await inFolder(async (folder) => {
    for (const [name, url] of [
      ["far", "https://x.example/mcp"],
      ["live", "wss://x.example/mcp?key=secret"],
    ] as const) {
      assert.equal((await runCommand(["add", name, "--url", url], folder)).status, 0);
    }
    const file = join(folder, "switchyard.jsonc");
    await writeFile(file, (await readFile(file, "utf8")).replace('"type": "http"', '"type": "sse"'));
    assert.deepEqual(json((await runCommand(["list", "--json"], folder)).stdout)["upstreams"], [
      { name: "far", transport: "sse", target: "https://x.example/mcp", state: "enabled" },
      { name: "live", transport: "ws", target: "wss://x.example/mcp", state: "enabled" },
    ]);
  });
});

test("a call shows progress on stderr and its whole result as JSON on stdout", async () => {
  await folderWith({ everything: everythingServer }, async (folder) => {
    const args = ["--json", "--args", '{"duration":0.2,"steps":2}'];
    const { status, stdout, stderr } = await runCommand(
      ["call", "everything/trigger-long-running-operation", ...args],
      folder,
    );
    assert.equal(status, 0);
    const text = "Long running operation completed. Duration: 0.2 seconds, Steps: 2.";
    assert.deepEqual(json(stdout)["content"], [{ type: "text", text }]);
    assert.match(stderr, / 50 % {2}1\/2\n.* 100 % {2}2\/2\n/);
  });
});

test("what fails says what and what to do, with an exit status of its own", async () => {
  await folderWith({ everything: everythingServer }, async (folder) => {
    const cases = [
      { args: ["call", "everything/nope"], status: 5, says: /^Unknown tool "nope"\.\n→ Call tools\/list/ },
      { args: ["call", "nobody/echo"], status: 5, says: /^There is no upstream "nobody"; there are everything\.\n→/ },
      { args: ["call", "everything/echo", "--args", "{"], status: 2, says: /^--args must be a JSON object/ },
      { args: ["call", "echo"], status: 2, says: /^A tool is named upstream\/tool, got "echo"\.\n$/ },
      { args: ["status"], status: 4, says: /^No gateway is running for this configuration\.\n→ Start one/ },
      {
        args: ["status", "--url", "http://127.0.0.1:1"],
        status: 4,
        says: /^No gateway answers at http:\/\/127\.0\.0\.1:1\.\n/,
      },
      { args: ["remove", "everythin"], status: 2, says: /did you mean "everything"\?\n$/ },
      { args: ["serve", "--host", "0.0.0.0"], status: 2, says: /others can reach.*\n→ Ask who calls: set `auth`/ },
      { args: ["serve", "--port", "70000"], status: 2, says: /whole number from 0 to 65535/ },
      { args: ["serve", "--config", "absent.jsonc"], status: 3, says: /^There is no configuration file absent\.jsonc/ },
      { args: ["bogus"], status: 2, says: /unknown command 'bogus'[^→]*→ With --help after it/ },
      { args: ["status", "--bogus"], status: 2, says: /unknown option '--bogus'[^→]*→ With --help after it/ },
      {
        args: ["add", "memory", "npx", "-y", "server"],
        status: 2,
        says: /unknown option '-y'[^→]*→ .* comes after --: /,
      },
      { args: ["audit", "ls", "--limit", "x"], status: 2, says: /^limit must be a whole number .*, got "x"\.\n→/ },
    ];
    for (const { args, status, says } of cases) {
      const ended = await runCommand(args, folder);
      assert.equal(ended.status, status, `${args.join(" ")}: ${ended.stderr}`);
      assert.match(ended.stderr, says);
      assert.equal(ended.stdout, "");
    }
    const asJson = await runCommand(["call", "everything/nope", "--json"], folder);
    assert.equal(json(asJson.stderr)["error"] && asJson.status, 5);
  });
});

test("a tool that reports a failure ends with status 1 and its text on stderr", async () => {
  await folderWith({ everything: everythingServer }, async (folder) => {
    const ended = await runCommand(["call", "everything/echo", "--args", "{}"], folder);
    assert.equal(ended.status, 1);
    assert.match(ended.stderr, /message/);
    assert.equal(ended.stdout, "");
  });
});

test("a gateway that runs is found by the other commands, takes up what is added and removed, and keeps what it has when the file is wrong", async () => {
  await folderWith({ everything: everythingServer }, async (folder) => {
    await using gateway = startCommand(["serve"], folder);
    await gateway.says("everything is ready: ");
    const added = await runCommand(["add", "memory", "--", process.execPath, memory], folder);
    assert.match(added.stdout, /^Added memory to switchyard\.jsonc/);
    await gateway.says("memory is ready: 9 tools");

    const status = json((await runCommand(["status", "--json"], folder)).stdout);
    assert.equal(status["pid"], gateway.pid);
    const called = await runCommand(["call", "memory/read_graph", "--json"], folder);
    assert.deepEqual(json(called.stdout)["structuredContent"], { entities: [], relations: [] });
    const inspected = await runCommand(["inspect", "memory/read_graph"], folder);
    assert.match(inspected.stdout, /^memory\/read_graph – Read Graph\n\nRead the entire knowledge graph\n/);
    const all = await runCommand(["inspect"], folder);
    assert.match(all.stdout, /^everything\nTOOLS \(\d+\)/);

    const file = join(folder, "switchyard.jsonc");
    const good = await readFile(file, "utf8");
    await writeFile(file, good.replaceAll('"command"', '"comand"'));
    await gateway.says(
      /unknown key "comand" in mcpServers\.everything; did you mean "command"\?[^]*The running configuration stays/,
    );
    assert.equal(
      (
        await runCommand(
          ["call", "everything/echo", "--args", '{"message":"x"}', "--url", String(status["url"])],
          folder,
        )
      ).status,
      0,
    );
    await writeFile(file, good);
    assert.equal((await runCommand(["remove", "everything"], folder)).status, 0);
    await gateway.says("Configuration read again: 1 server\n");
    assert.equal((await runCommand(["call", "everything/echo"], folder)).status, 5);

    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
    // No note of where it listens, and nothing half written.
    assert.deepEqual(await readdir(join(folder, ".switchyard")), ["switchyard.db"]);
  });
});

test("Ctrl-C cancels a call that runs", async () => {
  await folderWith({ everything: everythingServer }, async (folder) => {
    await using call = startCommand(
      ["call", "everything/trigger-long-running-operation", "--args", '{"duration":600,"steps":3000}'],
      folder,
    );
    await call.says("1/3000");
    call.kill("SIGINT");
    assert.equal(await call.exited, 130);
    assert.match(call.stderr(), /Cancelled\.\n$/);
  });
});

test("serve --stdio speaks to the client that started it, in both eras, and ends with its input", async () => {
  verifies("version.dual-era-server", "stdio.stdout", "stdio.shutdown-obeyed");
  await folderWith({ everything: everythingServer }, async (folder) => {
    const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [main, "serve", "--stdio"],
        cwd: folder,
        stderr: "ignore",
      }),
    );
    try {
      await until(async () => (await client.listTools()).tools.length >= 13, "the program has connected to the server");
      const result = await client.callTool({ name: "everything__get-sum", arguments: { a: 2, b: 3 } });
      assert.deepEqual(result.content, [{ type: "text", text: "The sum of 2 and 3 is 5." }]);
    } finally {
      await client.close();
    }
  });
});

test("config schema is a JSON Schema and config validate counts every mistake", async () => {
  await inFolder(async (folder) => {
    assert.equal(json((await runCommand(["config", "schema"], folder)).stdout)["title"], "Switchyard configuration");
    await writeFile(join(folder, "x.yaml"), "mcpServers:\n  a:\n    comand: x\nlisten:\n  port: 99999\n");
    const wrong = await runCommand(["config", "validate", "x.yaml"], folder);
    assert.equal(wrong.status, 3);
    assert.match(
      wrong.stderr,
      /x\.yaml:3:5: unknown key "comand".*\n.*x\.yaml:5:3: listen\.port must be a whole number from 0 to 65535, got 99999/,
    );
    await writeFile(join(folder, "x.yaml"), "mcpServers:\n  a:\n    command: x\n");
    const right = await runCommand(["config", "validate", "x.yaml", "--json"], folder);
    assert.equal(json(right.stdout)["valid"], true);
  });
});
