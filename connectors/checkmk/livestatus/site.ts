import { CircuitBreaker, type Clock, explainError, systemClock } from "switchyard/connector";
import type { SiteFailure } from "../monitoring.ts";
import type { Cell, Table } from "../rows/cells.ts";
import { inLine } from "../rows/condition.ts";
import type { Asked } from "../rows/every-site.ts";
import type { Answer } from "./answer-reader.ts";
import type { Address } from "./address.ts";
import { openSocket, shownAddress } from "./address.ts";
import { LivestatusError } from "./livestatus-error.ts";
import { Pool, type PoolOptions, poolDefaults } from "./pool.ts";
import { type Query, textOf } from "./query.ts";

/** How long a site that is away is left alone, in ms: what is asked meanwhile fails at once, and then one question finds out whether it is back. */
const restMs = 3000;

/**
 * One monitoring site, asked by Livestatus.
 *
 * While it cannot be reached, or is silent, the questions of some seconds fail at once rather than each waiting for it.
 */
export class Site implements Asked {
  readonly name: string;
  readonly #address: Address;
  readonly #pool: Pool;
  readonly #timeoutMs: number;
  readonly #breaker: CircuitBreaker;
  /** Why it was last left alone. */
  #outage: LivestatusError | undefined;
  readonly #closing = new AbortController();
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(name: string, address: Address, options: Partial<PoolOptions> = {}, clock: Clock = systemClock) {
    this.name = name;
    this.#address = address;
    this.#pool = new Pool(address, options);
    this.#timeoutMs = options.timeoutMs ?? poolDefaults.timeoutMs;
    this.#breaker = new CircuitBreaker(
      { failures: 1, openMs: restMs, probes: 1 },
      (thrown) => (isOutage(thrown) ? "failed" : "returned"),
      { clock },
    );
  }

  /**
   * Rows with these columns, of which those that this site's Livestatus does not have are left out: what one has that another has not
   * differs, and so does what happens when it is asked for all the same.
   *
   * @throws {LivestatusError} the site did not answer, or refused.
   * @throws the signal's reason.
   */
  async read(query: Query & { readonly columns: readonly string[] }, signal: AbortSignal): Promise<Table> {
    return this.answer(query, signal, ({ columns, rows }) => ({ columns, rows }));
  }

  /** What `make` makes of the same, of which nothing is read before; the body is there no longer than `make` runs. @throws as {@link read}. */
  async answer<Made>(
    query: Query & { readonly columns: readonly string[] },
    signal: AbortSignal,
    make: (table: Table) => Made,
  ): Promise<Made> {
    const known = await this.columnsOf(query.table);
    if (known.size === 0) return make({ columns: query.columns, rows: [] });
    const columns = query.columns.filter((column) => known.has(column));
    const { body, release } = await this.#answer({ ...query, columns }, signal);
    const rowsIn = (): Table["rows"] => this.#rowsIn(body);
    const made = make({
      columns,
      body,
      get rows() {
        return rowsIn();
      },
    });
    release();
    return made;
  }

  /** The first and only row of statistics. @throws as {@link read}. */
  async count(
    query: Query & { readonly statistics: readonly string[] },
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const [row = []] = await this.rows(query, signal);
    return row.map(Number);
  }

  /**
   * The columns of a table; none where it has no rows. They are asked for once for all who want to know, and again after a failure or none.
   *
   * @throws {LivestatusError} as {@link read}.
   */
  async columnsOf(table: string): Promise<ReadonlySet<string>> {
    const known = this.#known.get(table);
    if (known !== undefined) return known;
    // Not every Livestatus has the table `columns`, but each says the names where all columns are asked for, at least before a row.
    const asked = this.rows({ table, limit: 1 }, this.#closing.signal).then(
      ([names = []]) => new Set(names.map(String)),
    );
    this.#known.set(table, asked);
    try {
      const columns = await asked;
      if (columns.size === 0) this.#known.delete(table);
      return columns;
    } catch (thrown) {
      this.#known.delete(table);
      throw thrown;
    }
  }

  /** The rows of an answer as they are, to a question that every Livestatus understands. @throws as {@link read}. */
  async rows(query: Query, signal: AbortSignal): Promise<readonly (readonly Cell[])[]> {
    const { body, release } = await this.#answer(query, signal);
    const rows = this.#rowsIn(body);
    release();
    return rows;
  }

  async #answer(query: Query, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#ask(textOf(query), signal);
    const { code, body } = answer;
    if (code !== 200) {
      // What follows the first line is for those who wrote the server.
      const [why = ""] = body.toString().trim().split("\n", 1);
      throw new LivestatusError(
        { kind: "refused", status: code },
        `${shownAddress(this.#address)} refused: ${code} ${why}`,
      );
    }
    return answer;
  }

  #rowsIn(body: Buffer): Table["rows"] {
    try {
      const value: unknown = JSON.parse(body.toString());
      if (Array.isArray(value) && value.every((row) => Array.isArray(row))) return value;
    } catch (cause) {
      throw this.#unreadable(cause);
    }
    throw this.#unreadable(undefined);
  }

  async #ask(text: string, signal: AbortSignal): Promise<Answer> {
    this.#closing.signal.throwIfAborted();
    try {
      return await this.#breaker.run(async () => this.#pool.ask(text, signal));
    } catch (thrown) {
      if (isOutage(thrown)) this.#outage = thrown;
      if (this.#outage === undefined || explainError(thrown).code !== "breaker_open") throw thrown;
      const { failure, message } = this.#outage;
      throw new LivestatusError(failure, `${message}; it is asked again in some seconds`, { cause: thrown });
    }
  }

  #unreadable(cause: unknown): LivestatusError {
    return new LivestatusError(
      { kind: "unreadable" },
      `${shownAddress(this.#address)} answered what is no list of rows`,
      { cause },
    );
  }

  /**
   * Has the site carry out an external command of its core, such as `ACKNOWLEDGE_HOST_PROBLEM;srv;2;1;0;ops;looking`. A core does not say what
   * came of it: look after a second.
   *
   * @throws {LivestatusError} the site did not take it, or says that it is wrong, as only some do.
   * @throws the signal's reason.
   */
  async command(text: string, at: number, signal: AbortSignal): Promise<void> {
    const line = `COMMAND [${Math.floor(at / 1000)}] ${inLine(text)}\n\n`;
    const said = (
      await exchanged(this.#address, line, AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]))
    ).trim();
    if (said === "") return;
    throw new LivestatusError({ kind: "refused", status: 400 }, `${shownAddress(this.#address)} refused: ${said}`);
  }

  /** What of a failure is this site's. @throws what was thrown, where that is something else. */
  failureOf(thrown: unknown): SiteFailure {
    if (thrown instanceof LivestatusError) return { site: this.name, reason: thrown.message };
    throw thrown;
  }

  /** Ends everything with this site. Safe to call twice. */
  close(): void {
    this.#closing.abort(new LivestatusError({ kind: "unreachable" }, "This site is no longer used"));
    this.#pool.close();
  }
}

function isOutage(thrown: unknown): thrown is LivestatusError {
  return thrown instanceof LivestatusError && ["unreachable", "silent"].includes(thrown.failure.kind);
}

/**
 * What is said to a text on a connection of its own until the other side closes it: how long a connection stays open after a command differs,
 * and so does whether a wrong one is answered.
 */
async function exchanged(address: Address, text: string, signal: AbortSignal): Promise<string> {
  const socket = openSocket(address, () => {
    socket.end(text);
  });
  const abort = (): void => {
    socket.destroy(new Error("it took too long, or nobody waits any more"));
  };
  signal.addEventListener("abort", abort);
  try {
    let said = "";
    for await (const chunk of socket) said = `${said}${String(chunk)}`.slice(0, 500);
    return said;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LivestatusError({ kind: "unreachable" }, `${shownAddress(address)} took no command: ${why}`, { cause });
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}
