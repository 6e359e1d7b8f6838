import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { type Server, type Socket, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/core/clock.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { Rig, fileRig } from "../rig/rig.ts";

/*
 * The proof that every file of scenarios ends with a look at what it left: whatever is left on purpose here is found.
 */

fileRig();

/** Leaves something open; what it returns ends that. */
type Leak = () => Promise<() => void | Promise<void>>;

async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  return { server, port: address.port };
}

async function ended(thing: Server | Socket): Promise<void> {
  const closed = once(thing, "close");
  if ("destroy" in thing) thing.destroy();
  else thing.close();
  await closed;
}

const leaks: Readonly<Record<string, readonly [leak: Leak, complaint: RegExp]>> = {
  "a server that listens": [
    async () => {
      const { server } = await listening();
      return () => ended(server);
    },
    /^still open: .*TCPServerWrap/,
  ],
  "a connection that does not keep the process alive, as a pool has them": [
    async () => {
      const { server, port } = await listening();
      const socket = connect(port, "127.0.0.1").unref();
      await once(socket, "connect");
      server.unref();
      return () => Promise.all([ended(socket), ended(server)]).then(() => undefined);
    },
    /^still open: .*socket/,
  ],
  "a timer of the clock, which never keeps the process alive": [
    () => Promise.resolve(systemClock.every(60_000, () => undefined)),
    /^still open: timer at .*leftovers\.test\.ts/,
  ],
  "a timer that has not run out": [
    () => Promise.resolve(systemClock.after(60_000, () => undefined)),
    /^still open: timer at .*leftovers\.test\.ts/,
  ],
  "a folder that is watched": [
    () => {
      const folder = mkdtempSync(join(tmpdir(), "switchyard-leftovers-"));
      const watcher = watch(folder);
      return Promise.resolve(() => {
        watcher.close();
        rmSync(folder, { recursive: true });
      });
    },
    /^still open: .*FSEventWrap/,
  ],
  "a child": [
    async () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      await once(child, "spawn");
      child.unref();
      return async () => {
        child.ref();
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      };
    },
    /^children still run: \d+$/,
  ],
};

for (const [what, [leak, complaint]] of Object.entries(leaks)) {
  test(`a rig does not close over ${what}`, async () => {
    const rig = new Rig(200);
    const end = await leak();
    await assert.rejects(rig.close(), (thrown: Error) => complaint.test(thrown.message));
    await end();
    await rig.close();
  });
}

test("a rig does not close over a timer of the clock that a test gave its gateway", async () => {
  const rig = new Rig(1000);
  const clock = new ManualClock();
  await rig.gateway([], { clock });
  const stop = clock.after(1, () => undefined);
  await assert.rejects(rig.close(), /timers of a test's clock are pending: 1/);
  stop();
  await rig.close();
});

test("every file of scenarios, of faults and of the dashboard has a rig that is closed at its end", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const files = globSync("{scenarios,faults,ui}/**/*.test.ts", { cwd: folder });
  assert.ok(files.length > 25);
  const without = files.filter(
    (name) => !/^(?:const rig = )?fileRig\(\);$/m.test(readFileSync(join(folder, name), "utf8")),
  );
  assert.deepEqual(without, []);
});
