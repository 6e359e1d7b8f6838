import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import { type StdioTarget, type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { until } from "../rig/until.ts";

/** What this process holds after a number of cycles. */
export interface Holding {
  readonly cycles: number;
  /** Heap in use after a full collection, in bytes. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
}

const script = fileURLToPath(new URL("server.sh", import.meta.url));
const target: StdioTarget = { kind: "stdio", command: "/bin/sh", args: [script], env: {} };
const server: UpstreamOptions = { name: "soak", target, ...upstreamDefaults };

/**
 * Starts and ends one server so many times in one gateway: two times of three as a change of the configuration ends it, the third
 * killed from outside. Yields what is held after each of the given numbers of cycles. Linux only.
 *
 * Fails where a process of a cycle is left.
 */
export async function* soak(checkpoints: readonly number[]): AsyncGenerator<Holding> {
  await using switchyard = startSwitchyard({ upstreams: [] });
  let cycles = 0;
  for (const checkpoint of checkpoints) {
    for (; cycles < checkpoint; cycles += 1) await cycle(switchyard, cycles % 3 === 2);
    yield { cycles, ...(await holding()) };
  }
}

async function cycle(switchyard: Switchyard, isKilled: boolean): Promise<void> {
  await switchyard.reconfigure([server]);
  const status = () => switchyard.status().upstreams.find(({ name }) => name === server.name);
  await until(() => status()?.state.kind === "ready", "the server is ready");
  const pid = status()?.pid ?? 0;
  const session = membersOf(pid);
  assert.ok(session.length >= 2, `the server and its children, not ${session.length}`);
  if (isKilled) {
    process.kill(pid, "SIGKILL");
    await until(() => status()?.pid !== pid, "its end is noticed");
  }
  await switchyard.reconfigure([]);
  await until(() => membersOf(pid).length === 0, `nothing of ${session.join(", ")} is left`);
}

/** Processes in the session of this one, which have it by their parents or were left by them. */
function membersOf(session: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    const [state, , , sid] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    return Number(sid) === session && state !== "Z" ? [Number(name)] : [];
  });
}

function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}

async function holding(): Promise<Omit<Holding, "cycles">> {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  assert.ok(typeof collect === "function");
  // What has ended lately is let go of in turns: sockets that were closed, promises that were settled.
  for (let turns = 0; turns < 3; turns += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    Reflect.apply(collect, undefined, []);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, residentBytes: rss, openFiles: readdirSync("/proc/self/fd").length };
}
