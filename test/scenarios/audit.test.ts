import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { type Command, inFolder, main, runCommand, startCommand } from "../rig/command-line.ts";
import { assertNothingLeaked, namedSecret, shapedSecrets } from "../rig/planted.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV1 } from "../rig/sdk-v1.ts";
import { until } from "../rig/until.ts";

fileRig();

const everything = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));

interface Stand {
  readonly folder: string;
  readonly gateway: Command;
  readonly origin: string;
}

async function withGateway(run: (stand: Stand) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const mcpServers = { everything: { command: process.execPath, args: [everything, "stdio"] } };
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers, listen: { port: 0 } }));
    await using gateway = startCommand(["serve", "--json"], folder);
    await gateway.says(/"kind":"ready"/);
    await gateway.says(/"event":"listening"/);
    const origin = /"url":"(http:\/\/[^/"]+)/.exec(gateway.stdout())?.[1] ?? "";
    await run({ folder, gateway, origin });
    gateway.kill("SIGTERM");
    await gateway.exited;
  });
}

async function jsonAt(origin: string, path: string): Promise<JsonObject> {
  const value: unknown = await (await fetch(`${origin}${path}`)).json();
  assert.ok(isJsonObject(value), path);
  return value;
}

async function rowsIn(folder: string, ...args: readonly string[]): Promise<JsonObject[]> {
  const { stdout, stderr } = await runCommand(["audit", "ls", "--json", ...args], folder);
  assert.equal(stderr === "" || stdout === "", true, stderr);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

const echo = { name: "everything__echo", arguments: { message: "hello" } };

test(
  "a failure carries the id by which everything about it is found, by address and by command",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin }) => {
      const client = await connectV1({ kind: "http", url: `${origin}/mcp` });
      await until(async () => {
        return JSON.stringify(await jsonAt(origin, "/api/status")).includes('"residentBytes"');
      }, "the server's processes were looked at");
      const failed: unknown = await client
        .callTool({ name: "everything__nope", arguments: { a: 1 } })
        .catch((thrown: unknown) => thrown);
      await fetch(`${origin}/api/upstreams/everything/isolate`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      const refused = await client.callTool(echo);
      await client.close();
      assert.ok(isJsonObject(failed) && isJsonObject(failed["data"]));
      const ids = [
        failed["data"]["errorId"],
        objectAt(objectAt({ ...refused }, "_meta") ?? {}, "switchyard/error")?.["errorId"],
      ];
      const shown = await Promise.all(ids.map((id) => jsonAt(origin, `/api/errors/${String(id)}`)));
      assert.deepEqual(
        shown.map(({ id, code, outcome }) => [id, code, outcome]),
        [
          [ids[0], "unknown_tool", "error"],
          [ids[1], "upstream_isolated", "error"],
        ],
      );
      assert.deepEqual(shown[0]?.["arguments"], { a: 1 });
      const text = (await runCommand(["audit", "show", String(ids[1])], folder)).stdout;
      assert.match(text, /code +upstream_isolated/);
      assert.match(text, /session +(?!\[redacted\])/);
      assert.match(text, /^observe +█/m);
      assert.match(text, /residentBytes/);
      const [acted] = await rowsIn(folder, "--kind", "event");
      assert.ok(acted);
      const events = await rowsIn(folder, "--kind", "event", "--principal", "local");
      assert.deepEqual(
        events.map((row) => [row["method"], row["upstream"]]),
        [["operator.acted", "everything"]],
      );
      const missing = await fetch(`${origin}/api/errors/${"0".repeat(8)}`);
      assert.equal(missing.status, 404);
      const page = await fetch(`${origin}/api/calls`, { headers: { origin: "http://localhost:1" } });
      assert.equal(page.status, 403);
    });
  },
);

test(
  "planted secrets are in no output: not in the file, not in an answer about the record, not on stdout or stderr",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin, gateway }) => {
      const client = await connectV1({ kind: "http", url: `${origin}/mcp` });
      for (const secret of [...Object.values(shapedSecrets), JSON.stringify({ password: namedSecret })]) {
        await client.callTool({ name: "everything__echo", arguments: { message: secret, apiKey: namedSecret } });
        await client.callTool({ name: "everything__nope", arguments: { message: secret } }).catch(() => undefined);
      }
      await client.close();
      const outputs: Record<string, string> = {};
      for (const path of [
        "/api/calls",
        "/api/audit/export",
        "/api/audit/export?format=csv",
        "/api/status",
        "/api/audit/summary",
      ]) {
        outputs[path] = await (await fetch(`${origin}${path}`)).text();
      }
      const { rows } = await jsonAt(origin, "/api/calls?kind=call");
      assert.ok(Array.isArray(rows) && rows.length === 20);
      const first: unknown = rows[0];
      outputs["show"] = (
        await runCommand(["audit", "show", stringAt(isJsonObject(first) ? first : {}, "id") ?? ""], folder)
      ).stdout;
      outputs["ls"] = (await runCommand(["audit", "ls"], folder)).stdout;
      gateway.kill("SIGTERM");
      await gateway.exited;
      assertNothingLeaked({ ...outputs, stdout: gateway.stdout(), stderr: gateway.stderr() }, [
        join(folder, ".switchyard"),
      ]);
      assert.match(outputs["/api/audit/export"] ?? "", /\[redacted\]/);
    });
  },
);

