import { Pool } from "undici";
import { Canceller } from "../src/core/canceller.ts";
import { stringAt } from "../src/core/json.ts";
import { HttpClient } from "../src/transport/http-client.ts";
import { type Send, callsInARound, costLine } from "./lanes.ts";
import { startProcess } from "./process.ts";

/*
 * What one call costs the client's side of HTTP: the gateway's own, and undici, each in the way that costs it least. The same calls to the same
 * server, 32 at once, in turns. `node bench/http-client.ts`; CPU time of this process, user and system, in µs a call.
 */

const rounds = 9;

const upstream = await startProcess("upstream-http.ts", ["modern"], { profileDir: undefined });
const origin = stringAt(upstream.ready, "origin") ?? "";
const headers = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": "echo",
};
const body = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: {
    name: "echo",
    arguments: { text: "What a call of this run says, and what it should hear again" },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

const pool = new Pool(origin, { connections: 256, headersTimeout: 0, bodyTimeout: 0 });
const client = new HttpClient(`${origin}/mcp`, {});

const ways: Readonly<Record<string, Send>> = {
  undici: (done) => {
    const parts: Buffer[] = [];
    pool.dispatch(
      { path: "/mcp", method: "POST", headers: { ...headers }, body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, part) {
          parts.push(part);
        },
        onResponseEnd() {
          take(parts.length === 1 ? parts[0] : Buffer.concat(parts), done);
        },
        onResponseError: fail,
      },
    );
  },
  "the gateway's": (done) => {
    client.send(
      { method: "POST", headers: { ...headers }, body, signal: new Canceller() },
      {
        head() {},
        frame(frame) {
          take(frame, done);
        },
        ended(problem) {
          if (problem !== undefined) fail(undefined, problem);
        },
      },
    );
  },
};

function take(frame: Buffer | undefined, done: () => void): void {
  JSON.parse(frame?.toString() ?? "");
  // Not before this answer is over: the next call would need a connection of its own.
  setImmediate(done);
}

function fail(_controller: unknown, error: Error): void {
  throw error;
}

/** CPU time of one call, in µs. */
async function measure(send: Send): Promise<number> {
  const before = process.cpuUsage();
  const count = await callsInARound(send);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const figures = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, send] of Object.entries(ways)) {
    const figure = await measure(send);
    // The first round warms up.
    if (round > 0) figures.get(name)?.push(figure);
  }
}
for (const [name, found] of figures) {
  console.log(costLine(name, found));
}
await pool.destroy();
await client.close();
await upstream.end();
