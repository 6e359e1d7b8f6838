/**
 * What it takes to read 100,000 services through gateway and connector, batch by batch, beside reading the same rows from the site's socket
 * in one answer; how much memory the gateway takes meanwhile; what a list and the health of everything cost that are kept; and a job that sets
 * up 500 hosts, of which three cannot be. `node bench/checkmk.ts [HOSTS] [ROWS A CALL] [objects | table]`
 *
 * Both are read alike: as bytes, of which the reader looks at no more than where it goes on. What they say is looked at once before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serviceColumns } from "../connectors/checkmk/rows/rows.ts";
import { type JsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { startProcess } from "./process.ts";
import { toolCaller, writtenCall } from "./tool-caller.ts";

const hosts = Number(process.argv[2] ?? 10_000);
const rounds = 5;
/** Reads before anything is measured: by then the code is compiled, and memory has become what it needs. */
const warmUps = 4;
const batchSize = Number(process.argv[3] ?? 200);
const format = process.argv[4] ?? "objects";
const options = {
  profileDir: process.env["PROFILE_DIR"],
  env: { NODE_OPTIONS: "--conditions=switchyard-source" },
} as const;
const mib = 1024 ** 2;
/** After so long the gateway rests, in ms. */
const settleMs = 1000;

const simulator = await startProcess("checkmk-simulator.ts", [String(hosts)], options);
const port = numberAt(simulator.ready, "port") ?? 0;
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-checkmk-"));
const at = [stringAt(simulator.ready, "url") ?? "", stringAt(simulator.ready, "site") ?? "", String(port), dataDir];
const gateway = await startProcess("checkmk-gateway.ts", at, options);
const origin = stringAt(gateway.ready, "origin") ?? "";

/** Bytes of all services in one answer of the site. */
async function readRaw(): Promise<number> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.end(`GET services\nColumns: ${serviceColumns.join(" ")}\nOutputFormat: json\nResponseHeader: fixed16\n\n`);
  let bytes = 0;
  for await (const chunk of socket) bytes += Buffer.from(chunk).length;
  return bytes;
}

function numberAt(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === "number" ? value : undefined;
}

const url = `${origin}/mcp`;
const callTool = toolCaller(url, async (to, headers, body) =>
  Object(await (await fetch(to, { method: "POST", headers, body })).json()),
);

/** Calls a tool of the connector. */
async function call(name: string, args: JsonObject): Promise<JsonObject> {
  return objectAt(await callTool(`checkmk__${name}`, args), "structuredContent") ?? {};
}

/** How many rows a batch has, and where the next one begins. */
interface Page {
  readonly count: number;
  readonly next: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
/** More than stands behind the rows of an answer. */
const endBytes = 4096;

/** A batch as bytes, of which only the end is looked at. */
function readPage(args: JsonObject): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const { headers, body } = writtenCall("checkmk__stream_services", args);
  const length = { "content-length": Buffer.byteLength(body) };
  const sent = request(url, { method: "POST", agent, headers: { ...headers, ...length } }, (response) => {
    let end: Buffer = Buffer.alloc(0);
    response.on("data", (chunk: Buffer) => {
      end = chunk.length >= endBytes ? chunk : Buffer.concat([end.subarray(-endBytes), chunk]);
    });
    response.on("end", () => {
      const text = end.toString("utf8", Math.max(0, end.length - endBytes));
      const [, count, next] = /"count":(\d+),"next_cursor":(?:null|"([\w-]+)")/.exec(text) ?? [];
      if (count === undefined) reject(new Error(`a batch ends so: ${text}`));
      else resolve({ count: Number(count), next });
    });
  });
  sent.on("error", reject).end(body);
  return promise;
}

/** A batch, read into objects: its rows are noted by their names. */
async function checkPage(args: JsonObject, seen: Set<string>): Promise<Page> {
  const answer = await call("stream_services", args);
  const [services, rows] = [answer["services"], answer["rows"]];
  for (const row of Array.isArray(rows) ? rows : Array.isArray(services) ? services : []) {
    const [host, service] = Object.values(Object(row));
    seen.add(JSON.stringify([host, service]));
  }
  return { count: numberAt(answer, "count") ?? 0, next: stringAt(answer, "next_cursor") };
}

/** Rows of all batches. */
async function readStream(read: (args: JsonObject) => Promise<Page>): Promise<number> {
  let rows = 0;
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await read({ batch_size: batchSize, format, ...from });
    rows += page.count;
    cursor = page.next;
  } while (cursor !== undefined);
  return rows;
}

/** What memory the gateway takes, in bytes: now, and at the most since this was asked last. */
async function resident(): Promise<{ readonly now: number; readonly peak: number }> {
  const told = await gateway.ask({ kind: "resident" }, 10_000);
  return { now: numberAt(told, "rss") ?? 0, peak: numberAt(told, "peak") ?? 0 };
}

async function ask(path: string, init: RequestInit = {}): Promise<JsonObject> {
  const answer: unknown = await (await fetch(`${origin}${path}`, init)).json();
  return Object(answer);
}

