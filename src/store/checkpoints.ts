import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Clock, StopTimer } from "../core/clock.ts";
import { type Database, aheadBytes } from "./database.ts";

/** How long after a write what was written ahead is put in its place, in ms. */
const afterMs = 100;
/** So much ahead, and the little that the thread left is put in its place, too: then the next write begins the file anew. */
const manyBytes = 2 * aheadBytes;
/** So much ahead, and the thread that writes puts it in its place by itself: the other one does not keep up, or has ended. */
const mostBytes = 8 * aheadBytes;
/** So much ahead, and the next write waits until all of it is in its place: the disk cannot take so much so fast. */
const tooManyBytes = 16 * aheadBytes;
/** Writes between two looks at how much is ahead. */
const writesBetween = 16;
/** Longest time that the thread is waited for, in ms. */
const waitMs = 5000;
/** Memory that the thread's program may take, in MiB; SQLite's own is beside it. */
const maxMib = 16;

interface Helper {
  readonly worker: Worker;
  /** 1 while the thread works at the file. */
  readonly works: Int32Array;
  /** 1 once the thread has let go of the file. */
  readonly closed: Int32Array;
  isBusy: boolean;
}

/**
 * Puts what is written ahead in its place on a thread of its own: on the thread that serves, each 4 MiB would hold up everything for some 15 ms.
 * There is no such thread before there was so much, so that a short-lived process and a quiet gateway have none.
 */
export class Checkpoints {
  readonly #database: Database;
  readonly #clock: Clock;
  #helper: Helper | undefined;
  #isClosed = false;
  #isDue = false;
  #writes = 0;
  #stopTimer: StopTimer = () => undefined;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Whether the thread is there. */
  get hasThread(): boolean {
    return this.#helper !== undefined;
  }

  /** Something was written. Returns at once, unless far too much is ahead. */
  written(): void {
    this.#writes += 1;
    if (this.#writes % writesBetween === 0 && aheadOf(this.#database.file) >= tooManyBytes) {
      // Two cannot do so at once, and SQLite waits for nobody here.
      if (this.#helper !== undefined) Atomics.wait(this.#helper.works, 0, 1, waitMs);
      this.#database.sql.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    if (this.#isDue || this.#isClosed) return;
    this.#isDue = true;
    this.#stopTimer = this.#clock.after(afterMs, () => {
      this.#isDue = false;
      this.#look();
    });
  }

  #look(): void {
    const helper = this.#helper;
    if (helper === undefined) {
      if (aheadOf(this.#database.file) >= aheadBytes) this.#helper = this.#start();
    } else if (!helper.isBusy) {
      helper.isBusy = true;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
      helper.worker.postMessage("checkpoint");
    }
  }

  #start(): Helper {
    const { file, pageBytes } = this.#database;
    const works = sharedFlag();
    const closed = sharedFlag();
    const program = new URL(`./checkpoint-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
    const worker = new Worker(program, {
      workerData: { file, worthPages: aheadBytes / pageBytes, works, closed },
      resourceLimits: { maxOldGenerationSizeMb: maxMib },
    });
    const helper: Helper = { worker, works, closed, isBusy: true };
    worker.on("message", (said: "ready" | number) => {
      helper.isBusy = false;
      if (this.#isClosed) return;
      if (said === "ready") this.#database.checkpointAt(mostBytes);
      else if (said * pageBytes >= manyBytes) this.#database.sql.exec("PRAGMA wal_checkpoint(PASSIVE)");
    });
    // Without it, the thread that writes does it as before.
    worker.on("error", () => {
      Atomics.store(works, 0, 0);
      Atomics.store(closed, 0, 1);
      if (!this.#isClosed) this.#database.checkpointAt(aheadBytes);
    });
    // After its listeners, which would keep the process alive.
    worker.unref();
    return helper;
  }

  /** Ends the thread; returns when it has let go of the file. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopTimer();
    if (this.#helper === undefined) return;
    const { worker, closed } = this.#helper;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
    worker.postMessage("close");
    Atomics.wait(closed, 0, 0, waitMs);
    void worker.terminate();
  }
}

/** The same database, with its writes followed by checkpoints. */
export function withCheckpoints(database: Database, checkpoints: Checkpoints): Database {
  return {
    ...database,
    transaction(run) {
      const result = database.transaction(run);
      checkpoints.written();
      return result;
    },
    close() {
      checkpoints.close();
      database.close();
    },
  };
}

function sharedFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Size of what is written ahead, in bytes: as it was at the most since the file was opened. */
function aheadOf(file: string): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
