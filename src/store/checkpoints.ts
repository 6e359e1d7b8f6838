import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Clock, StopTimer } from "../core/clock.ts";
import { type Database, aheadBytes } from "./database.ts";

/** How long after a write what was written ahead is put in its place, in ms. */
const afterMs = 100;
/** So much ahead, and what can wait is not written until the thread has put the rest in its place: then the next write begins the file anew. */
const manyBytes = 4 * aheadBytes;
/** Longest time that it waits, in ms: with a disk that takes longer, the file grows on. */
const longestRestMs = 100;
/** So much ahead, and the thread that writes puts it in its place by itself: the other one does not keep up, or has ended. */
const mostBytes = 12 * aheadBytes;
/** So much ahead, and the next write waits until all of it is in its place: the disk cannot take so much so fast. */
const tooManyBytes = 24 * aheadBytes;
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
  /** Size of the file when the latest rest began, in pages. */
  restedAt: number;
}

/**
 * Puts what is written ahead in its place on a thread of its own: on the thread that serves, each 4 MiB would hold up everything for some 15 ms,
 * and the last few pages, without which the file cannot begin anew, still for some 6, nearly all of it waiting for the disk. For those, what can
 * wait rests a little. There is no such thread before there was so much, so that a short-lived process and a quiet gateway have none.
 */
export class Checkpoints {
  readonly #database: Database;
  readonly #clock: Clock;
  #helper: Helper | undefined;
  #isClosed = false;
  #isDue = false;
  #writes = 0;
  #stopTimer: StopTimer = () => undefined;
  #rest: Rest | undefined;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Whether the thread is there. */
  get hasThread(): boolean {
    return this.#helper !== undefined;
  }

  /** Ends, within 100 ms, when what can wait should be written: undefined where that is now. */
  get rest(): Promise<void> | undefined {
    return this.#rest?.ended;
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
    const helper: Helper = { worker, works, closed, isBusy: true, restedAt: 0 };
    worker.on("message", (said: "ready" | number) => {
      helper.isBusy = false;
      this.#endRest();
      if (this.#isClosed) return;
      if (said === "ready") this.#database.checkpointAt(mostBytes);
      else if (this.#isWorthRest(helper, said)) this.#beginRest(helper, said);
    });
    // Without it, the thread that writes does it as before.
    worker.on("error", () => {
      this.#endRest();
      Atomics.store(works, 0, 0);
      Atomics.store(closed, 0, 1);
      if (!this.#isClosed) this.#database.checkpointAt(aheadBytes);
    });
    // After its listeners, which would keep the process alive.
    worker.unref();
    return helper;
  }

  /** Where somebody else reads on from long ago, a rest is of no use; another is tried once the file has grown. */
  #isWorthRest({ restedAt }: Helper, pages: number): boolean {
    const { pageBytes } = this.#database;
    return pages * pageBytes >= manyBytes && (pages < restedAt || (pages - restedAt) * pageBytes >= aheadBytes);
  }

  #beginRest(helper: Helper, pages: number): void {
    helper.restedAt = pages;
    helper.isBusy = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopTimer = this.#clock.after(longestRestMs, () => {
      this.#endRest();
    });
    this.#rest = { ended: promise, end: resolve, stopTimer };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
    helper.worker.postMessage("finish");
  }

  #endRest(): void {
    this.#rest?.stopTimer();
    this.#rest?.end();
    this.#rest = undefined;
  }

  /** Ends the thread; returns when it has let go of the file. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopTimer();
    this.#endRest();
    if (this.#helper === undefined) return;
    const { worker, closed } = this.#helper;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none, a window's has
    worker.postMessage("close");
    Atomics.wait(closed, 0, 0, waitMs);
    void worker.terminate();
  }
}

/** Checkpoints that what can wait waits for. */
interface Rest {
  readonly ended: Promise<void>;
  readonly end: () => void;
  readonly stopTimer: StopTimer;
}

/** The same database, with its writes followed by checkpoints. */
export function withCheckpoints(database: Database, checkpoints: Checkpoints): Database {
  return {
    ...database,
    get rest() {
      return checkpoints.rest;
    },
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
