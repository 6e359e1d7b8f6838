import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { kill } from "../../shared/kill.ts";
import { residentMb } from "../apart/memory.ts";
import { guard } from "./guard.ts";
import { Image } from "./image.ts";
import { type FromSandbox, type Program, type ProgramEnd, type ToSandbox, saidBy } from "./messages.ts";

/** What programs may use. */
export interface PythonLimits {
  /** Of WebAssembly's memory, in MB; the process around it may use {@link aroundMb} besides. Default 512. */
  readonly memoryMb?: number;
  /** Programs at once. Default 2. */
  readonly atOnce?: number;
  /** How long a process that has Python loaded waits for the next program, in ms. Default 60 000. */
  readonly spareMs?: number;
}

const defaults = { memoryMb: 512, atOnce: 2, spareMs: 60_000 } as const satisfies Required<PythonLimits>;

/** Programs that wait for their turn. */
const mostWaiting = 20;
/** What Node and Pyodide use themselves, in MB, with room to spare. */
const aroundMb = 400;
/** How often a process's memory is looked at, in ms. */
const lookMs = 250;
/** How long Python may take to load, in ms. */
const loadMs = 60_000;
/** And how long where others go first, in ms. */
const makeMs = 300_000;

/** Why a program did not run to its end or its error; the message says what to do. */
export class ProgramEnded extends Error {
  override readonly name = "ProgramEnded";
}

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./sandbox.ts" : "./sandbox.js", import.meta.url),
);

/**
 * Runs programs in Python, each in a process of its own that has neither files nor network nor other processes, and is ended when the program is over,
 * takes too long, uses too much memory, or is left by its caller. While programs come, one process waits with Python loaded.
 */
export class Python {
  readonly #limits: Required<PythonLimits>;
  readonly #children = new Set<ChildProcess>();
  #spare: { readonly sandbox: Promise<Sandbox>; readonly timer: NodeJS.Timeout } | undefined;
  #running = 0;
  #waiting: (() => void)[] = [];
  #isClosed = false;
  /** What processes begin from; none until it is made, and where that failed. */
  #image: Image | undefined;
  #preparing: NodeJS.Timeout | undefined;