test(
  "a gateway that is killed loses at most what the last batch would have held, and its chain is whole",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin, gateway }) => {
      const client = await connectV1({ kind: "http", url: `${origin}/mcp` });
      let answered = 0;
      const calling = (async () => {
        for (;;) {
          await client.callTool(echo);
          answered += 1;
        }
      })().catch(() => undefined);
      await until(() => answered >= 200, "200 calls are answered");
      gateway.kill("SIGKILL");
      await gateway.exited;
      await client.close().catch(() => undefined);
      await calling;
      const verified = await runCommand(["audit", "verify", "--json"], folder);
      assert.equal(verified.status, 0, verified.stdout);
      const kept = (await rowsIn(folder, "--kind", "call", "--limit", "1000")).length;
      assert.ok(kept > 0 && kept <= answered + 1, `${kept} of ${answered}`);
      assert.ok(answered - kept <= 100, `${kept} of ${answered} are on record`);
    });
  },
);

test(
  "calls of read-only tools are repeated against a server, and what differs is shown",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin }) => {
      const client = await connectV1({ kind: "http", url: `${origin}/mcp` });
      await client.callTool(echo);
      await client.callTool({ name: "everything__get-sum", arguments: { a: 1, b: 2 } });
      await client.callTool({ name: "everything__echo", arguments: { message: shapedSecrets.gitHub } });
      await client.close();
      const { stdout, status } = await runCommand(["audit", "replay", "--upstream", "everything", "--json"], folder);
      const summary: unknown = JSON.parse(stdout);
      const skipped = { arguments_redacted: 1 };
      assert.deepEqual([status, summary], [0, { event: "summary", same: 2, different: 0, failed: 0, skipped }]);
      const again = await rowsIn(folder, "--kind", "call");
      assert.equal(again.length, 5, "what is repeated at the gateway goes on record, too");
    });
  },
);

test(
  "what is changed of the configuration is on record: by whom, from where, and what, but never a value",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin }) => {
      const change = async (method: string, path: string, body: object): Promise<number> => {
        const headers = { "content-type": "application/json" };
        return (await fetch(`${origin}${path}`, { method, headers, body: JSON.stringify(body) })).status;
      };
      const server = { command: "node", args: ["--version"], env: { TOKEN: shapedSecrets.gitHub } };
      assert.equal(await change("POST", "/api/upstreams", { name: "more", server }), 201);
      assert.equal(await change("POST", "/api/upstreams/everything/tools/echo/disable", {}), 200);
      assert.equal(await change("PUT", "/api/upstreams/more", { server: { comand: "node" } }), 400);
      assert.equal(await change("DELETE", "/api/upstreams/more", {}), 200);
      const rows = (await rowsIn(folder, "--kind", "event")).toReversed();
      const told = await Promise.all(
        rows
          .filter(({ method }) => method === "operator.acted" || String(method).startsWith("config."))
          .map(async ({ id, method }) => {
            const { detail } = await jsonAt(origin, `/api/calls/${String(id)}`);
            const { operation, about, address, by, added, removed, disabled } = isJsonObject(detail) ? detail : {};
            const all = { operation, about, address, by, added, removed, disabled };
            return [method, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))];
          }),
      );
      const none = { added: [], removed: [], disabled: [] };
      const by = "operator";
      const address = "127.0.0.1";
      assert.deepEqual(told, [
        ["config.changed", { by, ...none, added: ["more"] }],
        ["operator.acted", { operation: "add", address }],
        ["config.changed", { by, ...none, disabled: ["everything/echo"] }],
        ["operator.acted", { operation: "disable", about: ["tools echo"], address }],
        ["config.refused", { by }],
        ["config.changed", { by, ...none, removed: ["more"] }],
        ["operator.acted", { operation: "remove", address }],
      ]);
      assertNothingLeaked({}, [join(folder, ".switchyard")]);
    });
  },
);

test(
  "who reads only the first lines of results ends no command with an error, and no gateway",
  { timeout: 120_000 },
  async () => {
    await withGateway(async ({ folder, origin, gateway }) => {
      const client = await connectV1({ kind: "http", url: `${origin}/mcp` });
      for (let at = 0; at < 300; at += 1)
        await client.callTool({ ...echo, arguments: { message: `${at}`.repeat(500) } });
      await client.close();
      for (const args of ["audit ls --json --limit 300", "audit export"]) {
        const line = `"${process.execPath}" "${main}" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`;
        const { stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8" });
        assert.match(stdout, /^\{.*\}\n0\n$/s, args);
        assert.equal(stderr, "", args);
      }
      assert.equal((await fetch(`${origin}/health`)).status, 200);
      assert.equal(gateway.stderr().includes("EPIPE"), false);
    });
  },
);
