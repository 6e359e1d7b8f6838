import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { JsonObject } from "../../src/core/json.ts";
import { type Command, type Ended, inFolder, runCommand, startCommand } from "./command-line.ts";

const listed = fileURLToPath(new URL("listed-stdio.mjs", import.meta.url));

/** A definition of a tool that takes anything. */
export function toolNamed(name: string, more: JsonObject = {}): JsonObject {
  return { name, inputSchema: { type: "object" }, ...more };
}

/** The tools that the server beside the gateway has behaviour for. */
export const usualTools = ["echo", "touch", "announce", "changed", "pid", "die", "leave"].map((name) =>
  toolNamed(name),
);

/** A folder with a configuration, in which one gateway after another runs on one port, before one server called `up`. */
export class Restartable {
  readonly folder: string;
  readonly #offerFile: string;
  #port = 0;
  #running: Command | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.#offerFile = join(folder, "offer.json");
    this.offer({ tools: usualTools });
    this.configure({});
  }

  /** Runs with a new one; what still runs afterwards is killed. */
  static async run(run: (gateways: Restartable) => Promise<void>): Promise<void> {
    await inFolder(async (folder) => {
      const gateways = new Restartable(folder);
      try {
        await run(gateways);
      } finally {
        await gateways.kill("SIGKILL");
      }
    });
  }

  /** What the server offers from now on. */
  offer(offer: JsonObject): void {
    writeFileSync(this.#offerFile, JSON.stringify(offer));
  }

  /** Writes the configuration; `server` goes into that of `up`. */
  configure(server: JsonObject, rest: JsonObject = {}): void {
    const up = { command: process.execPath, args: [listed, this.#offerFile], ...server };
    writeFileSync(join(this.folder, "switchyard.json"), JSON.stringify({ mcpServers: { up }, ...rest }));
  }

  /** Starts the gateway, on the port of the one before; resolves when it listens. */
  async start(limits: { readonly fileLimitKiB?: number } = {}): Promise<Command> {
    const command = startCommand(["serve", "--json", "--port", String(this.#port)], this.folder, {}, limits);
    this.#running = command;
    await command.says(/"event":"listening"/);
    this.#port = Number(/127\.0\.0\.1:(\d+)/.exec(command.stdout())?.[1]);
    return command;
  }

  /** Starts one more, on a port of its own. */
  async another(): Promise<AsyncDisposable & { readonly url: URL }> {
    const command = startCommand(["serve", "--json", "--port", "0"], this.folder);
    await command.says(/"event":"listening"/);
    const port = /127\.0\.0\.1:(\d+)/.exec(command.stdout())?.[1];
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    return { url, [Symbol.asyncDispose]: () => command[Symbol.asyncDispose]() };
  }

  /** Starts it and waits until the server is ready. */
  async startReady(): Promise<Command> {
    const command = await this.start();
    await command.says(/"name":"up","state":\{"kind":"ready"/);
    return command;
  }

  /** A client of another gateway of the same configuration, over stdio. */
  async overStdio(): Promise<Client & AsyncDisposable> {
    const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [main, "serve", "--stdio"],
      cwd: this.folder,
      stderr: "ignore",
    });
    const client = new Client({ name: "over-stdio", version: "1.0.0" });
    await client.connect(transport);
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#running?.kill(signal);
    await this.#running?.exited;
    this.#running = undefined;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}/mcp`);
  }

  /** Runs another command of the same configuration. */
  command(...args: readonly string[]): Promise<Ended> {
    return runCommand(args, this.folder);
  }

  /** Every request that processes of the server were sent since the last look, as `method params`. */
  takeRequests(): string[] {
    const log = `${this.#offerFile}.log`;
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
    writeFileSync(log, "");
    return lines;
  }

  /** What the gateway's own file holds; nothing where there is none yet. */
  rows(sql: string): JsonObject[] {
    const file = join(this.folder, ".switchyard", "switchyard.db");
    if (!existsSync(file)) return [];
    const database = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }
}
