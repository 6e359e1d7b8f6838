import { GatewayError } from "../../core/errors.ts";

/**
 * Where a database is, as messages name it: host, port and database of its URL, without user and password.
 *
 * @throws {GatewayError} `invalid_config` — it is no `postgres://` URL; says so without repeating it.
 */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== "postgres:" && parsed.protocol !== "postgresql:")) {
    throw new GatewayError("invalid_config", "The URL of the store is none of PostgreSQL", {
      data: { suggestion: "Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, in store.url or DATABASE_URL." },
    });
  }
  const host = parsed.hostname === "" ? (parsed.searchParams.get("host") ?? "localhost") : parsed.hostname;
  return `${host}:${parsed.port === "" ? "5432" : parsed.port}${parsed.pathname}`;
}
