/**
 * Measures what the Frappe connector costs, through the gateway, beside the same requests made directly: a read; 5,000 documents created as a job, from a
 * CSV and in groups, beside what the site alone takes at the same parallelism; and what a dashboard asks again, beside the first time. The site is
 * simulated, in a process of its own, and so is the gateway. All sides take turns in one run. Ends with 1 where a goal is not met.
 * `node --conditions=switchyard-source bench/frappe.ts [--quick]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openSite } from "../connectors/frappe/client/site.ts";
import { type JsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { startProcess } from "./process.ts";
import { toolCaller } from "./tool-caller.ts";

const goals = { readMs: 2, jobRatio: 0.8, keptRatio: 50 } as const;
const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const isQuick = values.quick;
const reads = isQuick ? 300 : 1500;
const documents = isQuick ? 1000 : 5000;
/** Repeated calls before what is kept is measured. */
const warmUps = isQuick ? 300 : 3000;
/** How long a site takes to write, in ms: half of what was measured at a real one (21 ms, and 250 ms for a hundred), so that there is less to hide behind. */
const pace = { create: 10, group: 60 } as const;
const invoices = isQuick ? 500 : 2000;
const parallel = 8;
/** Documents of one operation of a job that writes them in groups: as many as the connector itself sends at once. */
const group = 50;
const never = new AbortController().signal;
const agent = new Agent({ keepAlive: true, maxSockets: parallel });
let failed = 0;

const options = { profileDir: process.env["PROFILE_DIR"], env: { NODE_OPTIONS: "--conditions=switchyard-source" } };
const site = await startProcess("frappe-site.ts", [String(invoices)], options);
const [url, key, secret, company] = ["url", "key", "secret", "company"].map((name) => stringAt(site.ready, name) ?? "");
const authorization = `token ${key}:${secret}`;
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-frappe-"));
const gateway = await startProcess("frappe-gateway.ts", [url ?? "", key ?? "", secret ?? "", dataDir], options);
const origin = stringAt(gateway.ready, "origin") ?? "";

/** The least that asks and reads an answer: Node's own client with its connections kept. */
async function send(
  method: string,
  to: string,
  given: Readonly<Record<string, string>>,
  body = "",
): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
  const headers = { accept: "application/json", ...given, "content-length": Buffer.byteLength(body) };
  request(to, { agent, method, headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      if (answer.statusCode === undefined || answer.statusCode >= 300) reject(new Error(text.slice(0, 500)));
      else resolve(Object(JSON.parse(text)));
    });
  })
    .on("error", reject)
    .end(body);
  return promise;
}

function direct(method: string, path: string, body?: object): Promise<JsonObject> {
  const headers = { authorization, ...(body && { "content-type": "application/json" }) };
  return send(method, `${url}${path}`, headers, body && JSON.stringify(body));
}

const callTool = toolCaller(`${origin}/mcp`, (to, headers, body) => send("POST", to, headers, body));

/** Calls a tool of the connector. */
function call(name: string, args: JsonObject): Promise<JsonObject> {
  return callTool(`erp__${name}`, args);
}

/** Reads one document in each way, in turns; says how much more than directly each takes. */
async function compareReads(): Promise<void> {
  const backend = openSite({ url: url ?? "", connections: parallel });
  const client = backend.as({ kind: "token", key: key ?? "", secret: secret ?? "" });
  const { doc } = await client.create("ToDo", { description: "read again and again" }, never);
  const name = String(doc["name"]);
  const ways = {
    direct: () => direct("GET", `/api/resource/ToDo/${name}`),
    client: () => client.read("ToDo", name, never),
    gateway: () => call("get_document", { doctype: "ToDo", name }),
  } as const;
  const taken: Record<keyof typeof ways, number[]> = { direct: [], client: [], gateway: [] };
  const order = ["direct", "client", "gateway"] as const;
  for (let index = -300; index < reads; index += 1) {
    // Which goes first changes, as what follows finds the site warm.
    for (const way of index % 2 === 0 ? order : order.toReversed()) {
      const { ms } = await timed(ways[way]);
      if (index >= 0) taken[way].push(ms);
    }
  }
  backend.close();
  const own = median(taken.direct);
  console.log(`read: directly ${shown(taken.direct, 3)} ms, median (10th to 90th of 100)`);
  for (const way of ["client", "gateway"] as const) {
    const more = median(taken[way]) - own;
    const by = way === "client" ? "by the connector's client" : "through the gateway";
    meets(
      `  ${by} ${shown(taken[way], 3)} ms, ${more.toFixed(3)} ms more`,
      more < goals.readMs,
      `< ${goals.readMs} ms`,
    );
  }
}

