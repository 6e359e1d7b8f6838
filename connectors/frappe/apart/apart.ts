import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ToolFailure } from "switchyard/connector";
import { kill } from "../../shared/kill.ts";
import { residentMb } from "./memory.ts";
import type { FromWorker, Results, Work } from "./messages.ts";

/** Processes at once. */
const most = 2;
/** Work that waits for one. */
const mostWaiting = 50;
/** How long a process rests before it ends, in ms. */
const restMs = 60_000;
/** How long a piece of work may take, in ms. */
const workMs = 30_000;
/** How often a process's memory is looked at, in ms. */
const lookMs = 250;

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url),
);

/** One process: `busy` from its work's beginning until its answer is there, then `resting`, until it is `gone`. */
interface Worker {
  readonly child: ChildProcess;
  state: "busy" | "resting" | "gone";
  answer: (message: FromWorker) => void;
  rest: NodeJS.Timeout | undefined;
  /** Why it is gone, for who was about to use it; undefined before. */
  why: string | undefined;
}

/**
 * Computes, draws and reads files in processes of their own, begun on demand: whatever a file or a table does to its process, the gateway goes on. One
 * that takes too long, or whose caller has left, is ended.
 */
export class Apart {
  readonly #workers = new Set<Worker>();
  #waiting: ((worker: Worker) => void)[] = [];
  #isClosed = false;
  readonly #memoryMb: number;

  /** Each process may use `memoryMb` of memory, where the system tells what it uses (Linux). Default 1500. */
  constructor({ memoryMb = 1500 }: { readonly memoryMb?: number } = {}) {
    this.#memoryMb = memoryMb;
  }

  /** @throws {ToolFailure} it cannot be done with what was given, takes too long, or too much waits; the signal's reason. */
  async run<Kind extends Work["kind"]>(
    work: Extract<Work, { kind: Kind }>,
    signal: AbortSignal,
  ): Promise<Results[Kind]> {
    signal.throwIfAborted();
    const worker = await this.#worker(signal);
    // It may have ended, or not even begun, before there was anybody to tell.
    if (worker.why !== undefined) throw new ToolFailure(worker.why);
    const { promise, resolve, reject } = Promise.withResolvers<Results[Kind]>();
    const stop = (reason: Error): void => {
      this.#end(worker);
      reject(reason);
    };
    const leave = (): void => {
      stop(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      stop(new ToolFailure(`It took longer than ${workMs / 1000} s and was ended; ask for less rows or pages`));
    }, workMs);
    const watch = setInterval(() => void this.#look(worker, stop), lookMs);
    worker.answer = (message) => {
      // What a piece of work comes to is said once, in `Results`.
      if (message.type === "done") resolve(Object(message.result));
      else reject(message.isRefused ? new ToolFailure(message.message) : new Error(message.message));
    };
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    else if (worker.child.connected) worker.child.send(work, () => undefined);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener("abort", leave);
      this.#rest(worker);
    }
  }

  /** Ends every process. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#workers) this.#end(worker);
  }

  #worker(signal: AbortSignal): Promise<Worker> {
    if (this.#isClosed) throw new ToolFailure("The connector has ended");
    const free = this.#free();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= mostWaiting) {
      throw new ToolFailure(
        `${mostWaiting} analyses and files wait for their turn already; try again when they are done`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<Worker>();
    const leave = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== begin);
      reject(reasonOf(signal));
    };
    const begin = (worker: Worker): void => {
      signal.removeEventListener("abort", leave);
      resolve(worker);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#waiting.push(begin);
    return promise;
  }

  /** A process that is busy from now on, if there may be one. */
  #free(): Worker | undefined {
    const resting = [...this.#workers].find(({ state }) => state === "resting");
    if (resting === undefined) return this.#workers.size < most ? this.#begun() : undefined;
    clearTimeout(resting.rest);
    resting.state = "busy";
    return resting;
  }

  #begun(): Worker {
    const child = fork(program, {
      env: {},
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // DuckDB is an add-on. Neither files nor processes can be made.
      execArgv: ["--permission", "--allow-fs-read=*", "--allow-addons", "--max-old-space-size=1024", "--no-warnings"],
    });
    child.unref();
    child.channel?.unref();
    const worker: Worker = { child, state: "busy", answer: () => undefined, rest: undefined, why: undefined };
    this.#workers.add(worker);
    child.on("message", (message: FromWorker) => {
      worker.answer(message);
    });
    const ended = (how: string): void => {
      clearTimeout(worker.rest);
      worker.state = "gone";
      this.#workers.delete(worker);
      const message = `The process that worked on it has ended (${how}); it may have wanted too much memory: ask for less`;
      worker.why = message;
      worker.answer({ type: "failed", message, isRefused: true });
      this.#next();
    };
    child.on("exit", (code, signal) => {
      ended(signal ?? `status ${code}`);
    });
    // One that could not be started has no exit.
    child.on("error", (error) => {
      kill(child);
      ended(error.message);
    });
    return worker;
  }

  #rest(worker: Worker): void {
    worker.answer = () => undefined;
    if (worker.state === "gone") return;
    worker.state = "resting";
    worker.rest = setTimeout(() => {
      this.#end(worker);
    }, restMs).unref();
    this.#next();
  }

  #next(): void {
    const begin = this.#waiting[0];
    const worker = begin === undefined || this.#isClosed ? undefined : this.#free();
    if (begin === undefined || worker === undefined) return;
    this.#waiting.shift();
    begin(worker);
  }

  async #look({ child }: Worker, stop: (reason: Error) => void): Promise<void> {
    if ((await residentMb(child.pid)) <= this.#memoryMb) return;
    stop(
      new ToolFailure(`It wanted more than ${this.#memoryMb} MB of memory and was ended; ask for less rows or pages`),
    );
  }

  /** Its place is free once it has ended. */
  #end(worker: Worker): void {
    clearTimeout(worker.rest);
    worker.state = "gone";
    kill(worker.child);
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new ToolFailure("The caller left");
}
