import { StatementType } from "@duckdb/node-api";
import { addTable, openMemory } from "./analysis/load.ts";
import { RowBuffer, type Table } from "./table.ts";

/** A statement that is not run; the message says why, for whoever asked. */
export class SqlRefused extends Error {
  override readonly name = "SqlRefused";
}

const maxCharacters = 4 * 1024 * 1024;

/**
 * The rows of one SELECT over these tables, which are all that it sees: the database is made for it and thrown away, and nothing of the machine can
 * be reached from it.
 *
 * @throws {SqlRefused} it is not one SELECT, or DuckDB says what is wrong with it.
 */
export async function rowsOfSql(tables: Readonly<Record<string, Table>>, sql: string, maxRows: number): Promise<Table> {
  const { connection, close } = await openMemory();
  try {
    for (const [name, table] of Object.entries(tables)) await addTable(connection, name, table);
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new SqlRefused(`One SELECT is run, there are ${statements.count} statements`);
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT) throw new SqlRefused("Only a SELECT is run");
    const result = await prepared.stream();
    const columns = result.deduplicatedColumnNames().map((name) => ({ name, type: undefined }));
    const rows = new RowBuffer({ maxRows, maxCharacters });
    for await (const chunk of result.yieldRowsJs()) {
      if (!chunk.every((row) => rows.add(row))) break;
    }
    return rows.table(columns);
  } catch (thrown) {
    if (thrown instanceof SqlRefused) throw thrown;
    throw new SqlRefused(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    close();
  }
}