  constructor(limits: PythonLimits = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Prepares in so many ms, when what starts beside it has started. */
  prepareAfter(ms: number): void {
    this.#preparing ??= setTimeout(() => void this.prepare(), ms).unref();
  }

  /**
   * Makes an image of Python's memory once it has loaded, for processes to begin from it in place of loading it: once some seconds of a processor, in
   * which others go first, and 30 MB of the folder for temporary files. Where it cannot be made, they load it as before. Says whether it is there.
   */
  async prepare(): Promise<boolean> {
    if (this.#isClosed || this.#image !== undefined) return this.#image !== undefined;
    let image: Image | undefined;
    try {
      image = new Image();
      const { child } = await this.#started("make", image.writing);
      image.finish();
      kill(child);
      if (this.#isClosed) image.close();
      else this.#image = image;
    } catch {
      // Nobody waits for it, and who runs a program is told what is wrong with that.
      image?.close();
    }
    return this.#image !== undefined;
  }

  /** Has a process load Python, where none waits: a program is about to come. */
  expect(): void {
    if (!this.#isClosed && this.#running < this.#limits.atOnce) this.#keepSpare();
  }

  /**
   * What a program comes to. `timeoutMs` counts from when Python is loaded.
   *
   * @throws {ProgramEnded} it took too long or wanted too much memory, or too many wait; the signal's reason.
   */
  async run(asked: Program, timeoutMs: number, signal: AbortSignal): Promise<ProgramEnd> {
    await this.#turn(signal);
    try {
      const sandbox = await unlessLeft(this.#taken(), signal);
      try {
        return await this.#ended(sandbox, asked, timeoutMs, signal);
      } finally {
        kill(sandbox.child);
      }
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
      if (!this.#isClosed) this.#keepSpare();
    }
  }

  /** Ends every process. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#spare?.timer);
    clearTimeout(this.#preparing);
    this.#spare = undefined;
    this.#image?.close();
    this.#image = undefined;
    for (const child of this.#children) kill(child);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new ProgramEnded("Python is not to be had any more: the connector has ended");
    if (this.#waiting.length >= mostWaiting) {
      throw new ProgramEnded(`${mostWaiting} programs wait for their turn already; try again when they are done`);
    }
    if (this.#running >= this.#limits.atOnce) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== resolve);
        reject(reasonOf(signal));
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(resolve);
      await promise;
      signal.removeEventListener("abort", leave);
    }
    this.#running += 1;
  }

  #taken(): Promise<Sandbox> {
    const spare = this.#spare;
    if (spare === undefined) return this.#begun();
    clearTimeout(spare.timer);
    this.#spare = undefined;
    return spare.sandbox;
  }

  #keepSpare(): void {
    if (this.#spare !== undefined) return;
    const sandbox = this.#begun();
    const drop = (): void => {
      if (this.#spare?.sandbox === sandbox) this.#spare = undefined;
      sandbox.then(({ child }) => kill(child)).catch(() => undefined);
    };
    // One that does not come up, or ends, is not missed: whoever needs one begins it, and is told.
    sandbox.then(({ child }) => child.once("exit", drop), drop);
    this.#spare = { sandbox, timer: setTimeout(drop, this.#limits.spareMs).unref() };
  }

  async #begun(): Promise<Sandbox> {
    const image = this.#image;
    if (image === undefined) return this.#started("none");
    try {
      return await this.#started("use", image.reading);
    } catch (thrown) {
      if (this.#isClosed) throw thrown;
      // One that is no good is not tried again.
      if (this.#image === image) this.#image = undefined;
      image.close();
      return this.#started("none");
    }
  }

  async #started(how: "make" | "use" | "none", image?: number): Promise<Sandbox> {
    if (this.#isClosed) throw new ProgramEnded("Python is not to be had any more: the connector has ended");
    const pyodide = import.meta.resolve("pyodide");
    const child = fork(program, [pyodide, String(this.#limits.memoryMb * 1024 * 1024), how], {
      // Neither the gateway's environment nor its output is the program's business.
      env: {},
      stdio: ["ignore", "ignore", "ignore", "ipc", image ?? "ignore"],
      serialization: "advanced",
      execArgv: [
        "--permission",
        `--allow-fs-read=${dirname(program)}/`,
        `--allow-fs-read=${dirname(fileURLToPath(pyodide))}/`,
        "--disallow-code-generation-from-strings",
        "--max-old-space-size=256",
        "--no-warnings",
      ],
    });
    this.#children.add(child);
    const { promise, resolve, reject } = Promise.withResolvers<Sandbox>();
    const sandbox: Sandbox = { child, asked: undefined, end: undefined, answer: () => undefined };
    const timer = setTimeout(
      () => {
        kill(child);
      },
      how === "make" ? makeMs : loadMs,
    );
    child.on("message", (said: unknown) => {
      clearTimeout(timer);
      const message = saidBy(said, sandbox.asked);
      if (message.type === "ready") resolve(sandbox);
      else sandbox.answer(message);
    });
    const ended = (reason: string): void => {
      clearTimeout(timer);
      this.#children.delete(child);
      sandbox.end = reason;
      sandbox.answer({ type: "broken", message: reason });
      reject(
        new ProgramEnded(
          `Python did not load (${reason}); see whether the machine has ${aroundMb} MB of memory for it`,
        ),
      );
    };
    child.on("exit", (code, signal) => {
      ended(signal ?? `status ${code}`);
    });
    // One that could not be started has no exit.
    child.on("error", (error) => {
      kill(child);
      ended(error.message);
    });
    guard(child);
    if (how === "make" && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    child.unref();
    child.channel?.unref();
    return promise;
  }

  async #ended(sandbox: Sandbox, asked: Program, timeoutMs: number, signal: AbortSignal): Promise<ProgramEnd> {
    const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
    const leave = (): void => {
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      reject(
        new ProgramEnded(`The program took longer than ${timeoutMs / 1000} s and was ended; do less, or raise timeout`),
      );
    }, timeoutMs);
    const watch = setInterval(() => void this.#look(sandbox, reject), lookMs);
    signal.addEventListener("abort", leave, { once: true });
    sandbox.answer = (message) => {
      if (message.type === "done") resolve(message.end);
      else if (message.type === "broken") {
        reject(new ProgramEnded(`Python broke down (${message.message}); the program may have wanted too much memory`));
      }
    };
    sandbox.asked = asked;
    if (sandbox.end === undefined) tell(sandbox, { type: "run", program: asked });
    else sandbox.answer({ type: "broken", message: sandbox.end });
    try {
      signal.throwIfAborted();
      return await promise;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener("abort", leave);
    }
  }

  /** Where the system tells (Linux). Elsewhere the limit within WebAssembly and that of V8 hold alone. */
  async #look({ child }: Sandbox, reject: (reason: Error) => void): Promise<void> {
    const { memoryMb } = this.#limits;
    if ((await residentMb(child.pid)) > memoryMb + aroundMb) {
      reject(
        new ProgramEnded(`The program used more than ${memoryMb} MB of memory and was ended; work on less at a time`),
      );
    }
  }
}

interface Sandbox {
  readonly child: ChildProcess;
  /** The program that it was told to run. */
  asked: Program | undefined;
  /** How it ended, once it has. */
  end: string | undefined;
  answer: (message: FromSandbox) => void;
}

function tell({ child }: Sandbox, message: ToSandbox): void {
  // One that has ended meanwhile says so by its end.
  if (child.connected) child.send(message, () => undefined);
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new ProgramEnded("The caller left");
}

/** The sandbox, unless its caller leaves before: it is ended then, once it is there. */
async function unlessLeft(taken: Promise<Sandbox>, signal: AbortSignal): Promise<Sandbox> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    taken.then(({ child }) => kill(child)).catch(() => undefined);
    reject(reasonOf(signal));
  };
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([taken, promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
