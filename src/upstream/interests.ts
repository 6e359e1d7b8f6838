import type { Signal } from "../core/canceller.ts";
import { toGatewayError } from "../core/errors.ts";
import { type LogLevel, reaches } from "../protocol/call.ts";
import type { Connection } from "./connection.ts";

/** What interests need of their upstream. */
export interface InterestsDeps {
  /** The connection there is; undefined while there is none. */
  readonly current: () => Connection | undefined;
  /** Likewise, waiting for one where one is on its way; rejects where none is. */
  readonly awaited: (signal: Signal) => Promise<Connection>;
  /** Told, for people, of a resource that could not be watched again. */
  readonly dropped: (text: string) => void;
}

/** What downstreams want to be told by one upstream: counted by listener, and asked again of every new connection. */
export class Interests {
  readonly #deps: InterestsDeps;
  /** How many listeners each has. */
  readonly #resources = new Map<string, number>();
  readonly #tasks = new Map<string, number>();
  #logLevel: LogLevel | undefined;

  constructor(deps: InterestsDeps) {
    this.#deps = deps;
  }

  /** Whether nobody wants to be told of anything in particular. */
  get isEmpty(): boolean {
    return this.#resources.size === 0 && this.#tasks.size === 0;
  }

  /** Asks a new connection for everything that was asked of the one before. */
  restore(connection: Connection): void {
    connection.listen();
    void connection.watchTasks([...this.#tasks.keys()]);
    if (this.#logLevel !== undefined) connection.wantLogs(this.#logLevel);
    for (const uri of this.#resources.keys()) this.#rewatch(connection, uri);
  }

  /** Asks for log messages from this severity on, or from a milder one that was asked for before. */
  wantLogs(level: LogLevel): void {
    if (this.#logLevel === undefined || reaches(this.#logLevel, level)) this.#logLevel = level;
    this.#deps.current()?.wantLogs(level);
  }

  /**
   * Asks to be told when this resource changes, on behalf of one more listener.
   *
   * @throws {GatewayError} what {@link Connection.watch} throws; `upstream_unavailable`; the signal's reason.
   */
  async watch(uri: string, signal: Signal): Promise<void> {
    if (!this.#resources.has(uri)) {
      const connection = this.#deps.current() ?? (await this.#deps.awaited(signal));
      await connection.watch(uri);
    }
    this.#resources.set(uri, (this.#resources.get(uri) ?? 0) + 1);
  }

  /** The same on behalf of somebody who is told already, and so is not told where it does not work. */
  keepWatching(uri: string): void {
    const count = this.#resources.get(uri) ?? 0;
    this.#resources.set(uri, count + 1);
    const connection = this.#deps.current();
    if (count === 0 && connection !== undefined) this.#rewatch(connection, uri);
  }

  /** One listener less. */
  async unwatch(uri: string): Promise<void> {
    if (oneLess(this.#resources, uri)) await this.#deps.current()?.unwatch(uri);
  }

  /** Asks a modern upstream to be told how tasks stand, on behalf of one more listener; of which of them it will tell. */
  async watchTasks(taskIds: readonly string[]): Promise<string[]> {
    const fresh = taskIds.filter((taskId) => !this.#tasks.has(taskId));
    const honoured = new Set((await this.#deps.current()?.watchTasks(fresh)) ?? []);
    const watched = taskIds.filter((taskId) => honoured.has(taskId) || this.#tasks.has(taskId));
    for (const taskId of watched) this.#tasks.set(taskId, (this.#tasks.get(taskId) ?? 0) + 1);
    return watched;
  }

  /** One listener less. */
  async unwatchTasks(taskIds: readonly string[]): Promise<void> {
    await this.#deps.current()?.unwatchTasks(taskIds.filter((taskId) => oneLess(this.#tasks, taskId)));
  }

  #rewatch(connection: Connection, uri: string): void {
    connection.watch(uri).catch((thrown: unknown) => {
      this.#deps.dropped(`A resource is no longer watched: ${toGatewayError(thrown).message}`);
    });
  }
}

/** Takes a listener away; true where it was the last one. */
function oneLess(listeners: Map<string, number>, key: string): boolean {
  const count = listeners.get(key) ?? 0;
  if (count <= 1) return listeners.delete(key);
  listeners.set(key, count - 1);
  return false;
}
