import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { jobDefaults } from "../src/jobs/job-options.ts";
import { quantile } from "./figures.ts";
import { type Memory, type Round, type Watched, pageOf } from "./jobs-page.ts";
import { onPostgres } from "./jobs-on-postgres.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/*
 * node bench/jobs.ts [--rounds N] [--operations N] [--many N] [--profile DIR] [--docs] [--postgres [--batches N]]: how many operations of a job a gateway with a data
 * folder makes in a second, beside direct calls of the same tool and the upstream's own ceiling; how fast it says meanwhile how a job
 * stands; and what many operations take of its memory. With `--postgres`: how many two gateways make that share a PostgreSQL, beside one alone.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    operations: { type: "string", default: "10000" },
    many: { type: "string", default: "100000" },
    profile: { type: "string" },
    docs: { type: "boolean", default: false },
    postgres: { type: "boolean", default: false },
    batches: { type: "string", default: "4" },
  },
});
const [rounds, operations, many] = [Number(values.rounds), Number(values.operations), Number(values.many)];

const parallel = 50;
/** How many operations are under way of jobs that are watched: of the last as many as where a job does not say. */
const watchedAt = [parallel, 10, jobDefaults.parallel];
const windowMs = 2000;
const askMs = 30_000;
const statusEveryMs = 20;
const memoryEveryMs = 50;

interface Stand {
  readonly origin: string;
  readonly key: string;
  readonly gateway: BenchProcess;
  readonly load: BenchProcess;
}

async function ask({ origin, key }: Stand, path: string, init: RequestInit = {}): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/x-ndjson" };
  const answer: unknown = await (await fetch(`${origin}${path}`, { ...init, headers })).json();
  if (!isJsonObject(answer) || answer["error"] !== undefined) throw new Error(JSON.stringify(answer));
  return answer;
}

function operationsText(count: number): string {
  const tool = "bench__echo";
  const line = (at: number): string => {
    const given = { text: `What operation ${at} of this job says, and what it should hear again` };
    return JSON.stringify({ type: "tool_call", parameters: { tool_name: tool, arguments: given } });
  };
  return Array.from({ length: count }, (_, at) => line(at)).join("\n");
}

/** How a job is watched: `look` is called every so many ms. */
interface Watch {
  readonly everyMs: number;
  readonly look: (id: string) => Promise<void>;
}

/** One job from its submission to its end. */
async function job(stand: Stand, count: number, { everyMs, look }: Watch, atOnce = parallel): Promise<Job> {
  const submittedAt = performance.now();
  const made = await ask(stand, `/api/jobs?parallel=${atOnce}`, { method: "POST", body: operationsText(count) });
  const takenMs = performance.now() - submittedAt;
  const id = stringAt(made, "jobId") ?? "";
  for (;;) {
    await pause(everyMs);
    await look(id);
    const shown = await ask(stand, `/api/jobs/${id}`);
    if (shown["status"] !== "completed") continue;
    const counts = objectAt(shown, "counts") ?? {};
    if (counts["succeeded"] !== count) throw new Error(`not all succeeded: ${JSON.stringify(counts)}`);
    const [from, to] = [Date.parse(stringAt(shown, "startedAt") ?? ""), Date.parse(stringAt(shown, "endedAt") ?? "")];
    return { takenMs, tookMs: to - from };
  }
}

interface Job {
  /** Until it was taken, with all its operations. */
  readonly takenMs: number;
  /** From its beginning to its end. */
  readonly tookMs: number;
}

async function perSecond({ load }: Stand, name: string): Promise<number> {
  const wish = { kind: "measure", name, concurrency: parallel, ms: windowMs, maxCalls: 500_000 };
  const { calls, elapsedMs } = await load.ask(wish, windowMs + askMs);
  return (Number(calls) * 1000) / Number(elapsedMs);
}

