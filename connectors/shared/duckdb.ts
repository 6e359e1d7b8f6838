import type { DuckDBConnection } from "@duckdb/node-api";

/** What DuckDB may use. Beyond, a statement fails; nothing is put on disk, and nothing is loaded from elsewhere. */
export const duckDbOptions = {
  threads: "2",
  memory_limit: "1GB",
  temp_directory: "",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

/** From now on it sees nothing of the machine but what it has open, and cannot be told otherwise. */
export async function lockDuckDb(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false");
  await connection.run("SET TimeZone = 'UTC'").catch(ignore);
  await connection.run("SET lock_configuration = true");
}

function ignore(): void {
  // Times without a zone of their own are then told in that of the machine.
}
