import { createReadStream } from "node:fs";
import { GatewayError, messageOf } from "../core/errors.ts";

/** How the jobs that come of a file are carried out, as a command has it. */
export interface JobRuleOptions {
  readonly parallel?: string;
  readonly rate?: string;
  readonly retries?: string;
  readonly timeout?: string;
  readonly priority?: string;
  readonly onError?: string;
}

/** No bytes: what operations are made of is at the gateway already. */
export async function* nothing(): AsyncGenerator<Uint8Array> {
  // Nothing to send.
}

/**
 * The content type of a file of operations, by its ending.
 *
 * @throws {GatewayError} `usage`.
 */
export function typeOf(file: string): string {
  const ending = file === "-" ? "jsonl" : file.split(".").at(-1)?.toLowerCase();
  switch (ending) {
    case "json":
      return "application/json";
    case "jsonl":
    case "ndjson":
      return "application/x-ndjson";
    case "csv":
      return "text/csv";
    case undefined:
    default:
      throw new GatewayError("usage", `The file must end in .json, .jsonl or .csv, got ${JSON.stringify(file)}`);
  }
}

/**
 * What a file holds, as it is read; `-` is stdin.
 *
 * @throws {GatewayError} `usage` — it cannot be read.
 */
export async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const pieces: AsyncIterable<Uint8Array> = file === "-" ? process.stdin : createReadStream(file);
  try {
    yield* pieces;
  } catch (thrown) {
    throw new GatewayError("usage", `${file} cannot be read: ${messageOf(thrown)}`);
  }
}

/** The options of a job as its query has them. */
export function jobQueryOf(options: JobRuleOptions): Readonly<Record<string, string | undefined>> {
  const { parallel, rate, retries, timeout, priority, onError } = options;
  return { parallel, perSecond: rate, retries, timeoutMs: timeout, priority, onError };
}

/** A query of what is there; nothing where nothing is. */
export function queryOf(named: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(named).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}
