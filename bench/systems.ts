import { type JsonObject, stringAt } from "../src/core/json.ts";
import type { Plan, Row } from "./plan.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/** One way from the load generator to an upstream. */
export interface System {
  readonly row: Row;
  /** `direct`, `minimal hop`, `gateway`. */
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
}

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
    for (const row of plan.rows) systems.push(...(await startRow(row, plan, load, start)));
    return { load, systems, [Symbol.asyncDispose]: endAll };
  } catch (thrown) {
    await endAll();
    throw thrown;
  }
}

type Start = (file: string, ...args: readonly string[]) => Promise<BenchProcess>;

async function startRow(row: Row, plan: Plan, load: BenchProcess, start: Start): Promise<System[]> {
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
  for (const { name, module } of plan.gateways) {
    const gateway = await start("gateway.ts", module, upstream, where);
    systems.push(await open(name, { target: "http", origin: originOf(gateway), tool: "bench__echo" }, gateway));
  }
  return systems;
}

function originOf({ ready }: BenchProcess): string {
  return stringAt(ready, "origin") ?? "";
}

function total({ user, system }: JsonObject): number {
  return Number(user) + Number(system);
}
