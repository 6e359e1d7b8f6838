import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { GatewayError } from "../core/errors.ts";
import { Ring } from "../core/ring.ts";
import { type Channel, type ChannelReceiver, maxUnsentBytes } from "./channel.ts";
import type { Guardian } from "./guardian.ts";
import { LineReader } from "./lines.ts";
import { beginOf, endStrays, killQuietly, markVariable } from "./strays.ts";

/** What to start. */
export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How many of its last lines of stderr a child keeps, and how many bytes of each. */
export const stderrLines = 100;
export const stderrLineBytes = 8192;
/** How long after its exit a child's last output is waited for. */
const drainMs = 500;

/** A child process that speaks MCP on its stdio, alone in its process group. */
export interface ChildChannel extends Channel {
  readonly pid: number;
  /** The last lines of its stderr, oldest first. */
  stderr(): string[];
  /** Resolves when it has exited. */
  readonly exited: Promise<void>;
  /** Ends its whole group at once, and `others` with it. The channel then ends with this problem. */
  kill(problem: GatewayError, others: readonly number[]): void;
}

/** How a child is treated. */
export interface ChildOptions {
  /** How long it may take to end by itself before it is made to, in ms. Default 2000. */
  readonly graceMs?: number;
  /** Told of each line of its stderr, also of those that it wrote after its channel was closed. */
  readonly onStderr?: (line: string) => void;
}

/** Variables that a child inherits: what programs need to run at all, nothing that may be a secret. */
const inherited: readonly string[] =
  process.platform === "win32"
    ? [
        "APPDATA",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "PATH",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
      ].concat(["PROGRAMDATA", "PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE"])
    : ["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"];

/** The environment of a child: the inherited variables, then its own. */
export function childEnvironment(own: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...own };
}

/**
 * Starts a child and resolves once the system has started it; it may still fail afterwards, which ends the channel.
 *
 * `close` asks politely first: end of input, then SIGTERM after `graceMs`, then SIGKILL, the last two to the whole group. Once the child
 * has exited, however it did, what is left of its group is killed, and on Linux also what left the group.
 *
 * @throws {GatewayError} `upstream_unavailable` — the command cannot be started; the message says why.
 * @see MCP 2026-07-28, basic/transports/stdio, Shutdown.
 */
export async function startChild(
  command: ChildCommand,
  guardian: Guardian,
  options: ChildOptions = {},
): Promise<ChildChannel> {
  const mark = randomUUID();
  const child = spawnChild(command, mark);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once("spawn", () => {
      // One that was started has a number; 0 would stand for the gateway's own group where a signal is sent.
      if (child.pid !== undefined && child.pid > 0) resolve(child.pid);
      else reject(startError(command, new Error("the system gave it no number")));
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(startError(command, error));
    });
  });
  return new Child({ child, pid, mark }, guardian, options);
}

