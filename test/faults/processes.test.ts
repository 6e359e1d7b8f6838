import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { isAlive } from "../rig/processes.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf } from "./downstream.ts";
import { fixture, healthy, openFront } from "./front.ts";
import { type Program, childrenOf, notedIn, startProgram } from "./program.ts";

const skip = existsSync("/proc/self/stat") ? false : "it looks into /proc";
let folder: string;
const rig = fileRig();

before(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-processes-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true });
  });
});

/** How a server of ours holds on to life: by a child only, or by ignoring signals itself, or by a child that holds its stdout. */
type Manner = "plain" | "stubborn" | "holding-stdout";

/** Servers that have children of their own; `file` gets all their process ids. */
function forking(file: string, manners: readonly Manner[]): UpstreamOptions[] {
  return manners.map((manner) => fixture(manner, "forks", {}, file, manner));
}

/** Starts a gateway with those and gives every process that must not outlive it. */
async function startForking(
  name: string,
  manners: readonly Manner[],
): Promise<{ readonly program: Program; readonly pids: readonly number[] }> {
  const file = join(folder, name);
  const program = rig.use(await startProgram(forking(file, manners)));
  const noted = notedIn(file);
  assert.equal(noted.length, 2 * manners.length, "the servers and their children");
  const children = childrenOf(program.pid);
  assert.equal(children.length, manners.length + 1, "the servers and the guardian");
  const pids = [...new Set([...noted, ...children])];
  assert.equal(pids.length, 2 * manners.length + 1);
  for (const pid of pids) assert.ok(isAlive(pid));
  return { program, pids };
}

async function allEnd(pids: readonly number[]): Promise<void> {
  await until(() => !pids.some(isAlive), `none of the processes ${pids.join(", ")} is left`);
}

for (const [signal, manners] of [
  ["SIGTERM", ["plain", "stubborn", "holding-stdout"]],
  ["SIGINT", ["plain", "holding-stdout"]],
] as const) {
  test(`after ${signal} to the gateway no process of it is left`, { skip }, async () => {
    const { program, pids } = await startForking(signal, manners);
    program.process.kill(signal);
    assert.equal(await program.exit, 0);
    await allEnd(pids);
  });
}

test("after a gateway that was killed outright no process of it is left", { skip }, async () => {
  const { program, pids } = await startForking("SIGKILL", ["plain", "stubborn", "holding-stdout"]);
  program.process.kill("SIGKILL");
  assert.equal(await program.exit, null);
  await allEnd(pids);
});

test("after a gateway that crashed no process of it is left", { skip }, async () => {
  const { program, pids } = await startForking("crash", ["plain", "stubborn", "holding-stdout"]);
  program.process.kill("SIGUSR2");
  assert.notEqual(await program.exit, 0);
  await allEnd(pids);
});

test("when a server exits by itself its children go with it, while the gateway runs on", { skip }, async () => {
  const file = join(folder, "leaving");
  const front = await openFront(rig, [fixture("forks", "forks", {}, file, "holding-stdout"), healthy]);
  const { pid } = await front.reaches("forks", "ready");
  const [server = 0, grandchild = 0] = notedIn(file);
  assert.equal(server, pid);
  assert.ok(isAlive(grandchild));
  const result = await call(front.url, "forks__leave");
  assert.equal(failureOf(result)["code"], "upstream_disconnected");
  await allEnd([server, grandchild]);
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  await front.switchyard.close();
  await allEnd(notedIn(file));
});

test("a server that ignores the end of its input and SIGTERM is ended when the gateway closes", { skip }, async () => {
  const file = join(folder, "stubborn");
  const front = await openFront(rig, [fixture("forks", "forks", {}, file, "stubborn")]);
  await front.reaches("forks", "ready");
  await front.switchyard.close();
  assert.equal(front.status("forks").state.kind, "stopped");
  await allEnd(notedIn(file));
});

test("a server that goes on talking while it is being closed does the gateway no harm", async () => {
  const front = await openFront(rig, [fixture("asks", "asks-while-leaving"), healthy]);
  await front.reaches("asks", "ready");
  await front.switchyard.close();
  assert.equal(front.status("asks").state.kind, "stopped");
});

test("a gateway that is closed while its servers are still starting leaves none of them", { skip }, async () => {
  const file = join(folder, "starting");
  const front = await openFront(rig, [fixture("hangs", "hangs"), ...forking(file, ["plain"])]);
  await front.switchyard.close();
  await front.switchyard.close();
  for (const { state } of front.switchyard.status().upstreams) assert.equal(state.kind, "stopped");
  if (existsSync(file)) await allEnd(notedIn(file));
});

test("a gateway that is out of file descriptors serves again as soon as there are some", { skip }, async () => {
  const program = rig.use(await startProgram([healthy], 160));
  const { hostname, port } = new URL(program.url);
  const sockets: Socket[] = [];
  for (let count = 0; count < 300; count += 1) {
    const socket = connect(Number(port), hostname);
    // Those that find no place are cut off.
    socket.on("error", () => undefined);
    sockets.push(socket);
    await new Promise<void>((resolve) => {
      socket.once("connect", resolve);
      socket.once("close", resolve);
    });
  }
  for (const socket of sockets) socket.destroy();
  const works = async (): Promise<boolean> => {
    const result = await call(program.url, "healthy__echo", { text: "hi" }).catch(() => undefined);
    return result !== undefined && textOf(result) === "hi";
  };
  await until(works, "a call works again");
  assert.equal(program.process.exitCode, null);
});
