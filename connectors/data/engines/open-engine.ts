import type { Source } from "../sources.ts";
import type { Engine } from "./engine.ts";

/** What a server waits longer than we do, in ms. */
const afterMs = 2000;

/** Opens a source. Each kind's code is loaded here, by the first that is one. @throws what the database says of a source that it cannot open. */
export async function openEngine(source: Source): Promise<Engine> {
  switch (source.type) {
    case "sqlite": {
      const { SqliteEngine } = await import("./sqlite.ts");
      return new SqliteEngine(source.file);
    }
    case "duckdb":
    case "files": {
      const { DuckDbEngine } = await import("./duckdb.ts");
      return DuckDbEngine.open(source);
    }
    case "postgres": {
      const { PostgresEngine } = await import("./postgres.ts");
      return PostgresEngine.open(source.url, source.timeoutMs + afterMs);
    }
    case "mysql": {
      const { MySqlEngine } = await import("./mysql.ts");
      return MySqlEngine.open(source.url, source.timeoutMs + afterMs);
    }
  }
}
