import assert from "node:assert/strict";
import { type Server, type Socket, createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { maxFrameBytes } from "../../src/transport/channel.ts";
import { testChannel } from "../../src/transport/channel.contract.ts";
import {
  type ChildChannel,
  type ChildCommand,
  startChild,
  stderrLineBytes,
  stderrLines,
} from "../../src/transport/child-stdio.ts";
import { Guardian } from "../../src/transport/guardian.ts";
import { isAlive } from "../rig/processes.ts";
import { until } from "../rig/until.ts";
import { fileRig } from "../rig/rig.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
const guardian = new Guardian();
rig.defer(() => guardian.close());

function node(...args: string[]): ChildCommand {
  return { command: process.execPath, args, env: {} };
}

/** Where a pump connects to, so that the test can be the peer at its other end. */
async function listenForPump(): Promise<{
  readonly server: Server;
  readonly port: number;
  readonly pump: Promise<Socket>;
}> {
  const server = createServer();
  const pump = new Promise<Socket>((resolve) => {
    server.once("connection", resolve);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  return { server, port: address.port, pump };
}

testChannel({
  name: "child",
  limit: { bytes: maxFrameBytes, tooLong: "dropped" },
  make: async () => {
    const script = fileURLToPath(new URL("fixtures/pump.mjs", import.meta.url));
    const { server, port, pump } = await listenForPump();
    const channel = await startChild(node(script, String(port)), guardian);
    const socket = await pump;
    socket.on("error", () => undefined);
    const received: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    return {
      channel,
      peerSends: (frame) => {
        socket.write(`${frame}\n`);
      },
      peerSendsCut: (frames) => {
        const bytes = Buffer.from(frames.map((frame) => `${frame}\n`).join(""));
        for (let from = 0; from < bytes.length; from += 97) socket.write(bytes.subarray(from, from + 97));
      },
      peerReceived: () => Buffer.concat(received).toString().split("\n").slice(0, -1),
      peerEnds: () => {
        socket.end();
      },
      peerVanishes: () => {
        process.kill(channel.pid, "SIGKILL");
      },
      peerStopsReading: () => {
        socket.pause();
      },
      async [Symbol.asyncDispose]() {
        socket.destroy();
        server.close();
        await channel.close();
      },
    };
  },
});

/** Starts a child and gives why it ended. */
async function endOf(command: ChildCommand): Promise<{ readonly channel: ChildChannel; readonly reason: string }> {
  const channel = await startChild(command, guardian);
  const reason = await new Promise<string>((resolve) => {
    channel.start({
      frame: () => undefined,
      noise: () => undefined,
      ended: (end) => {
        resolve(end.reason);
      },
    });
  });
  return { channel, reason };
}

test("a child's end says how it ended", async () => {
  assert.equal((await endOf(node("-e", "process.exit(0)"))).reason, "it exited with code 0");
  assert.equal((await endOf(node("-e", "process.exit(42)"))).reason, "it exited with code 42");
  assert.equal((await endOf(node("-e", 'process.kill(process.pid, "SIGABRT")'))).reason, "it was ended by SIGABRT");
});

test("of a child's stderr the last lines are kept, the unfinished one too, and the beginning of one that is endless", async () => {
  const script = `process.stderr.write(Array.from({ length: 2000 }, (_, n) => "line " + n + "\\n").join("") + "x".repeat(10000) + "\\nend")`;
  const { channel } = await endOf(node("-e", script));
  const lines = channel.stderr();
  assert.equal(lines.length, stderrLines);
  assert.deepEqual(lines.slice(-3), ["line 1999", `${"x".repeat(stderrLineBytes)}…`, "end"]);
});

test("a child is in a process group of its own, gets the environment it is given, and starts where it is told", async () => {
  const script = `console.error([process.pid, process.env.OWN, process.cwd()].join(" ")); process.stdin.resume()`;
  const channel = await startChild({ ...node("-e", script), env: { OWN: "mine" }, cwd: "/" }, guardian);
  await until(() => channel.stderr().length > 0, "the child has spoken");
  assert.deepEqual(channel.stderr(), [`${channel.pid} mine /`]);
  // A signal to a group reaches nobody where there is no group of this id.
  process.kill(-channel.pid, 0);
  await channel.close();
  assert.ok(!isAlive(channel.pid));
  assert.throws(() => process.kill(-channel.pid, 0), { code: "ESRCH" });
});

test("a child that ends with its input is not sent a signal", async () => {
  verifies("lifecycle.shutdown-stdio", "stdio.shutdown");
  const script = `process.on("SIGTERM", () => process.exit(9)); process.stdin.on("end", () => setTimeout(() => process.exit(0), 50)).resume()`;
  const channel = await startChild(node("-e", script), guardian, { graceMs: 10_000 });
  const ended = new Promise<string>((resolve) => {
    channel.start({
      frame: () => undefined,
      noise: () => undefined,
      ended: ({ reason }) => {
        resolve(reason);
      },
    });
  });
  await channel.close();
  assert.equal(await ended, "it exited with code 0");
});

test("a child that ignores the end of its input is sent SIGTERM, and one that ignores that too SIGKILL", async () => {
  verifies("lifecycle.shutdown-stdio", "stdio.shutdown");
  const stubborn = `console.error("ready"); setInterval(() => {}, 1000)`;
  for (const [script, end] of [
    [stubborn, "it was ended by SIGTERM"],
    [`process.on("SIGTERM", () => {}); ${stubborn}`, "it was ended by SIGKILL"],
  ] as const) {
    const channel = await startChild(node("-e", script), guardian, { graceMs: 100 });
    await until(() => channel.stderr().length > 0, "the child is ready");
    const ended = new Promise<string>((resolve) => {
      channel.start({
        frame: () => undefined,
        noise: () => undefined,
        ended: ({ reason }) => {
          resolve(reason);
        },
      });
    });
    await channel.close();
    assert.equal(await ended, end);
    assert.ok(!isAlive(channel.pid));
  }
});

test("a child that closes its stdin and lives on can be told nothing more, which ends its channel", async () => {
  const command = { command: "/bin/sh", args: ["-c", "exec 0<&-; echo closed >&2; exec sleep 1000"], env: {} };
  const channel = await startChild(command, guardian, { graceMs: 100 });
  await until(() => channel.stderr().length > 0, "it has closed its stdin");
  const ended = new Promise<string>((resolve) => {
    channel.start({
      frame: () => undefined,
      noise: () => undefined,
      ended: ({ reason }) => {
        resolve(reason);
      },
    });
  });
  channel.send("{}");
  assert.equal(await ended, "it closed its stdin while it went on running");
  await channel.close();
  assert.ok(!isAlive(channel.pid));
});
