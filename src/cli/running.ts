import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, errorTable } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";

const fileName = "gateway.json";
/** How long a gateway may take to answer, in ms: a machine may be busy; one that is gone is known at once. */
const answerMs = 5000;

/** Where a gateway is, and the key to it; without one, for a gateway that asks nobody. */
export interface Reached {
  readonly url: string;
  readonly key: string | undefined;
}

/**
 * Says where a gateway that was started with this data folder listens, until {@link forgetRunning}; and, where it asks who calls, the key
 * that lets in whoever may read that: the file is for its owner alone.
 */
export async function rememberRunning(dataDir: string, { url, key }: Reached): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, fileName);
  const draft = `${file}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify({ url, pid: process.pid, key })}\n`, { mode: 0o600, flag: "wx" });
  await rename(draft, file);
}

/** The gateway has stopped. Leaves the note of another gateway alone. */
export async function forgetRunning(dataDir: string): Promise<void> {
  const noted = await notedGateway(dataDir);
  if (noted?.pid === process.pid) await rm(join(dataDir, fileName), { force: true });
}

/** The gateway of this data folder; undefined where none answers at the address that it noted. */
export async function findRunning(dataDir: string): Promise<Reached | undefined> {
  const noted = await notedGateway(dataDir);
  if (noted === undefined) return undefined;
  return (await answers(noted.url)) ? { url: noted.url, key: noted.key } : undefined;
}

/** How a running gateway is asked. */
interface AskOptions {
  /** Sent with a POST; without, it is a GET. */
  readonly body?: JsonObject;
  /** Another method than these. */
  readonly method?: "DELETE" | "PUT";
  /** How much longer than usual the answer may take, in ms. Default 0. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks a running gateway, which may take `waitMs` longer than usual to answer; with `body`, tells it something.
 *
 * @throws {GatewayError} `upstream_unavailable` — nothing answers at that address, or something else than a gateway; what the gateway
 *   refuses with.
 */
export async function askGateway(
  { url, key }: Reached,
  path: string,
  { body, method, waitMs = 0, signal }: AskOptions = {},
): Promise<unknown> {
  const post = { method: "POST", body: JSON.stringify(body) };
  const limit = AbortSignal.timeout(answerMs + waitMs);
  let answer: unknown;
  try {
    const response = await fetch(new URL(path, url), {
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      headers: { "content-type": "application/json", ...keyHeader(key) },
      ...(body === undefined ? {} : post),
      ...(method === undefined ? {} : { method }),
    });
    answer = await response.json();
    if (!response.ok && refusalIn(answer) === undefined) throw new Error(`HTTP ${response.status}`);
  } catch (thrown) {
    if (signal?.aborted === true) throw signal.reason;
    throw new GatewayError("upstream_unavailable", `No gateway answers at ${url}`, {
      data: { suggestion: "Start one with `switchyard serve`, or correct --url." },
      cause: thrown,
    });
  }
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refusal;
  return answer;
}

/**
 * What a running gateway sends in answer to a GET, piece by piece, as text.
 *
 * @throws {GatewayError} as {@link askGateway}.
 */
export async function* streamFrom(gateway: Reached, path: string, signal?: AbortSignal): AsyncGenerator<string> {
  const { url, key } = gateway;
  const headers = keyHeader(key);
  const response = await fetch(new URL(path, url), { headers, ...(signal && { signal }) }).catch(() => undefined);
  signal?.throwIfAborted();
  if (response?.ok !== true || response.body === null) {
    // Asked again for the reason: it is a short answer.
    await askGateway(gateway, path);
    throw new GatewayError("upstream_unavailable", `No gateway answers at ${url}`);
  }
  yield* response.body.pipeThrough(new TextDecoderStream());
}

/**
 * Sends a running gateway something long as it is read, and gives its answer. Takes as long as it takes.
 *
 * @throws {GatewayError} as {@link askGateway}; what `pieces` throws.
 */
export async function sendStream(
  { url, key }: Reached,
  path: string,
  type: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<JsonObject> {
  const headers = { "content-type": type, ...keyHeader(key) };
  let answer: unknown;
  try {
    const body = ReadableStream.from(pieces);
    const response = await fetch(new URL(path, url), { method: "POST", headers, body, duplex: "half", signal });
    answer = await response.json();
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const cause: unknown = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError("upstream_unavailable", `No gateway answers at ${url}`, { cause: thrown });
  }
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refusal;
  if (isJsonObject(answer)) return answer;
  throw new GatewayError("upstream_unavailable", `What answers at ${url} is no Switchyard`);
}

/** How a key is sent. */
export function keyHeader(key: string | undefined): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** The error that a gateway answered with. */
function refusalIn(answer: unknown): GatewayError | undefined {
  const error = isJsonObject(answer) ? objectAt(answer, "error") : undefined;
  const data = objectAt(error ?? {}, "data");
  const code = Object.keys(errorTable).find((known): known is ErrorCode => known === data?.["code"]);
  return code && new GatewayError(code, stringAt(error ?? {}, "message") ?? code, data === undefined ? {} : { data });
}

/** Whether a gateway answers at that address. */
export async function answers(url: string): Promise<boolean> {
  try {
    await askGateway({ url, key: undefined }, "/health");
    return true;
  } catch {
    return false;
  }
}

/** The gateway that was started last with a data folder, by its own note; it may be gone. */
export interface NotedGateway {
  readonly url: string;
  readonly pid: unknown;
  /** The key to it, where it asks who calls. */
  readonly key: string | undefined;
  /** Where the note is. */
  readonly file: string;
}

/** What the note in a data folder says; undefined where there is none that can be read. */
export async function notedGateway(dataDir: string): Promise<NotedGateway | undefined> {
  const file = join(dataDir, fileName);
  try {
    const read: unknown = JSON.parse(await readFile(file, "utf8"));
    const url = isJsonObject(read) ? stringAt(read, "url") : undefined;
    if (!isJsonObject(read) || url === undefined) return undefined;
    return { url, pid: read["pid"], key: stringAt(read, "key"), file };
  } catch {
    return undefined;
  }
}
