import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type JsonObject, isJsonObject, stringAt } from "../../src/core/json.ts";
import { inFolder, main, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

/* One tool, called in every way there is. What each call passed stands in the record of calls, as the stages themselves noted it. */

fileRig();

const everything = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));

/** Every stage, in order: one that were left out, anywhere, would be missed here. */
const wholeWay =
  "observe authorize rate_limit validate idempotency cache fallback deadline retry breaker bulkhead attempt";

interface Seen {
  readonly entrance: unknown;
  readonly address: unknown;
  readonly route: unknown;
  readonly hasSession: boolean;
  readonly name: unknown;
  readonly given: unknown;
  readonly stages: string;
}

function seenIn(row: JsonObject): Seen {
  const detail: unknown = JSON.parse(stringAt(row, "detail") ?? "");
  assert.ok(isJsonObject(detail));
  const { entrance, address, route, session, stages } = detail;
  const names = String(stages)
    .split(" ")
    .filter((_, at) => at % 2 === 0);
  return {
    entrance,
    address,
    route,
    hasSession: session !== undefined,
    name: row["name"],
    given: row["arguments"],
    stages: names.join(" "),
  };
}

async function callsOnRecord(folder: string): Promise<JsonObject[]> {
  const { stdout } = await runCommand(["audit", "export", "--kind", "call"], folder);
  return stdout
    .trim()
    .split("\n")
    .map((line): JsonObject => JSON.parse(line));
}

function echo(say: string) {
  return { name: "everything__echo", arguments: { message: say } };
}

/** Calls the tool in every way; `say` tells the ways apart, so that no call is answered by what is kept of another. */
async function callEverywhere(folder: string): Promise<void> {
  await using gateway = startCommand(["serve", "--json"], folder);
  await gateway.says(/"kind":"ready"/);
  await gateway.says(/"event":"listening"/);
  const origin = /"url":"(http:\/\/[^/"]+)/.exec(gateway.stdout())?.[1] ?? "";
  const modern = await connectV2({ kind: "http", url: `${origin}/mcp` });
  await modern.callTool(echo("modern"));
  await modern.close();
  const legacy = await connectV1({ kind: "http", url: `${origin}/mcp/u/everything` });
  await legacy.callTool({ name: "echo", arguments: { message: "legacy" } });
  await legacy.close();
  const socket = await connectV2({ kind: "ws", url: `${origin.replace("http", "ws")}/mcp` });
  await socket.callTool(echo("socket"));
  await socket.close();
  const response = await fetch(`${origin}/api/call`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ tool: "everything__echo", arguments: { message: "rest" } }),
  });
  assert.equal(response.status, 200, await response.text());
  const running = await runCommand(["call", "everything/echo", "--args", '{"message":"running"}'], folder);
  assert.equal(running.status, 0, running.stderr);
  await callInJob(folder);
  await callBySchedule(folder);
  gateway.kill("SIGTERM");
  await gateway.exited;
  const stdio = new Client({ name: "test", version: "1" });
  const args = [main, "serve", "--stdio"];
  await stdio.connect(new StdioClientTransport({ command: process.execPath, args, cwd: folder, stderr: "ignore" }));
  await stdio.callTool(echo("stdio"));
  await stdio.close();
  const alone = await runCommand(["call", "everything/echo", "--args", '{"message":"alone"}'], folder);
  assert.equal(alone.status, 0, alone.stderr);
}

async function callBySchedule(folder: string): Promise<void> {
  const parameters = { tool_name: "everything__echo", arguments: { message: "schedule" } };
  await writeFile(join(folder, "nightly.jsonl"), JSON.stringify({ type: "tool_call", parameters }));
  const made = await runCommand(["schedules", "create", "nightly.jsonl", "--cron", "@yearly", "--json"], folder);
  assert.equal(made.status, 0, made.stderr);
  const ran = await runCommand(["schedules", "run", String(JSON.parse(made.stdout).scheduleId), "--json"], folder);
  assert.equal(ran.status, 0, ran.stderr);
  const watched = await runCommand(["jobs", "watch", String(JSON.parse(ran.stdout).last.jobId)], folder);
  assert.equal(watched.status, 0, watched.stderr);
}

