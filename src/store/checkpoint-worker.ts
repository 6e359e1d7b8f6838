import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/*
 * The thread of `checkpoints.ts`. Puts what was written ahead in its place, and what was written meanwhile, until little is left. It never takes
 * a lock that a writer needs (no RESTART, no TRUNCATE): with a slow disk those hold writers up for longer than they wait. It waits for nobody:
 * what cannot be had now is tried the next time.
 */

/** So many times at once, however much was written meanwhile. */
const mostRounds = 4;
/** So few pages ahead are little. */
const littlePages = 64;

interface Given {
  readonly file: string;
  /** So many pages ahead are worth the two waits for the disk that putting them in their place takes. */
  readonly worthPages: number;
  /** 1 while the thread works at the file. */
  readonly works: Int32Array;
  /** 1 once the thread has let go of the file. */
  readonly closed: Int32Array;
}

const { file, worthPages, works, closed }: Given = workerData;
const sql = new DatabaseSync(file, { timeout: 0 });
sql.exec("PRAGMA synchronous = NORMAL");

parentPort?.on("message", (wish: "checkpoint" | "finish" | "close") => {
  if (wish === "close") {
    sql.close();
    set(closed, 1);
    parentPort?.close();
    return;
  }
  set(works, 1);
  const pages = wish === "finish" ? finished() : checkpoint();
  set(works, 0);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
  parentPort?.postMessage(pages);
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
parentPort?.postMessage("ready");

/** How many pages the file of what is written ahead holds, those included that are in their place by now. */
function checkpoint(): number {
  let [pages, before] = [0, 0];
  try {
    [pages, before] = checkpointed("NOOP");
    if (pages - before < worthPages) return pages;
    for (let round = 0; round < mostRounds; round += 1) {
      const [log, done] = checkpointed("PASSIVE");
      pages = log;
      if (done - before <= littlePages) break;
      before = done;
    }
  } catch {
    // Somebody else does it just now.
  }
  return pages;
}

/** The same, for the little that is left while nobody writes. */
function finished(): number {
  try {
    const [pages] = checkpointed("PASSIVE");
    return pages;
  } catch {
    return 0;
  }
}

/** How many pages the file then holds, and how many of them are in their place. */
function checkpointed(how: "NOOP" | "PASSIVE"): [pages: number, done: number] {
  const { log, checkpointed: done } = sql.prepare(`PRAGMA wal_checkpoint(${how})`).get() ?? {};
  return [Number(log), Number(done)];
}

function set(state: Int32Array, value: 0 | 1): void {
  Atomics.store(state, 0, value);
  Atomics.notify(state, 0);
}