function spawnChild(command: ChildCommand, mark: string): ChildProcessWithoutNullStreams {
  try {
    return spawn(command.command, command.args, {
      env: { ...childEnvironment(command.env), [markVariable]: mark },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
  } catch (thrown) {
    // Some refusals come this way rather than as an event: too long a command line, an argument with a null character.
    throw thrown instanceof Error ? startError(command, thrown) : thrown;
  }
}

function startError({ command, cwd }: ChildCommand, error: NodeJS.ErrnoException): GatewayError {
  const why =
    error.code === "ENOENT"
      ? `was not found on the PATH${cwd === undefined ? "" : `, or the folder ${cwd} does not exist`}`
      : error.code === "EACCES"
        ? "may not be run (no execute permission)"
        : `could not be started (${error.code ?? error.message})`;
  return new GatewayError("upstream_unavailable", `The command ${JSON.stringify(command)} ${why}`, {
    data: { stage: "spawn", reason: error.code ?? "unknown" },
  });
}

/** A child that the system has started, and the mark by which its own children are known. */
interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  /** More than 0. */
  readonly pid: number;
  readonly mark: string;
}

class Child implements ChildChannel {
  readonly pid: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #graceMs: number;
  readonly #stderr = new Ring<string>(stderrLines);
  readonly #onStderr: ((line: string) => void) | undefined;
  readonly exited: Promise<void>;
  #problem: GatewayError | undefined;
  #receiver: ChannelReceiver | undefined;
  /** Frames sent and not followed by one received: a guess at how many calls are under way. */
  #unanswered = 0;
  #isGathering = false;
  /** What left its group, once it has exited, is being ended. */
  #strays: Promise<void> | undefined;
  #isOver = false;
  #closing: Promise<void> | undefined;

  constructor({ child, pid, mark }: Started, guardian: Guardian, { graceMs = 2000, onStderr }: ChildOptions) {
    this.#child = child;
    this.pid = pid;
    this.#graceMs = graceMs;
    this.#onStderr = onStderr;
    guardian.add(this.pid);
    const begunAt = beginOf(this.pid);
    child.stdin.on("error", () => {
      this.#halfClosed("it closed its stdin while it went on running");
    });
    child.stdout.once("end", () => {
      this.#halfClosed("it closed its stdout while it went on running");
    });
    child.stdout.on("error", ignoreBrokenPipe);
    child.stderr.on("error", ignoreBrokenPipe);
    child.on("error", ignoreBrokenPipe);
    this.#keepStderr();
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#killGroup("SIGKILL");
        this.#strays = endStrays(mark, begunAt);
        guardian.remove(this.pid);
        resolve();
        const reason = signal === null ? `it exited with code ${code ?? 0}` : `it was ended by ${signal}`;
        // What it wrote last still waits in the pipe; somebody who left the group may hold the pipe open for ever.
        const timer = setTimeout(() => {
          this.#end(reason, code ?? undefined);
        }, drainMs);
        child.once("close", () => {
          clearTimeout(timer);
          this.#end(reason, code ?? undefined);
        });
      });
    });
  }

  get unsentBytes(): number {
    return this.#child.stdin.writableLength;
  }

  stderr(): string[] {
    return this.#stderr.toArray();
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    const reader = new LineReader({
      line: (line) => {
        if (this.#unanswered > 0) this.#unanswered -= 1;
        if (!this.#isOver && this.#closing === undefined) receiver.frame(line);
      },
      tooLong: (limit) => {
        receiver.noise(`dropped a line of more than ${limit} bytes`);
      },
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      reader.push(chunk);
    });
    if (this.#isOver) receiver.ended({ reason: "it exited at once", problem: this.#problem });
  }

  send(frame: string | Buffer): void {
    const { stdin } = this.#child;
    if (this.#isOver || this.#closing !== undefined) {
      throw new GatewayError("upstream_unavailable", "The upstream's process has ended");
    }
    if (stdin.writableLength > maxUnsentBytes) {
      throw new GatewayError("upstream_unavailable", `The upstream left more than ${maxUnsentBytes} bytes unread`);
    }
    if (this.#unanswered > 0 && !this.#isGathering) this.#gather();
    this.#unanswered += 1;
    if (typeof frame === "string") stdin.write(`${frame}\n`);
    else stdin.write(Buffer.concat([frame, lineEnd]));
  }

  /** Where more is under way than one frame, what is sent until the end of the turn is written at once: each write may have to wake the child. */
  #gather(): void {
    const { stdin } = this.#child;
    this.#isGathering = true;
    stdin.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stdin.uncork();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  kill(problem: GatewayError, others: readonly number[]): void {
    if (this.#isOver) return;
    this.#problem = problem;
    this.#killGroup("SIGKILL");
    for (const pid of others) killQuietly(pid);
  }

  async #close(): Promise<void> {
    this.#child.stdin.end();
    for (const signal of [undefined, "SIGTERM", "SIGKILL"] as const) {
      if (signal !== undefined) this.#killGroup(signal);
      if (await this.#exitsWithin(this.#graceMs)) break;
    }
    await this.#strays;
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, ms, false);
    void this.exited.then(() => {
      resolve(true);
    });
    const hasExited = await promise;
    clearTimeout(timer);
    return hasExited;
  }

  /** A child that is ending closes its pipes too; one that has not ended a moment later can be spoken to no more. */
  #halfClosed(reason: string): void {
    if (this.#isOver || this.#closing !== undefined) return;
    const timer = setTimeout(() => {
      this.#end(reason);
      void this.close();
    }, drainMs);
    void this.exited.then(() => {
      clearTimeout(timer);
    });
  }

  #killGroup(signal: NodeJS.Signals): void {
    try {
      if (process.platform === "win32") this.#child.kill(signal);
      else process.kill(-this.pid, signal);
    } catch {
      // ESRCH: nobody of the group is left, which is what was wanted.
    }
  }

  #keepStderr(): void {
    const reader = new LineReader(
      {
        line: (line) => {
          this.#keep(line.toString("utf8"));
        },
        tooLong: (_limit, beginning) => {
          this.#keep(`${beginning().toString("utf8")}…`);
        },
      },
      stderrLineBytes,
    );
    this.#child.stderr.on("data", (chunk: Buffer) => {
      reader.push(chunk);
    });
    this.#child.stderr.on("end", () => {
      reader.end();
    });
  }

  #keep(line: string): void {
    this.#stderr.push(line);
    this.#onStderr?.(line);
  }

  #end(reason: string, exitStatus?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver?.ended({ reason, exitStatus, problem: this.#problem });
  }
}

const lineEnd = Buffer.from("\n");

function ignoreBrokenPipe(): void {
  // The peer is gone; its exit, which follows, tells the receiver.
}