async function round(stand: Stand, number: number): Promise<Round> {
  const ceiling = await perSecond(stand, "upstream");
  const direct = await perSecond(stand, "gateway");
  const { takenMs, tookMs } = await job(stand, operations, { everyMs: 250, look: () => Promise.resolve() });
  const watched: Watched[] = [];
  for (const atOnce of watchedAt) watched.push(await watchedJob(stand, atOnce));
  const found: Round = { ceiling, direct, job: (operations * 1000) / tookMs, takenMs, watched };
  console.error(
    `round ${number}: ${[ceiling, direct, found.job, takenMs].map((figure) => figure.toFixed(0)).join(" ")}; p99 ${watched.map(({ times }) => quantile(times, 0.99).toFixed(1)).join(" ")}`,
  );
  return found;
}

/** A job about which is asked again and again, of so many operations that it takes as long with few at once. */
async function watchedJob(stand: Stand, atOnce: number): Promise<Watched> {
  const count = atOnce === parallel ? operations : operations / 2;
  const times: number[] = [];
  // What a caller's own client takes is no part of it: `fetch` alone would be a millisecond.
  const agent = new Agent({ keepAlive: true });
  const look = async (id: string): Promise<void> => {
    const askedAt = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const headers = { authorization: `Bearer ${stand.key}` };
    get(`${stand.origin}/api/jobs/${id}`, { agent, headers }, (answer) => answer.resume().on("end", resolve)).on(
      "error",
      reject,
    );
    await promise;
    times.push(performance.now() - askedAt);
  };
  const { tookMs } = await job(stand, count, { everyMs: statusEveryMs, look }, atOnce);
  agent.destroy();
  return { atOnce, times: times.toSorted((a, b) => a - b), perSecond: (count * 1000) / tookMs };
}

async function memory(stand: Stand): Promise<Memory> {
  const { rss: before } = await stand.gateway.ask({ kind: "memory" }, askMs);
  let most = 0;
  const look = async (): Promise<void> => {
    const { rss } = await stand.gateway.ask({ kind: "resident" }, askMs);
    most = Math.max(most, Number(rss));
  };
  const { tookMs, takenMs } = await job(stand, many, { everyMs: memoryEveryMs, look });
  const { rss: after } = await stand.gateway.ask({ kind: "memory" }, askMs);
  const found = { beforeMiB: mib(before), mostMiB: mib(most), afterMiB: mib(after), tookMs, takenMs };
  console.error(JSON.stringify(found));
  return found;
}

function mib(bytes: unknown): number {
  return Number(bytes) / 1024 ** 2;
}

async function run(): Promise<{ readonly rounds: readonly Round[]; readonly memory: Memory }> {
  await using processes = new AsyncDisposableStack();
  const start = async (file: string, ...args: string[]): Promise<BenchProcess> => {
    const profileDir = file === "gateway.ts" ? values.profile : undefined;
    const process = await startProcess(file, args, { profileDir });
    processes.defer(() => process.end());
    return process;
  };
  const upstream = stringAt((await start("upstream-http.ts", "modern")).ready, "origin") ?? "";
  const module = join(import.meta.dirname, "..", "src", "gateway.ts");
  const gateway = await start("gateway.ts", module, "http", upstream, "every-stage");
  const [origin = "", key = ""] = [stringAt(gateway.ready, "origin"), stringAt(gateway.ready, "key")];
  const load = await start("load.ts");
  const open = { kind: "open", target: "http", era: "modern" };
  await load.ask({ ...open, name: "upstream", origin: upstream, tool: "echo" }, askMs);
  await load.ask({ ...open, name: "gateway", origin, tool: "bench__echo", key }, askMs);
  const stand = { origin, key, gateway, load };
  // Until everything is compiled.
  await round(stand, 0);
  const found: Round[] = [];
  for (let number = 1; number <= rounds; number += 1) found.push(await round(stand, number));
  return { rounds: found, memory: await memory(stand) };
}

if (values.postgres) {
  await onPostgres({ rounds, operations, batches: Number(values.batches), parallel, text: operationsText });
  process.exit();
}
const loadBefore = loadavg()[0] ?? 0;
const measured = await run();
const page = pageOf(measured, {
  operations,
  many,
  parallel,
  loadBefore,
  node: process.version,
  machine: `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
  date: new Date().toISOString().slice(0, 10),
  args: process.argv.slice(2).filter((text) => text !== "--docs"),
});
console.log(page);
if (values.docs) writeFileSync(join(import.meta.dirname, "..", "docs", "jobs-benchmark.md"), page);
