import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isJsonObject } from "../src/core/json.ts";
import { LineReader } from "../src/transport/lines.ts";
import type { Done, Target, TargetOptions } from "./target.ts";

/** Calls over the stdio of a server that is started for it: what a host without any gateway does. */
export async function openStdio({ era }: TargetOptions): Promise<Target> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "upstream-stdio.ts"), era], {
    stdio: ["pipe", "pipe", "inherit", "ipc"],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the child has no stdio");
  const waiting = new Map<unknown, Done>();
  const reader = new LineReader({
    line: (line) => {
      const message: unknown = JSON.parse(line.toString());
      if (!isJsonObject(message)) return;
      const done = waiting.get(message["id"]);
      waiting.delete(message["id"]);
      done?.(message);
    },
    tooLong: () => child.kill(),
  });
  stdout.on("data", (chunk: Buffer) => {
    reader.push(chunk);
  });
  child.once("exit", () => {
    for (const done of waiting.values()) done(new Error("the child ended"));
  });
  await once(child, "message");
  return {
    send(id, text, done) {
      waiting.set(id, done);
      stdin.write(`${text}\n`);
    },
    cpu: () => cpuOf(child),
    async close() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      stdin.end();
      await exited;
    },
  };
}

async function cpuOf(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  const answered = once(child, "message", { signal: AbortSignal.timeout(5000) });
  child.send({ kind: "cpu" });
  const [message] = await answered;
  if (!isJsonObject(message)) throw new Error("the child sent no message");
  return { user: Number(message["user"]), system: Number(message["system"]) };
}
