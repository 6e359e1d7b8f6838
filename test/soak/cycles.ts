import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { maxEvents } from "../../src/events/event-log.ts";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import { type StdioTarget, type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { call, textOf } from "../faults/downstream.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { httpUpstream } from "../rig/rig.ts";
import { serveScripted } from "../rig/scripted-http.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

/** What this process holds after a number of cycles. */
export interface Holding {
  readonly cycles: number;
  /** Heap in use after a full collection, in bytes, without compiled code: of that there is more for as long as the engine optimizes. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
}

const script = fileURLToPath(new URL("server.sh", import.meta.url));
const target: StdioTarget = { kind: "stdio", command: "/bin/sh", args: [script], env: {} };
const stdio: UpstreamOptions = { name: "soak", target, ...upstreamDefaults };

/**
 * Starts and ends so many times, in turns: a child in one gateway as its configuration changes; a child that is killed from outside; servers
 * over HTTP of both eras, with a call to each; a whole gateway that listens, with a child and an HTTP server. Yields what is held after each of
 * the given numbers of cycles. Linux only.
 *
 * Fails where a process of a cycle is left.
 */
export async function* soak(checkpoints: readonly number[]): AsyncGenerator<Holding> {
  await using http = await listenScripted();
  await using switchyard = startSwitchyard({ upstreams: [] });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const remotes = ["legacy", "modern"].map((era) => httpUpstream(era, `${http.url}/${era}`));
  const turns = [
    () => stdioCycle(switchyard, false),
    () => httpCycle(switchyard, `${origin}/mcp`, remotes),
    () => stdioCycle(switchyard, true),
    () => gatewayCycle([stdio, ...remotes]),
  ];
  for (const turn of turns) await turn();
  fillEvents(switchyard);
  let cycles = 0;
  for (const checkpoint of checkpoints) {
    for (; cycles < checkpoint; cycles += 1) await turns[cycles % turns.length]?.();
    yield { cycles, ...(await holding()) };
  }
}

/** Servers of both eras, at `/mcp/legacy` and `/mcp/modern`. */
function listenScripted(): ReturnType<typeof listenOnFreePort> {
  return listenOnFreePort((request, response) => {
    // Made anew for every request, as it keeps whatever it receives.
    const server = new ScriptedServer(request.url === "/mcp/legacy" ? legacyScript() : modernScript());
    void serveScripted(server, "json", request, response);
  });
}

/**
 * The log of events keeps the latest: full of what will be told, in the same mixture, it does not grow, and what it holds is not taken for a
 * leak.
 */
function fillEvents({ events }: Switchyard): void {
  const told = events.after(0).events;
  assert.ok(told.length > 0, "the first turns tell of something");
  for (let count = 0; count < maxEvents; count += 1) {
    const event = told[count % told.length];
    // A copy, as each that will be told is one of its own.
    if (event !== undefined) events.append(structuredClone(event));
  }
}

function statusOf(switchyard: Switchyard, name: string) {
  return switchyard.status().upstreams.find((upstream) => upstream.name === name);
}

async function isReady(switchyard: Switchyard, name: string): Promise<void> {
  await until(() => statusOf(switchyard, name)?.state.kind === "ready", `${name} is ready`);
}

async function stdioCycle(switchyard: Switchyard, isKilled: boolean): Promise<void> {
  await switchyard.reconfigure([stdio]);
  await isReady(switchyard, stdio.name);
  const pid = statusOf(switchyard, stdio.name)?.pid ?? 0;
  const session = membersOf(pid);
  assert.ok(session.length >= 2, `the server and its children, not ${session.length}`);
  if (isKilled) {
    process.kill(pid, "SIGKILL");
    await until(() => statusOf(switchyard, stdio.name)?.pid !== pid, "its end is noticed");
  }
  await switchyard.reconfigure([]);
  await noneIsLeft(pid, session);
}

async function httpCycle(switchyard: Switchyard, url: string, remotes: readonly UpstreamOptions[]): Promise<void> {
  await switchyard.reconfigure(remotes);
  for (const { name } of remotes) {
    await isReady(switchyard, name);
    assert.equal(textOf(await call(url, `${name}__echo`)), "hi");
  }
  await switchyard.reconfigure([]);
}

async function gatewayCycle(upstreams: readonly UpstreamOptions[]): Promise<void> {
  const switchyard = startSwitchyard({ upstreams });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  for (const { name } of upstreams) await isReady(switchyard, name);
  assert.equal(textOf(await call(`${origin}/mcp`, "modern__echo")), "hi");
  const pid = statusOf(switchyard, stdio.name)?.pid ?? 0;
  const session = membersOf(pid);
  assert.ok(session.length >= 2, `the server and its children, not ${session.length}`);
  await switchyard.close();
  await noneIsLeft(pid, session);
}

function noneIsLeft(session: number, members: readonly number[]): Promise<void> {
  return until(() => membersOf(session).length === 0, `nothing of ${members.join(", ")} is left`);
}

/** Processes in the session of this one, which have it by their parents or were left by them. */
function membersOf(session: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statText(name) : undefined;
    const [state, , , sid] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    return Number(sid) === session && state !== "Z" ? [Number(name)] : [];
  });
}

function statText(pid: string): string | undefined {
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
  const objects = getHeapSpaceStatistics().filter(({ space_name: name }) => !/code|trusted|read_only/.test(name));
  const heapBytes = objects.reduce((sum, { space_used_size: used }) => sum + used, 0);
  return { heapBytes, residentBytes: process.memoryUsage.rss(), openFiles: readdirSync("/proc/self/fd").length };
}