/** Sets up hosts as a job, ten at once; how many it has, how long it took, and what became of them. */
async function setUpHosts(count: number): Promise<{ readonly ms: number; readonly counts: unknown }> {
  const good = Array.from({ length: count }, (_, place) => ({ name: `made${place}`, folder: "/network" }));
  const bad = [{ name: "made0" }, { name: "no name" }, { name: "lost", folder: "/nowhere" }];
  const lines = [...good, ...bad].map((args) =>
    JSON.stringify({ type: "tool_call", parameters: { tool_name: "checkmk__create_host", arguments: args } }),
  );
  const headers = { "content-type": "application/x-ndjson" };
  const made = await ask("/api/jobs?parallel=10", { method: "POST", headers, body: lines.join("\n") });
  for (;;) {
    const job = await ask(`/api/jobs/${stringAt(made, "jobId") ?? ""}`);
    const [from, to] = [stringAt(job, "startedAt") ?? "", stringAt(job, "endedAt")];
    if (to !== undefined) return { ms: Date.parse(to) - Date.parse(from), counts: job["counts"] };
    await pause(20);
  }
}

function msOf(cpu: JsonObject = {}): number {
  return ((numberAt(cpu, "user") ?? 0) + (numberAt(cpu, "system") ?? 0)) / 1000;
}

/** What two processes have used of the processor, in ms. */
async function used(): Promise<{ readonly gateway: number; readonly site: number }> {
  const [ours, theirs] = await Promise.all([gateway, simulator].map(async (each) => each.ask({ kind: "cpu" }, 10_000)));
  return { gateway: msOf(ours), site: msOf(theirs) };
}

async function timed<Value>(run: () => Promise<Value>): Promise<{ readonly value: Value; readonly ms: number }> {
  const startedAt = performance.now();
  const value = await run();
  return { value, ms: performance.now() - startedAt };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function shown(values: readonly number[], digits = 0): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

try {
  console.log(
    `Node ${process.version}, ${availableParallelism()} processors, ${rounds} rounds, ${hosts * 10} services`,
  );
  await call("stream_services", { batch_size: 10 });
  const { now: cold } = await resident();
  const seen = new Set<string>();
  await readStream(async (args) => checkPage(args, seen));
  if (seen.size !== hosts * 10) throw new Error(`${seen.size} different services came`);
  for (let read = 1; read < warmUps; read += 1) await readStream(readPage);
  await pause(settleMs);
  const { now: idle } = await resident();
  const [raw, through, ratios, grown]: [number[], number[], number[], number[]] = [[], [], [], []];
  const [siteRaw, siteThrough, ours]: [number[], number[], number[]] = [[], [], []];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = await used();
    const one = await timed(readRaw);
    const between = await used();
    await resident();
    const all = await timed(async () => readStream(readPage));
    const { peak } = await resident();
    const after = await used();
    siteRaw.push(between.site - before.site);
    siteThrough.push(after.site - between.site);
    ours.push(after.gateway - between.gateway);
    if (all.value !== hosts * 10) throw new Error(`${all.value} services came`);
    bytes = one.value;
    raw.push(one.ms);
    through.push(all.ms);
    ratios.push(one.ms / all.ms);
    grown.push((peak - idle) / mib);
  }
  console.log(`the site's own answer, ${(bytes / mib).toFixed(1)} MiB: ${shown(raw)} ms`);
  console.log(
    `the same rows through the gateway, ${batchSize} a call as ${format}: ${shown(through)} ms; speed ${shown(ratios, 2)} of the site's own`,
  );
  console.log(
    `processor: the site ${shown(siteRaw)} ms for its own answer, ${shown(siteThrough)} ms in parts; the gateway ${shown(ours)} ms`,
  );
  console.log(
    `memory of the gateway while it is read again, over that at rest after ${warmUps} times (${(idle / mib).toFixed(0)} MiB; before any, ${(cold / mib).toFixed(0)} MiB): ${shown(grown)} MiB`,
  );
  const [asked, kept]: [number[], number[]] = [[], []];
  for (let round = 0; round < 15; round += 1) {
    const wish = { limit: 1000, offset: round };
    asked.push((await timed(async () => call("list_all_services", wish))).ms);
    kept.push((await timed(async () => call("list_all_services", wish))).ms);
  }
  console.log(
    `1000 services listed: ${shown(asked, 1)} ms; kept: ${shown(kept, 1)} ms, ${(median(asked) / median(kept)).toFixed(0)} times as fast`,
  );
  const overview: number[] = [];
  for (let round = 0; round < 16; round += 1)
    overview.push((await timed(async () => call("get_health_dashboard", {}))).ms);
  const [first = 0, ...again] = overview;
  console.log(
    `health of everything: ${first.toFixed(0)} ms; kept: ${shown(again, 1)} ms, ${(first / median(again)).toFixed(0)} times as fast`,
  );
  const job = await setUpHosts(500);
  console.log(`503 hosts set up as a job, ten at once: ${job.ms} ms, ${JSON.stringify(job.counts)}`);
} finally {
  agent.destroy();
  await gateway.end();
  await simulator.end();
  rmSync(dataDir, { recursive: true, force: true });
}
