import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kill } from "../shared/kill.ts";
import type { Format, Report } from "./report/report.ts";
import type { Source } from "./sources.ts";
import type { FromWorker, Result, ToWorker, Work } from "./worker-messages.ts";

/** Processes at once, each with one source and one statement. */
const most = 4;
/** Statements that wait for a process. */
const mostWaiting = 100;
/** How long a process rests before it ends, in ms. */
const restMs = 60_000;
/** How long one that was told to cancel has before it is ended, in ms. SQLite hears nothing while it works. */
const graceMs = 1000;
/** How long a source may take to open, in ms; how long a statement may take is counted from then. */
const openMs = 30_000;
/** For work with rows that come from no source. */
const defaults = { timeoutMs: 30_000, type: "memory" } as const;
const remedy = "ask for less, or raise timeoutMs of the source";

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url),
);

/** Why a piece of work came to nothing. */
export class WorkFailed extends Error {
  override readonly name = "WorkFailed";
  /** What in the statement is refused; undefined where it is something else that failed. */
  readonly part: string | undefined;

  constructor(message: string, part?: string) {
    super(message);
    this.part = part;
  }
}

/** One process: `busy` from its work's beginning until its answer is there, then `resting`, until it is `gone`. */
interface Worker {
  readonly source: string;
  readonly child: ChildProcess;
  state: "busy" | "resting" | "gone";
  answer: (message: FromWorker) => void;
  rest: NodeJS.Timeout | undefined;
  /** Why it is gone, for who was about to use it; undefined before. */
  why: string | undefined;
}

/** How work has ended. */
type Ended = Exclude<FromWorker, { type: "begun" }>;

/** Work that waits for a process. */
interface Waiting {
  readonly source: string;
  readonly begin: (worker: Worker) => void;
}

/**
 * Processes in which statements run, begun when there is something for them to do. A statement that takes too long, or whose caller has left, is cancelled at
 * its database; where that does not help within a second, and for SQLite at once, its process is ended.
 */
export class Workers {
  readonly #sources: Readonly<Record<string, Source>>;
  readonly #workers = new Set<Worker>();
  #waiting: Waiting[] = [];

  constructor(sources: Readonly<Record<string, Source>>) {
    this.#sources = sources;
  }

