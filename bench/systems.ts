import { type JsonObject, stringAt } from "../src/core/json.ts";
import type { Plan, Row } from "./plan.ts";
import type { Recorded } from "./report.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/** One way from the load generator to an upstream. */
export interface System {
  readonly row: Row;
  /** `direct`, `minimal hop`, `gateway`, and so on. */
  readonly name: string;
  /** What the load generator knows it by. */
  readonly key: string;
  /** CPU time that the process under test has used, in µs. */
  cpuUs(): Promise<number>;
}

/** Everything that runs during a benchmark. */
export interface Bench extends AsyncDisposable {
  readonly load: BenchProcess;
  readonly systems: readonly System[];
  /** What the gateways' records of calls came to so far. */
  records(): Promise<Recorded[]>;
}

/** The bare responder with a key and a record: the least that any gateway which asks for one and keeps the other can cost. */
export const keyAndRecord = "key and record alone";

const askMs = 10_000;

/** Starts the load generator and every system of the plan. Where one does not start, all are ended. */
export async function startBench(plan: Plan): Promise<Bench> {
  const running: BenchProcess[] = [];
  const endAll = async (): Promise<void> => {
    for (const process of running.toReversed()) await process.end();
  };
  const start: Start = async (file, ...args) => {
    const process = await startProcess(file, args, { profileDir: plan.profileDir });
    running.push(process);
    return process;
  };
  try {
    const load = await start("load.ts");
    const systems: System[] = [];
    const recording: BenchProcess[] = [];
    for (const row of plan.rows) systems.push(...(await startRow(row, plan, { load, recording, start })));
    return {
      load,
      systems,
      records: () =>
        Promise.all(recording.map(async (process) => recordIn(await process.ask({ kind: "record" }, askMs)))),
      [Symbol.asyncDispose]: endAll,
    };
  } catch (thrown) {
    await endAll();
    throw thrown;
  }
}

type Start = (file: string, ...args: readonly string[]) => Promise<BenchProcess>;

/** What a row is started with. */
interface Parts {
  readonly load: BenchProcess;
  /** The gateways that keep a record. */
  readonly recording: BenchProcess[];
  readonly start: Start;
}

async function startRow(row: Row, plan: Plan, { load, recording, start }: Parts): Promise<System[]> {
  const { era, upstream } = row;
  const isHttp = upstream === "http";
  const server = isHttp ? await start("upstream-http.ts", era) : undefined;
  const where = server === undefined ? era : originOf(server);
  const open = async (name: string, target: JsonObject, underTest: BenchProcess | undefined): Promise<System> => {
    const key = `${name}: ${row.name}`;
    await load.ask({ kind: "open", name: key, era, ...target }, askMs);
    const ask = () =>
      underTest === undefined
        ? load.ask({ kind: "cpu_of_target", name: key }, askMs)
        : underTest.ask({ kind: "cpu" }, askMs);
    return { row, name, key, cpuUs: async () => total(await ask()) };
  };
  const direct = { target: upstream, origin: isHttp ? where : "", tool: "echo" };
  const hop = await start(isHttp ? "hop-http.ts" : "hop-stdio.ts", where);
  const systems = [
    await open("direct", direct, server),
    await open("minimal hop", { target: "http", origin: originOf(hop), tool: "echo" }, hop),
  ];
  if (isHttp) {
    const recorded = await start("http-recorded.ts", era);
    const target = {
      target: "http",
      origin: originOf(recorded),
      tool: "echo",
      key: stringAt(recorded.ready, "key") ?? "",
    };
    systems.push(await open(keyAndRecord, target, recorded));
  }
  for (const { name, module } of plan.gateways) {
    const gateway = await start("gateway.ts", module, upstream, where);
    systems.push(await open(name, { target: "http", origin: originOf(gateway), tool: "bench__echo" }, gateway));
    if (!isHttp) continue;
    const whole = await start("gateway.ts", module, upstream, where, "every-stage");
    recording.push(whole);
    const key = stringAt(whole.ready, "key") ?? "";
    const looking = { target: "http", origin: originOf(whole), tool: "bench__look", key };
    systems.push(await open(`${name}, every stage`, looking, whole));
    systems.push(await open(`${name}, cache hit`, { ...looking, isRepeated: true }, whole));
  }
  return systems;
}

/** The number of the latest row tells how many were written. */
function recordIn(status: JsonObject): Recorded {
  const calls = Number((stringAt(status, "head") ?? "0").split(":")[0]) + Number(status["waiting"]);
  return { calls, dropped: Number(status["dropped"]), bare: Number(status["bare"]) };
}

function originOf({ ready }: BenchProcess): string {
  return stringAt(ready, "origin") ?? "";
}

function total({ user, system }: JsonObject): number {
  return Number(user) + Number(system);
}
