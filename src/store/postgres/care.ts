import { sql } from "kysely";
import { type Reached, connect, reach } from "./connect.ts";
import { postgresError } from "./failure.ts";
import { formatOf, postgresMigrations } from "./migrations.ts";
import { placeOf } from "./place.ts";

/** How the tables in a database are. */
export interface PostgresStatus {
  /** Host, port and database. */
  readonly place: string;
  /** The server's own version. */
  readonly server: string;
  /** How many steps brought it to where it is, and how many this version knows; 0 where there is nothing of ours yet. */
  readonly format: number;
  readonly knownFormat: number;
  /** Names of the steps that the next start takes. */
  readonly missing: readonly string[];
  /** Of all that is ours. */
  readonly bytes: number;
}

/**
 * Looks at what is in a database, which is not changed.
 *
 * @throws {GatewayError} `store_unavailable`; `invalid_config` — the URL is none.
 */
export async function postgresStatus(url: string): Promise<PostgresStatus> {
  const place = placeOf(url);
  const reached = reach(url);
  try {
    return await statusOf(reached, place);
  } catch (thrown) {
    throw postgresError(thrown, place);
  } finally {
    await reached.close();
  }
}

/**
 * Brings a database up to date, as the next start would.
 *
 * @throws {GatewayError} `store_unavailable`; `invalid_config` — the URL is none.
 */
export async function migratePostgresAt(url: string): Promise<PostgresStatus> {
  const place = placeOf(url);
  try {
    await (await connect(url, place, { realm: "", onLost: () => undefined })).close();
  } catch (thrown) {
    throw postgresError(thrown, place);
  }
  return postgresStatus(url);
}

async function statusOf({ db }: Reached, place: string): Promise<PostgresStatus> {
  const format = await formatOf(db);
  const { rows } = await sql<{ server: string; bytes: string }>`
    SELECT current_setting('server_version') AS server, coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname LIKE 'switchyard%' AND c.relkind = 'r'`.execute(db);
  const knownFormat = postgresMigrations.length;
  const missing = postgresMigrations.slice(format).map(({ name }) => name);
  const { server = "", bytes = "0" } = rows[0] ?? {};
  return { place, server, format, knownFormat, missing, bytes: Number(bytes) };
}