  /** The first of the statements that is not run, by its place. @throws as {@link query}. */
  async check(source: string, statements: readonly string[], signal: AbortSignal) {
    return (await this.#run(source, { kind: "check", statements }, "check", signal)).refused;
  }

  /**
   * The rows of one statement.
   *
   * @throws {WorkFailed} it is refused, what the database says, it takes too long, or too much waits; the signal's reason.
   */
  async query(source: string, work: Omit<Extract<Work, { kind: "query" }>, "kind">, signal: AbortSignal) {
    return (await this.#run(source, { kind: "query", ...work }, "query", signal)).table;
  }

  /** What a source has, at most so many. @throws as {@link query}. */
  async tables(source: string, max: number, signal: AbortSignal) {
    return (await this.#run(source, { kind: "tables", max }, "tables", signal)).tables;
  }

  /** What an analysis comes to, of a source's rows or, without one, of those given. @throws as {@link query}. */
  async analyze(
    source: string | undefined,
    work: Omit<Extract<Work, { kind: "analyze" }>, "kind">,
    signal: AbortSignal,
  ) {
    return (await this.#run(source ?? "", { kind: "analyze", ...work }, "analyze", signal)).analysis;
  }

  /** A report as it is written. @throws as {@link query}. */
  async render(report: Report, format: Format, signal: AbortSignal) {
    return (await this.#run("", { kind: "render", report, format }, "render", signal)).content;
  }

  async #run<Kind extends Result["kind"]>(
    source: string,
    work: Work,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<Extract<Result, { kind: Kind }>> {
    signal.throwIfAborted();
    const worker = await this.#worker(source, signal);
    const answer = await this.#answered(worker, work, signal);
    if (answer.type === "failed") throw new WorkFailed(answer.failure.message, answer.failure.part);
    if (isOf(answer.result, kind)) return answer.result;
    throw new TypeError(`A worker answered ${answer.result.kind} to ${kind}`);
  }

  /** Ends every process. Safe to call twice. */
  close(): void {
    this.#waiting = [];
    for (const worker of this.#workers) this.#end(worker);
  }

  #worker(source: string, signal: AbortSignal): Promise<Worker> {
    const free = this.#free(source);
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= mostWaiting) {
      throw new WorkFailed(`${mostWaiting} statements wait for their turn already; try again when they are done`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Worker>();
    const leave = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      reject(reasonOf(signal));
    };
    const waiting: Waiting = {
      source,
      begin: (worker) => {
        signal.removeEventListener("abort", leave);
        resolve(worker);
      },
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#waiting.push(waiting);
    return promise;
  }

  /** A process for this source that is busy from now on, if there may be one. */
  #free(source: string): Worker | undefined {
    const resting = [...this.#workers].filter(({ state }) => state === "resting");
    const same = resting.find((worker) => worker.source === source);
    if (same === undefined) {
      if (this.#workers.size < most) return this.#begun(source);
      // Makes room for whoever waits.
      if (resting[0] !== undefined) this.#end(resting[0]);
      return undefined;
    }
    clearTimeout(same.rest);
    same.state = "busy";
    return same;
  }

  #begun(source: string): Worker {
    const child = fork(program, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const worker: Worker = { source, child, state: "busy", answer: () => undefined, rest: undefined, why: undefined };
    this.#workers.add(worker);
    child.on("message", (message: FromWorker) => {
      worker.answer(message);
    });
    child.on("error", ({ message }) => {
      // One that could not be started has no end to tell of.
      if (child.pid === undefined) this.#gone(worker, `No process for the statement could be started: ${message}`);
    });
    child.on("exit", (code, signal) => {
      const how = signal ?? `status ${code}`;
      this.#gone(worker, `The process that ran the statement has ended (${how}); it may have wanted too much memory`);
    });
    const opened = this.#sources[source];
    if (opened !== undefined) tell(worker, { type: "open", source: opened });
    return worker;
  }

  async #answered(worker: Worker, work: Work, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) {
      this.#rest(worker);
      throw reasonOf(signal);
    }
    // It may have ended, or not even begun, before there was anybody to tell.
    if (worker.why !== undefined) throw new WorkFailed(worker.why);
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    const stop = (reason: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      reject(reason);
      this.#cancel(worker);
    };
    const leave = (): void => {
      stop(reasonOf(signal));
    };
    const within = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => {
        stop(new WorkFailed(what));
      }, ms);
    let timer = within(openMs, `The source was not open after ${openMs} ms; look whether its database answers`);
    signal.addEventListener("abort", leave, { once: true });
    worker.answer = (message) => {
      clearTimeout(timer);
      if (message.type === "begun") {
        const { timeoutMs } = this.#sources[worker.source] ?? defaults;
        timer = within(timeoutMs, `The statement took longer than ${timeoutMs} ms and was ended; ${remedy}`);
        return;
      }
      signal.removeEventListener("abort", leave);
      resolve(message);
      this.#rest(worker);
    };
    tell(worker, { type: "work", work });
    return promise;
  }

  /** Its answer, should one come yet, is nobody's. */
  #cancel(worker: Worker): void {
    worker.answer = ({ type }) => {
      if (type !== "begun") this.#rest(worker);
    };
    const hears = (this.#sources[worker.source] ?? defaults).type !== "sqlite";
    if (hears) tell(worker, { type: "cancel" });
    worker.rest = setTimeout(
      () => {
        this.#end(worker);
      },
      hears ? graceMs : 0,
    );
  }

  #rest(worker: Worker): void {
    worker.answer = () => undefined;
    if (worker.state === "gone") return;
    clearTimeout(worker.rest);
    worker.state = "resting";
    worker.rest = setTimeout(() => {
      this.#end(worker);
    }, restMs).unref();
    this.#next();
  }

  #next(): void {
    const next = this.#waiting[0];
    const worker = next === undefined ? undefined : this.#free(next.source);
    if (next === undefined || worker === undefined) return;
    this.#waiting.shift();
    next.begin(worker);
  }

  #gone(worker: Worker, why: string): void {
    clearTimeout(worker.rest);
    worker.state = "gone";
    worker.why = why;
    this.#workers.delete(worker);
    worker.answer({ type: "failed", failure: { message: why, part: undefined } });
    this.#next();
  }

  /** Its place is free once it has ended. */
  #end(worker: Worker): void {
    clearTimeout(worker.rest);
    worker.state = "gone";
    kill(worker.child);
  }
}

function isOf<Kind extends Result["kind"]>(result: Result, kind: Kind): result is Extract<Result, { kind: Kind }> {
  return result.kind === kind;
}

function tell({ child }: Worker, message: ToWorker): void {
  // One that has ended meanwhile says so by its end.
  if (child.connected) child.send(message, () => undefined);
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new WorkFailed("The caller left");
}
