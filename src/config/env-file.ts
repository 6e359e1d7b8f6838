import { readFileSync, statSync } from "node:fs";
import { parseEnv } from "node:util";

/** Largest `envFile` that is read, in bytes. */
export const maxEnvFileBytes = 1_048_576;

/** Returns the text of an `envFile`, or throws Node's error. */
export type ReadEnvFile = (path: string) => string;

/**
 * Reads an `envFile` from disk.
 *
 * @throws {RangeError} it is larger than {@link maxEnvFileBytes}.
 */
export function readEnvFile(path: string): string {
  if (statSync(path).size > maxEnvFileBytes) throw new RangeError(`is larger than ${maxEnvFileBytes} bytes`);
  return readFileSync(path, "utf8");
}

/**
 * The variables in a dotenv text: `KEY=VALUE` lines, `#` comments, optional quotes, optional `export`.
 *
 * As everywhere with dotenv, an unquoted value ends at a `#`. Nothing is expanded.
 *
 * @see https://nodejs.org/docs/latest-v24.x/api/environment_variables.html#dotenv
 */
export function parseEnvFile(text: string): readonly (readonly [name: string, value: string])[] {
  return Object.entries(parseEnv(text.replace(/^\uFEFF/, ""))).map(([name, value]) => [name, value ?? ""]);
}
