import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { type Command, startCommand } from "../rig/command-line.ts";
import type { Rig } from "../rig/rig.ts";

/** A server whose tools note by which operation, and under which key, they were called. */
export async function countingUpstream(
  rig: Rig,
): Promise<{ readonly url: string; readonly calls: readonly JsonObject[] }> {
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
export function countedOperation(n: number): JsonObject {
  const tool = n % 3 === 0 ? "up__read" : "up__write";
  return {
    type: "tool_call",
    parameters: { tool_name: tool, arguments: { n } },
    ...(n % 3 === 1 && { idempotencyKey: `key-${n}` }),
  };
}

/** Starts a gateway by command in this folder; resolves when it listens. */
export async function serving(rig: Rig, folder: string, env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const command = rig.use(startCommand(["serve", "--port", "0"], folder, env));
  await command.says(/http:\/\/127\.0\.0\.1:\d+/);
  const [origin = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(command.stdout() + command.stderr()) ?? [];
  return { command, origin };
}

/** A gateway that was started by command. */
export interface Serving {
  readonly command: Command;
  readonly origin: string;
}

/** What a gateway answers, as JSON. */
export async function ask(url: string, init: RequestInit = {}): Promise<JsonObject> {
  const answer: unknown = await (await fetch(url, init)).json();
  assert.ok(isJsonObject(answer));
  return answer;
}

/** Makes a job of the operations from `first` on; resolves with its id. */
export async function submitCounted(origin: string, first: number, count: number): Promise<string> {
  const body = Array.from({ length: count }, (_, n) => JSON.stringify(countedOperation(first + n))).join("\n");
  const headers = { "content-type": "application/x-ndjson" };
  const submitted = await ask(`${origin}/api/jobs?parallel=10`, { method: "POST", headers, body });
  assert.equal(submitted["status"], "queued", JSON.stringify(submitted));
  return stringAt(submitted, "jobId") ?? "";
}

/** What became of the operations of a job. */
export async function resultsOf(origin: string, id: string): Promise<readonly JsonObject[]> {
  const text = await (await fetch(`${origin}/api/jobs/${id}/results`)).text();
  return text
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line))
    .filter(isJsonObject);
}

/**
 * Fails where an operation has not ended, what may have acted was called again unasked, or a row says otherwise than the server does, of the job
 * of the operations from `first` on. Resolves with how many were in flight at a kill.
 */
export function checkCounted(
  rows: readonly JsonObject[],
  counts: JsonObject,
  calls: readonly JsonObject[],
  first = 0,
): number {
  const total = rows.length;
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
    if (n < first || n >= first + total) continue;
    made.set(n, (made.get(n) ?? 0) + 1);
    const key = objectAt(call, "_meta")?.["switchyard/idempotencyKey"];
    assert.equal(key, n % 3 === 1 ? `key-${n}` : undefined);
  }
  for (const [at, row] of rows.entries()) {
    const n = first + at;
    const { attempts } = row;
    assert.ok(typeof attempts === "number");
    if (n % 3 !== 2) assert.equal(row["status"], "succeeded");
    else assert.ok((made.get(n) ?? 0) <= 1, `operation ${n} was made ${made.get(n)} times`);
    // One that succeeded at its first attempt was made once; an attempt that is noted may have been killed before its call.
    if (row["status"] === "succeeded") assert.ok(made.has(n) && (made.get(n) ?? 0) <= attempts);
    else assert.equal(row["code"], "outcome_unknown");
  }
  const repeated = [...made.values()].filter((times) => times > 1).length;
  return failed.length + repeated;
}
