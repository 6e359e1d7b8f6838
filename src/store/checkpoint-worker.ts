import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/*
 * The thread of `checkpoints.ts`. Puts what was written ahead in its place, which takes no lock that a writer needs; once much was, it also has
 * the next writer begin the file anew, which holds writers up for what was written meanwhile only. It waits for nobody: what cannot be had now is
 * tried the next time.
 */

interface Given {
  readonly file: string;
  /** Pages ahead from which on the file is begun anew. */
  readonly manyPages: number;
  /** One number: 1 once the thread has let go of the file. */
  readonly closed: Int32Array;
}

const { file, manyPages, closed }: Given = workerData;
const sql = new DatabaseSync(file, { timeout: 0 });
sql.exec("PRAGMA synchronous = NORMAL");

parentPort?.on("message", (wish: "checkpoint" | "close") => {
  if (wish === "close") {
    sql.close();
    Atomics.store(closed, 0, 1);
    Atomics.notify(closed, 0);
    parentPort?.close();
    return;
  }
  try {
    const { log: pages } = sql.prepare("PRAGMA wal_checkpoint(PASSIVE)").get() ?? {};
    if (Number(pages) >= manyPages) sql.exec("PRAGMA wal_checkpoint(RESTART)");
  } catch {
    // Somebody else writes just now.
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
  parentPort?.postMessage("done");
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
parentPort?.postMessage("ready");