async function callInJob(folder: string): Promise<void> {
  const operation = { type: "tool_call", parameters: { tool_name: "everything__echo", arguments: { message: "job" } } };
  await writeFile(join(folder, "calls.jsonl"), JSON.stringify(operation));
  const submitted = await runCommand(["jobs", "submit", "calls.jsonl", "--json"], folder);
  assert.equal(submitted.status, 0, submitted.stderr);
  const job: unknown = JSON.parse(submitted.stdout);
  assert.ok(isJsonObject(job));
  const watched = await runCommand(["jobs", "watch", String(job["jobId"])], folder);
  assert.equal(watched.status, 0, watched.stderr);
}

test("a call passes the same stages in the same order, whichever way it comes in", { timeout: 120_000 }, async () => {
  await inFolder(async (folder) => {
    const mcpServers = { everything: { command: process.execPath, args: [everything, "stdio"] } };
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers, listen: { port: 0 } }));
    await callEverywhere(folder);
    const rows = await callsOnRecord(folder);
    for (const { upstream, tool, method, outcome, principal } of rows) {
      const expected = ["everything", "echo", "tools/call", "ok", "local"];
      assert.deepEqual([upstream, tool, method, outcome, principal], expected);
    }
    const [all, alone] = ["all", "upstream everything"];
    const way = (
      entrance: string,
      address: string | undefined,
      route: string,
      say: string,
      more: Partial<Seen> = {},
    ): Seen => {
      const name = route === all ? "everything__echo" : "echo";
      const given = JSON.stringify({ message: say });
      return { entrance, address, route, hasSession: false, name, given, stages: wholeWay, ...more };
    };
    assert.deepEqual(rows.map(seenIn), [
      way("http", "127.0.0.1", all, "modern"),
      way("http", "127.0.0.1", alone, "legacy", { hasSession: true }),
      way("websocket", "127.0.0.1", all, "socket"),
      way("rest", "127.0.0.1", all, "rest"),
      way("http", "127.0.0.1", alone, "running", { hasSession: false }),
      way("job", undefined, all, "job"),
      way("schedule", undefined, all, "schedule"),
      way("stdio", undefined, all, "stdio"),
      way("cli", undefined, alone, "alone"),
    ]);
    const verified = await runCommand(["audit", "verify", "--json"], folder);
    assert.equal(verified.status, 0, verified.stdout);
  });
});

test("a call that is answered from what is kept passes all that decides whether it may be answered", async () => {
  await inFolder(async (folder) => {
    const mcpServers = { everything: { command: process.execPath, args: [everything, "stdio"] } };
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers, listen: { port: 0 } }));
    await using gateway = startCommand(["serve", "--json"], folder);
    await gateway.says(/"kind":"ready"/);
    await gateway.says(/"event":"listening"/);
    const origin = /"url":"(http:\/\/[^/"]+)/.exec(gateway.stdout())?.[1] ?? "";
    const client = await connectV2({ kind: "http", url: `${origin}/mcp` });
    // The server tells of changed lists soon after its start, which drops what was kept.
    await until(async () => {
      const { _meta = {} } = await client.callTool(echo("kept"));
      return "switchyard/cache" in _meta;
    }, "a call is answered from what is kept");
    await client.close();
    const rows = await callsOnRecord(folder);
    assert.equal(rows.at(-1)?.["cache"], "hit");
    const { stages } = seenIn(rows.at(-1) ?? {});
    assert.equal(stages, wholeWay.slice(0, wholeWay.indexOf(" fallback")));
    gateway.kill("SIGTERM");
    await gateway.exited;
  });
});