function valuesAt(at: number) {
  return { description: `document ${at}`, priority: "Low", date: "2026-12-01" };
}

/** Creates documents at the site alone, and the same as a job, in turns; each in the same requests. */
async function compareJobs(): Promise<void> {
  const each = {
    alone: (at: number) => direct("POST", "/api/resource/ToDo", valuesAt(at)),
    group: (at: number) => direct("POST", "/api/method/frappe.client.insert_many", { docs: docsOf(at) }),
  } as const;
  const docsOf = (at: number) =>
    Array.from({ length: group }, (_, more) => ({ doctype: "ToDo", ...valuesAt(at * group + more) }));
  const rows = Array.from({ length: documents }, (_, at) => Object.values(valuesAt(at)).join(","));
  const csv = ["description,priority,date", ...rows].join("\n");
  const template = operation("create_document", {
    doctype: "ToDo",
    data: { description: "{{description}}", priority: "{{priority}}", date: "{{date}}" },
  });
  const lines = Array.from({ length: documents / group }, (_, at) =>
    JSON.stringify(operation("bulk_documents", { operation: "insert", doctype: "ToDo", documents: docsOf(at) })),
  ).join("\n");
  const round = async () => ({
    alone: await aside(documents, each.alone),
    job: await job("text/csv", csv, `&template=${encodeURIComponent(JSON.stringify(template))}`),
    groupAlone: await aside(documents / group, each.group),
    groupJob: await job("application/x-ndjson", lines, ""),
  });
  const told = (what: string, alone: number, through: number): string => {
    const times = `the site alone ${alone.toFixed(0)} ms, as a job ${through.toFixed(0)} ms`;
    return `create ${documents} ${what}, ${parallel} at a time: ${times}, ${(alone / through).toFixed(2)} of its speed`;
  };
  const [oneByOne, inGroups] = ["from a CSV, one by one", `in groups of ${group}`] as const;
  // The first round is slow at first; it shows what is left when a site takes no time of its own, and all share the processors.
  const bare = await round();
  console.log("a site that answers as fast as it can be simulated:");
  console.log(`  ${told(oneByOne, bare.alone, bare.job)}`);
  console.log(`  ${told(inGroups, bare.groupAlone, bare.groupJob)}`);
  await site.ask({ kind: "pace", ToDo: pace.create, "frappe.client.insert_many": pace.group }, 10_000);
  const real: Awaited<ReturnType<typeof round>>[] = [];
  for (let time = 0; time < (isQuick ? 1 : 3); time += 1) real.push(await round());
  await site.ask({ kind: "pace" }, 10_000);
  console.log(`a site that takes ${pace.create} ms to create one, and ${pace.group} ms for ${group}:`);
  for (const { alone, job: asJob, groupAlone, groupJob } of real) {
    console.log(`  ${told(oneByOne, alone, asJob)}`);
    console.log(`  ${told(inGroups, groupAlone, groupJob)}`);
  }
  const one = median(real.map(({ alone, job: asJob }) => alone / asJob));
  const many = median(real.map(({ groupAlone, groupJob }) => groupAlone / groupJob));
  meets(`  one by one, median: ${one.toFixed(2)}`, one >= goals.jobRatio, `≥ ${goals.jobRatio}`);
  meets(`  in groups, median: ${many.toFixed(2)}`, many >= goals.jobRatio, `≥ ${goals.jobRatio}`);
}

function operation(tool: string, args: JsonObject): JsonObject {
  return { type: "tool_call", parameters: { tool_name: `erp__${tool}`, arguments: args } };
}

/** Makes so many requests at the site itself; ms. */
async function aside(count: number, run: (at: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < count) {
        next += 1;
        await run(next - 1);
      }
    }),
  );
  return performance.now() - start;
}

