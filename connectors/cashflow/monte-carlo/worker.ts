import { parentPort, workerData } from "node:worker_threads";
import type { Plan } from "./plan.ts";
import { type Outcome, chunkCount, simulator } from "./simulate.ts";

/** What a thread is given. */
export interface WorkerTask {
  readonly plan: Plan;
  readonly outcome: Outcome;
  /** The next chunk to run, and whether to stop: shared by all threads. */
  readonly control: Int32Array;
}

/** Places of {@link WorkerTask.control}. */
export const controlPlaces = { next: 0, stop: 1 } as const;

/** Takes chunks until there are none or it is told to stop, and says each that is done. */
function work({ plan, outcome, control }: WorkerTask): void {
  const run = simulator(plan, outcome);
  const chunks = chunkCount(plan);
  while (Atomics.load(control, controlPlaces.stop) === 0) {
    const chunk = Atomics.add(control, controlPlaces.next, 1);
    if (chunk >= chunks) return;
    run(chunk);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
    parentPort?.postMessage(chunk);
  }
}

// Only in a thread: importing the file for its types starts nothing.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- run.ts is the only one who starts this thread, with a WorkerTask
if (parentPort !== null) work(workerData as WorkerTask);
