import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type JsonObject, isJsonObject } from "../src/core/json.ts";

/** One process of the benchmark, seen from the one that runs it. */
export interface BenchProcess {
  /** What it said of itself when it was ready. */
  readonly ready: JsonObject;
  /** Asks it something; one question at a time. */
  ask(question: JsonObject, timeoutMs: number): Promise<JsonObject>;
  /** Ends it; resolves when it is gone. Safe to call twice. */
  end(): Promise<void>;
}

/** How a process is started. */
export interface ProcessOptions {
  /** Where it leaves a CPU profile when it ends; undefined: it makes none. */
  readonly profileDir: string | undefined;
  /** Variables of its environment, beside ours. */
  readonly env?: Readonly<Record<string, string>>;
}

const readyMs = 15_000;
/** Longer than a process of the benchmark takes to close itself. */
const endMs = 5000;

/** Starts `bench/FILE` and resolves when it is ready. Where it does not get there, nothing of it is left. */
export async function startProcess(
  file: string,
  args: readonly string[],
  { profileDir, env = {} }: ProcessOptions,
): Promise<BenchProcess> {
  const child = fork(join(import.meta.dirname, file), args, {
    execPath: process.execPath,
    execArgv: profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`],
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    return { ready: await messageOf(child, file, readyMs), ask: asker(child, file), end: () => end(child) };
  } catch (thrown) {
    await end(child);
    throw thrown;
  }
}

function asker(child: ChildProcess, file: string): BenchProcess["ask"] {
  return (question, timeoutMs) => {
    const answer = messageOf(child, file, timeoutMs);
    if (child.connected) child.send(question);
    return answer;
  };
}

/** The child's next message; fails where it ends first, takes too long, or says that it failed. */
function messageOf(child: ChildProcess, file: string, timeoutMs: number): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
  const fail = (why: string): void => {
    reject(new Error(`${file} ${why}`));
  };
  const take = (message: unknown): void => {
    if (!isJsonObject(message)) fail("sent no message");
    else if (message["kind"] === "failed") fail(`failed: ${String(message["reason"])}`);
    else resolve(message);
  };
  const gone = (code: number | null): void => {
    fail(`ended with code ${code ?? "none"}`);
  };
  const timer = setTimeout(fail, timeoutMs, `was silent for ${timeoutMs} ms`);
  child.once("message", take).once("exit", gone).once("error", reject);
  if (child.exitCode !== null) gone(child.exitCode);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("message", take).off("exit", gone).off("error", reject);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => {
    resolve();
  });
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
  await promise;
  clearTimeout(timer);
}
