import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Plan } from "./plan.ts";
import { type Outcome, chunkCount, chunkIterations, emptyOutcome, simulator } from "./simulate.ts";

export interface RunOptions {
  /** Threads beside this one. With 0 the work is done here, in turns with everything else. */
  readonly threads: number;
  /** Called with the iterations that are done, never fewer than before. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the threads; they are gone when the promise is settled. */
  readonly signal?: AbortSignal;
}

/** Places of a control block: see worker.ts, which must not be imported here, as it is the entry of a thread. */
const places = { next: 0, stop: 1 } as const;

/**
 * Runs a plan. The outcome is the same on any number of threads.
 *
 * @throws the signal's reason, and what a thread failed with.
 */
export async function runPlan(plan: Plan, { threads, onProgress, signal }: RunOptions): Promise<Outcome> {
  signal?.throwIfAborted();
  const outcome = emptyOutcome(plan);
  let done = 0;
  const finished = (): void => {
    done += 1;
    onProgress?.(Math.min(plan.iterations, done * chunkIterations), plan.iterations);
  };
  if (threads === 0) await runHere(plan, outcome, finished, signal);
  else await runInThreads(plan, outcome, Math.min(threads, chunkCount(plan)), finished, signal);
  return outcome;
}

async function runHere(
  plan: Plan,
  outcome: Outcome,
  finished: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const run = simulator(plan, outcome);
  for (let chunk = 0; chunk < chunkCount(plan); chunk += 1) {
    signal?.throwIfAborted();
    run(chunk);
    finished();
    await setImmediate();
  }
  signal?.throwIfAborted();
}

async function runInThreads(
  plan: Plan,
  outcome: Outcome,
  threads: number,
  finished: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const stop = (): void => {
    Atomics.store(control, places.stop, 1);
  };
  signal?.addEventListener("abort", stop, { once: true });
  const results = await Promise.allSettled(
    Array.from({ length: threads }, async () => runThread({ plan, outcome, control }, finished, stop)),
  );
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The thread's own file, whether this one runs as it was written or as it was built. */
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

async function runThread(task: object, finished: () => void, stop: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    // Not this process's own flags: under a test runner they would start another one.
    const worker = new Worker(workerFile, { workerData: task, execArgv: [], name: "cashflow" });
    worker.on("message", finished);
    worker.on("error", (error) => {
      failure = error instanceof Error ? error : new Error(`a thread failed: ${JSON.stringify(error)}`);
      stop();
    });
    worker.on("exit", () => {
      if (failure === undefined) resolve();
      else reject(failure);
    });
  });
}
