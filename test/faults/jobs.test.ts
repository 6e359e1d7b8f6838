import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { seededRandom } from "../../src/core/seeded-random.ts";
import { type Command, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
/** All twenty of them take a minute: `KILLS=20 node --test test/faults/jobs.test.ts`. */
const kills = Number(process.env["KILLS"] ?? 4);
const total = Number(process.env["OPERATIONS"] ?? 2000);
const seed = Number(process.env["SEED"] ?? Date.now());

/** A server whose tools note by which operation, and under which key, they were called. */
async function countingUpstream(): Promise<{ readonly url: string; readonly calls: readonly JsonObject[] }> {
  const calls: JsonObject[] = [];
  const results: Readonly<Record<string, (params: JsonObject) => JsonObject>> = {
    initialize: () => ({
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "counting", version: "1" },
    }),
    "tools/list": () => ({
      tools: [
        { name: "read", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
        { name: "write", inputSchema: { type: "object" } },
      ],
    }),
    "tools/call": (params) => {
      calls.push(params);
      return { content: [{ type: "text", text: String(objectAt(params, "arguments")?.["n"]) }] };
    },
    ping: () => ({}),
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const frame: unknown = body === "" ? {} : JSON.parse(body);
      assert.ok(isJsonObject(frame));
      const answer = results[stringAt(frame, "method") ?? ""];
      if (frame["id"] === undefined || answer === undefined) {
        if (frame["id"] === undefined) response.writeHead(request.method === "POST" ? 202 : 405).end();
        else {
          const error = { code: -32601, message: "Method not found" };
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ jsonrpc: "2.0", id: frame["id"], error }));
        }
        return;
      }
      const result = answer(objectAt(frame, "params") ?? {});
      // Long enough that some are in flight whenever the gateway is killed.
      setTimeout(
        () => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ jsonrpc: "2.0", id: frame["id"], result }));
        },
        frame["method"] === "tools/call" ? 5 : 0,
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  rig.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { url: `http://127.0.0.1:${address.port}/mcp`, calls };
}

/** Every third operation writes, every third writes with a key, every third reads. */
function operation(n: number): JsonObject {
  const tool = n % 3 === 0 ? "up__read" : "up__write";
  return {
    type: "tool_call",
    parameters: { tool_name: tool, arguments: { n } },
    ...(n % 3 === 1 && { idempotencyKey: `key-${n}` }),
  };
}

async function serving(folder: string): Promise<{ readonly command: Command; readonly origin: string }> {
  const command = rig.use(startCommand(["serve", "--port", "0"], folder));
  await command.says(/http:\/\/127\.0\.0\.1:\d+/);
  const [origin = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(command.stdout() + command.stderr()) ?? [];
  return { command, origin };
}

async function ask(url: string, init: RequestInit = {}): Promise<JsonObject> {
  const answer: unknown = await (await fetch(url, init)).json();
  assert.ok(isJsonObject(answer));
  return answer;
}

test(`a job whose gateway is killed ${kills} times ends, and what may have acted is never made again unasked`, async () => {
  const upstream = await countingUpstream();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-jobs-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(
    join(folder, "switchyard.json"),
    JSON.stringify({ dataDir: folder, mcpServers: { up: { url: upstream.url } } }),
  );
  const random = seededRandom(seed);
  let { command, origin } = await serving(folder);
  const body = Array.from({ length: total }, (_, n) => JSON.stringify(operation(n))).join("\n");
  const submitted = await ask(`${origin}/api/jobs?parallel=10`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
  const id = stringAt(submitted, "jobId") ?? "";
  assert.equal(submitted["status"], "queued", JSON.stringify(submitted));
  let best = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const goal = Math.floor((total * (kill - 1 + random())) / (kills + 1));
    await until(
      () => upstream.calls.length >= Math.max(goal, best + 1),
      `more than ${goal} calls were made (seed ${seed})`,
    );
    const progress = objectAt(await ask(`${origin}/api/jobs/${id}`), "progress")?.["step"];
    assert.ok(typeof progress === "number" && progress <= upstream.calls.length);
    command.kill("SIGKILL");
    await command.exited;
    best = upstream.calls.length;
    ({ command, origin } = await serving(folder));
  }
  let shown: JsonObject = {};
  await until(
    async () => {
      shown = await ask(`${origin}/api/jobs/${id}`);
      return shown["status"] === "completed";
    },
    `the job is completed (seed ${seed})`,
    60_000,
  );
  const text = await (await fetch(`${origin}/api/jobs/${id}/results`)).text();
  const rows = text
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line))
    .filter(isJsonObject);
  check(rows, objectAt(shown, "counts") ?? {}, upstream.calls);
  command.kill("SIGTERM");
  assert.equal(await command.exited, 0);
});

function check(rows: readonly JsonObject[], counts: JsonObject, calls: readonly JsonObject[]): void {
  assert.deepEqual(
    rows.map((row) => row["number"]),
    Array.from({ length: total }, (_, n) => n),
  );
  const failed = rows.filter(({ status }) => status === "failed");
  assert.deepEqual(counts, {
    total,
    waiting: 0,
    running: 0,
    succeeded: total - failed.length,
    failed: failed.length,
    cancelled: 0,
  });
  const made = new Map<number, number>();
  for (const call of calls) {
    const n = Number(objectAt(call, "arguments")?.["n"]);
    made.set(n, (made.get(n) ?? 0) + 1);
    const key = objectAt(call, "_meta")?.["switchyard/idempotencyKey"];
    assert.equal(key, n % 3 === 1 ? `key-${n}` : undefined);
  }
  for (const [n, row] of rows.entries()) {
    const { attempts } = row;
    assert.ok(typeof attempts === "number");
    if (n % 3 !== 2) assert.equal(row["status"], "succeeded");
    else assert.ok((made.get(n) ?? 0) <= 1, `operation ${n} was made ${made.get(n)} times`);
    // One that succeeded at its first attempt was made once; an attempt that is noted may have been killed before its call.
    if (row["status"] === "succeeded") assert.ok(made.has(n) && (made.get(n) ?? 0) <= attempts);
    else assert.equal(row["code"], "outcome_unknown");
  }
  const repeated = [...made.values()].filter((times) => times > 1).length;
  assert.ok(failed.length + repeated > 0, "some calls were in flight at a kill");
  assert.ok(repeated <= kills * 10 && failed.length <= kills * 10);
}
