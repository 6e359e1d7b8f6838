import { readFileSync } from "node:fs";
import { type SwitchyardOptions, type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import {
  type HttpTarget,
  type StdioTarget,
  type UpstreamOptions,
  upstreamDefaults,
} from "../../src/upstream/options.ts";
import type { HttpServer } from "../../src/server/server.ts";
import { ChildWatch, isAlive } from "./processes.ts";
import { until } from "./until.ts";

/**
 * What a file of scenarios sets up, and the proof at its end that nothing of it is left.
 *
 * Make it before anything is opened: it remembers what is open then. Whatever is handed to `use` is closed by `close`, last first.
 */
export class Rig implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #children = new ChildWatch();
  readonly #before = countOf(process.getActiveResourcesInfo());
  readonly #pidFiles: string[] = [];

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

  /** Processes that a child of ours writes down in this file, one id a line, must have ended too. */
  watchPidsIn(file: string): void {
    this.#pidFiles.push(file);
  }

  /** Closes everything, then fails if a child runs, a socket is open or a timer would keep the process alive. */
  async close(): Promise<void> {
    const noted = this.#pidFiles.flatMap(pidsIn);
    await this.#stack.disposeAsync();
    await until(() => this.#children.alive.length === 0, "every child has ended").catch((thrown: unknown) => {
      throw new Error(`children still run: ${this.#children.alive.join(", ")}`, { cause: thrown });
    });
    await until(() => !noted.some(isAlive), `the children of children ${noted.join(", ")} have ended`);
    const left = (): string[] => surplus(countOf(process.getActiveResourcesInfo()), this.#before);
    await until(() => left().length === 0, "nothing is open").catch((thrown: unknown) => {
      throw new Error(`still open: ${left().join(", ")}`, { cause: thrown });
    });
    this.#children.stop();
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

function countOf(kinds: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function surplus(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): string[] {
  return [...now].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind, count]) => `${count} ${kind}`);
}
