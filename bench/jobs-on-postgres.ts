import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { startPostgres } from "../test/rig/postgres.ts";
import { spreadOf } from "./figures.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/** What is measured. */
export interface Plan {
  readonly rounds: number;
  /** In all, in so many jobs. */
  readonly operations: number;
  readonly batches: number;
  readonly parallel: number;
  /** So many operations as JSONL. */
  readonly text: (count: number) => string;
}

interface Gateway {
  readonly origin: string;
  readonly key: string;
}

/** Measures one gateway and then two on one PostgreSQL, turn by turn, and says what came out. */
export async function onPostgres(plan: Plan): Promise<void> {
  await using processes = new AsyncDisposableStack();
  const postgres = processes.use(await startPostgres());
  const url = await postgres.database();
  const start = async (file: string, args: readonly string[], env = {}): Promise<BenchProcess> => {
    const process = await startProcess(file, args, { profileDir: undefined, env });
    processes.defer(() => process.end());
    return process;
  };
  const upstream = stringAt((await start("upstream-http.ts", ["modern"])).ready, "origin") ?? "";
  const module = join(import.meta.dirname, "..", "src", "gateway.ts");
  const gateway = async (jobsUrl: string): Promise<Gateway> => {
    const { ready } = await start("gateway.ts", [module, "http", upstream, "every-stage"], { JOBS_URL: jobsUrl });
    return { origin: stringAt(ready, "origin") ?? "", key: stringAt(ready, "local") ?? "" };
  };
  const alone = await gateway(await postgres.database());
  const both = [await gateway(url), await gateway(url)];
  const found = { one: [0], two: [0] };
  for (let round = 0; round <= plan.rounds; round += 1) {
    const one = await perSecond([alone], plan);
    const two = await perSecond(both, plan);
    console.error(`round ${round}: one ${one.toFixed(0)}, two ${two.toFixed(0)} operations a second`);
    // The first is until everything is compiled.
    if (round === 0) continue;
    found.one.push(one);
    found.two.push(two);
  }
  for (const [name, figures] of Object.entries(found)) {
    const { median, min, max } = spreadOf(figures.slice(1));
    console.log(
      `${name} on PostgreSQL: ${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)}) operations a second`,
    );
  }
}

/** Operations a second, from the beginning of the first job to the end of the last; they are submitted turn by turn. */
async function perSecond(gateways: readonly Gateway[], { operations, batches, parallel, text }: Plan): Promise<number> {
  const body = text(Math.floor(operations / batches));
  const jobs = await Promise.all(
    Array.from({ length: batches }, async (_, at) => {
      const gateway = gateways[at % gateways.length] ?? { origin: "", key: "" };
      const made = await ask(gateway, `/api/jobs?parallel=${parallel}`, { method: "POST", body });
      return { gateway, id: stringAt(made, "jobId") ?? "" };
    }),
  );
  const times = await Promise.all(jobs.map(({ gateway, id }) => timesOf(gateway, id)));
  const from = Math.min(...times.map(({ startedAt }) => startedAt));
  const to = Math.max(...times.map(({ endedAt }) => endedAt));
  return (Math.floor(operations / batches) * batches * 1000) / (to - from);
}

async function timesOf(
  gateway: Gateway,
  id: string,
): Promise<{ readonly startedAt: number; readonly endedAt: number }> {
  for (;;) {
    await pause(250);
    const shown = await ask(gateway, `/api/jobs/${id}`);
    if (shown["status"] !== "completed") continue;
    const counts = objectAt(shown, "counts") ?? {};
    if (counts["succeeded"] !== counts["total"]) throw new Error(`not all succeeded: ${JSON.stringify(counts)}`);
    const at = (name: string): number => Date.parse(stringAt(shown, name) ?? "");
    return { startedAt: at("startedAt"), endedAt: at("endedAt") };
  }
}

async function ask({ origin, key }: Gateway, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/x-ndjson" };
  const answer: unknown = await (await fetch(`${origin}${path}`, { ...init, headers })).json();
  if (!isJsonObject(answer) || answer["error"] !== undefined) throw new Error(JSON.stringify(answer));
  return answer;
}
