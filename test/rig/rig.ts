import { readFileSync } from "node:fs";
import { after } from "node:test";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type SwitchyardOptions, type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import {
  type HttpTarget,
  type StdioTarget,
  type UpstreamOptions,
  upstreamDefaults,
} from "../../src/upstream/options.ts";
import type { HttpServer } from "../../src/server/server.ts";
import { Leftovers } from "./leftovers.ts";
import { ChildWatch, isAlive } from "./processes.ts";
import { until } from "./until.ts";

/** The rig of a file of tests, made before anything is opened and closed when all of them are over. Every file of scenarios has one. */
export function fileRig(): Rig {
  const rig = new Rig();
  after(() => rig.close());
  return rig;
}

/**
 * What scenarios set up, and the proof at their end that nothing of it is left: no child, no connection, no stream, no timer.
 *
 * Make it before anything is opened: it remembers what is open then. Whatever is handed to `use` is closed by `close`, last first.
 */
export class Rig implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #children = new ChildWatch();
  readonly #leftovers = new Leftovers();
  readonly #clocks = new Set<ManualClock>();
  readonly #pidFiles: string[] = [];
  readonly #patienceMs: number | undefined;

  /** `patienceMs` is how long what was closed may take to be gone; as long as {@link until} waits where it is left out. */
  constructor(patienceMs?: number) {
    this.#patienceMs = patienceMs;
  }

  /** Keeps something for as long as the rig lives. */
  use<T extends AsyncDisposable | Disposable>(thing: T): T {
    return this.#stack.use(thing);
  }

  /** Does something at the end, after what is used later has been closed. */
  defer(run: () => void | Promise<void>): void {
    this.#stack.defer(run);
  }

  /** Starts a gateway in front of these upstreams, listening on a free port. */
  async gateway(
    upstreams: readonly UpstreamOptions[],
    options: Omit<SwitchyardOptions, "upstreams"> = {},
  ): Promise<Front> {
    const switchyard = this.use(startSwitchyard({ ...options, upstreams }));
    if (options.clock instanceof ManualClock) this.watchClock(options.clock);
    const server = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
    const states = (): string =>
      switchyard
        .status()
        .upstreams.map(({ name, state }) => `${name} ${state.kind}`)
        .join(", ");
    const areReady = (): boolean => switchyard.status().upstreams.every(({ state }) => state.kind === "ready");
    await until(areReady, "every upstream is ready").catch((thrown: unknown) => {
      throw new Error(`not every upstream is ready: ${states()}`, { cause: thrown });
    });
    return { switchyard, server, url: `${server.origin}/mcp` };
  }

  /** No timer of this clock may be left at the end. */
  watchClock(clock: ManualClock): void {
    this.#clocks.add(clock);
  }

  /** Processes that a child of ours writes down in this file, one id a line, must have ended too. */
  watchPidsIn(file: string): void {
    this.#pidFiles.push(file);
  }

  /** Closes everything, then fails if a child runs, a socket is open or a timer is pending, whether it keeps the process alive or not. */
  async close(): Promise<void> {
    const noted = this.#pidFiles.flatMap(pidsIn);
    await this.#stack.disposeAsync();
    await this.#untilNone("children still run", () => this.#children.alive);
    await this.#untilNone("children of children still run", () => noted.filter(isAlive));
    await this.#untilNone("still open", () => this.#leftovers.list);
    await this.#untilNone("timers of a test's clock are pending", () => {
      return [...this.#clocks].map(({ pending }) => pending).filter((pending) => pending > 0);
    });
    this.#children.stop();
  }

  async #untilNone(complaint: string, left: () => readonly unknown[]): Promise<void> {
    await until(() => left().length === 0, "nothing is left", this.#patienceMs).catch((thrown: unknown) => {
      throw new Error(`${complaint}: ${left().join(", ")}`, { cause: thrown });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A gateway that listens. */
export interface Front {
  readonly switchyard: Switchyard;
  readonly server: HttpServer;
  /** Where everything is offered, under prefixed names. */
  readonly url: string;
}

/** An upstream that this very Node runs: a script and what it is given. */
export function scriptUpstream(
  name: string,
  script: string | URL,
  ...args: readonly string[]
): UpstreamOptions & { readonly target: StdioTarget } {
  const path = script instanceof URL ? script.pathname : script;
  const target: StdioTarget = { kind: "stdio", command: process.execPath, args: [path, ...args], env: {} };
  return { name, target, ...upstreamDefaults };
}

/** An upstream over Streamable HTTP. */
export function httpUpstream(name: string, url: string): UpstreamOptions {
  const target: HttpTarget = { kind: "http", url, headers: {} };
  return { name, target, ...upstreamDefaults };
}

function pidsIn(file: string): number[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}