/** Submits operations as a job and waits for its end; ms from the request that submits it to when it is over. */
async function job(type: string, body: string, query: string): Promise<number> {
  const start = Date.now();
  const made = await send("POST", `${origin}/api/jobs?parallel=${parallel}${query}`, { "content-type": type }, body);
  for (;;) {
    const now = await send("GET", `${origin}/api/jobs/${stringAt(made, "jobId") ?? ""}`, {});
    const endedAt = stringAt(now, "endedAt");
    if (endedAt !== undefined) {
      if (objectAt(now, "counts")?.["failed"] !== 0) throw new Error(`not all went well: ${JSON.stringify(now)}`);
      return Date.parse(endedAt) - start;
    }
    await pause(20);
  }
}

function byCustomer(at: number): JsonObject {
  return {
    doctype: "Sales Invoice",
    fields: ["customer", "grand_total", "status"],
    filters: [["grand_total", ">", at]],
    analysis_type: "groups",
    by: ["customer"],
    measures: ["grand_total"],
    limit: 10_000,
  };
}

/** Asks what a dashboard asks, for the first time and again. */
async function compareKept(): Promise<void> {
  const year = new Date().getFullYear();
  const period = { from_fiscal_year: String(year), to_fiscal_year: String(year), periodicity: "Monthly" };
  const statement = (at: number): JsonObject => ({
    report_name: "Profit and Loss Statement",
    // Another filter that changes nothing, so that it was not asked before.
    filters: { company, filter_based_on: "Fiscal Year", ...period, asked: at },
  });
  await compareOne(`a year's profit and loss, of ${invoices} invoices`, "generate_report", statement);
  await compareOne(`sales by customer, of ${invoices} invoices`, "analyze_business_data", byCustomer);
}

async function compareOne(what: string, tool: string, askedAt: (at: number) => JsonObject): Promise<void> {
  const [first, again]: [number[], number[]] = [[], []];
  // As warm as a gateway that has been running: what is kept is given in the code that calls at first take, too.
  for (let time = 0; time < warmUps; time += 1) await call(tool, askedAt(0));
  for (let at = -3; at < (isQuick ? 5 : 15); at += 1) {
    const args = askedAt(at + 4);
    const one = await timed(() => call(tool, args));
    const repeats: number[] = [];
    for (let time = 0; time < 20; time += 1) {
      const { value, ms } = await timed(() => call(tool, args));
      if (stateOf(value) !== "hit") throw new Error(`${tool} was not answered from the cache: ${stateOf(value)}`);
      repeats.push(ms);
    }
    if (at < 0) continue;
    if (stateOf(one.value) === "hit") throw new Error(`${tool} was asked before`);
    first.push(one.ms);
    again.push(...repeats);
  }
  const ratio = median(first) / median(again);
  const line = `${what}: ${shown(first, 1)} ms; again ${shown(again, 2)} ms, ${ratio.toFixed(0)} times as fast`;
  meets(line, ratio >= goals.keptRatio, `≥ ${goals.keptRatio}`);
}

function stateOf(result: JsonObject): string {
  return stringAt(objectAt(objectAt(result, "_meta") ?? {}, "switchyard/cache") ?? {}, "state") ?? "none";
}

async function timed<Value>(run: () => Promise<Value>): Promise<{ readonly value: Value; readonly ms: number }> {
  const start = performance.now();
  const value = await run();
  return { value, ms: performance.now() - start };
}

function meets(line: string, isMet: boolean, goal: string): void {
  if (!isMet) failed += 1;
  console.log(`${line}; goal ${goal}: ${isMet ? "met" : "NOT MET"}`);
}

function median(figures: readonly number[]): number {
  return part(figures, 0.5);
}

function part(figures: readonly number[], share: number): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length * share)] ?? 0;
}

function shown(figures: readonly number[], digits: number): string {
  const [low, high] = [part(figures, 0.1), part(figures, 0.9)];
  return `${median(figures).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

try {
  console.log(`Node ${process.version}, ${availableParallelism()} processors`);
  await compareReads();
  await compareJobs();
  await compareKept();
} finally {
  agent.destroy();
  await gateway.end();
  await site.end();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
