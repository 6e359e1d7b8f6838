import { type Dirent, realpathSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** What reads the files of an ending. */
const readers: ReadonlyMap<string, string> = new Map([
  ["csv", "read_csv"],
  ["tsv", "read_csv"],
  ["parquet", "read_parquet"],
  ["json", "read_json"],
  ["jsonl", "read_json"],
  ["ndjson", "read_json"],
]);

/** Files of one folder that are tables; what is beyond is left out. */
const maxFiles = 1000;

/** The files of a folder as tables of DuckDB: `orders.csv` is `orders`, and what is no letter, digit or `_` in a name is `_`. */
export class FileTables {
  readonly #dir: string;
  readonly #connection: DuckDBConnection;
  /** The tables that there are, with what their files were when they were made. */
  #made: ReadonlyMap<string, string> = new Map();

  constructor(dir: string, connection: DuckDBConnection) {
    this.#dir = dir;
    this.#connection = connection;
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#made.keys());
  }

  /** Makes the tables what the files are now. A file that cannot be read as what its name says is no table. @throws the folder cannot be listed. */
  async refresh(): Promise<void> {
    const found = await this.#found();
    for (const name of this.#made.keys()) {
      if (!found.has(name)) await this.#connection.run(`DROP VIEW IF EXISTS ${named(name)}`);
    }
    const made = new Map<string, string>();
    for (const [name, { file, reader, version }] of found) {
      const isMade = this.#made.get(name) === version || (await this.#make(name, `${reader}(${text(file)})`));
      if (isMade) made.set(name, version);
    }
    this.#made = made;
  }

  async #found(): Promise<ReadonlyMap<string, { file: string; reader: string; version: string }>> {
    const entries = await readdir(this.#dir, { withFileTypes: true });
    const found = new Map<string, { file: string; reader: string; version: string }>();
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const [, stem, ending] = /^(.+)\.([a-z]+)$/i.exec(entry.name) ?? [];
      const reader = readers.get(ending?.toLowerCase() ?? "");
      const version = reader === undefined || found.size === maxFiles ? undefined : this.#versionOf(entry);
      if (stem === undefined || reader === undefined || version === undefined) continue;
      const name = stem.replaceAll(/\W/g, "_");
      if (!found.has(name)) found.set(name, { file: join(this.#dir, entry.name), reader, version });
    }
    return found;
  }

  /** What tells this file from what it was; undefined where it is none, or a link that leads out of the folder. */
  #versionOf(entry: Dirent): string | undefined {
    try {
      const file = realpathSync(join(this.#dir, entry.name));
      const { size, mtimeMs } = statSync(file);
      return file.startsWith(realpathSync(this.#dir) + sep) && statSync(file).isFile()
        ? `${size} ${mtimeMs}`
        : undefined;
    } catch {
      // Gone since the folder was listed.
      return undefined;
    }
  }

  async #make(name: string, from: string): Promise<boolean> {
    try {
      await this.#connection.run(`CREATE OR REPLACE VIEW ${named(name)} AS SELECT * FROM ${from}`);
      return true;
    } catch {
      // Whoever asks for it is told that there is no such table.
      return false;
    }
  }
}

function named(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
