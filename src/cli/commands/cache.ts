import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway } from "../running.ts";
import { printable, table } from "../terminal.ts";

/** What `switchyard cache purge` is told to drop. */
export interface PurgeOptions extends ClientOptions {
  readonly upstream?: string;
  readonly tool?: string;
  readonly tag?: string;
  readonly pattern?: string;
  readonly user?: string;
  readonly all?: boolean;
}

/** How long a warming of many calls may take, in ms. */
const warmMs = 600_000;

/**
 * Shows what a running gateway keeps of results, and what that was good for.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs.
 */
export async function cacheStats(context: Context, options: ClientOptions): Promise<number> {
  const read = await ask(context, options, "/api/cache");
  context.terminal.out(options.json === true ? JSON.stringify(read) : statsText(read, context.terminal.columns));
  return exitCodes.ok;
}

/**
 * Drops kept results of a running gateway.
 *
 * @throws {GatewayError} `usage` — nothing says what to drop; `upstream_unavailable`.
 */
export async function purgeCache(context: Context, options: PurgeOptions): Promise<number> {
  const { upstream, tool, tag, pattern, user } = options;
  const named = Object.entries({ upstream, tool, tag, pattern, user }).filter(([, value]) => value !== undefined);
  if ((named.length === 0) !== (options.all === true)) {
    throw new GatewayError("usage", "Say what to drop: --upstream, --tool, --tag, --pattern, --user or, alone, --all");
  }
  const read = await ask(context, options, "/api/cache/purge", Object.fromEntries(named));
  const purged = Number(read["purged"]);
  context.terminal.out(options.json === true ? JSON.stringify(read) : `${counted(purged, "result")} dropped`);
  return exitCodes.ok;
}

/**
 * Makes the configured calls of a running gateway now, so that their results are there.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs.
 */
export async function warmCache(context: Context, options: ClientOptions): Promise<number> {
  const read = await ask(context, options, "/api/cache/warm", {}, warmMs);
  const [warmed, failed, skipped] = ["warmed", "failed", "skipped"].map((name) => Number(read[name]));
  context.terminal.out(
    options.json === true
      ? JSON.stringify(read)
      : `${counted(warmed ?? 0, "result")} fetched, ${failed} failed, ${skipped} skipped as their server is not ready`,
  );
  const { problems } = read;
  if (options.json !== true && Array.isArray(problems))
    for (const text of problems) context.terminal.note(printable(String(text)));
  return failed === 0 ? exitCodes.ok : exitCodes.toolFailed;
}

async function ask(
  context: Context,
  options: ClientOptions,
  path: string,
  body?: JsonObject,
  waitMs = 0,
): Promise<JsonObject> {
  const url = await gatewayOf(context, options);
  const read = await askGateway(url, path, { ...(body && { body }), waitMs, signal: context.signal });
  if (isJsonObject(read)) return read;
  throw new GatewayError("upstream_unavailable", `What answers at ${url.url} is no Switchyard`);
}

const headings = [
  "TOOL",
  "HITS",
  "STALE",
  "MISSES",
  "JOINED",
  "KEPT",
  "SIZE",
  "EVICTED",
  "INVALIDATED",
  "TIME SAVED",
] as const;

function statsText(read: JsonObject, columns: number): string {
  const tools = Array.isArray(read["tools"]) ? read["tools"].filter(isJsonObject) : [];
  const total = objectAt(read, "total") ?? {};
  const head = `${size(total["bytes"])} of ${size(read["maxBytes"])} in use`;
  if (tools.length === 0) return `${head}\n\nNo tool's results may be kept, or none was called yet.`;
  const rows = tools.map((counts) => row(`${String(counts["upstream"])}/${String(counts["tool"])}`, counts));
  return `${head}\n\n${table([...headings], [...rows, row("all", total)], columns)}`;
}

function row(name: string, counts: JsonObject): string[] {
  const number = (key: string): string => String(counts[key]);
  return [
    printable(name),
    number("hits"),
    number("stale"),
    number("misses"),
    number("joined"),
    number("entries"),
    size(counts["bytes"]),
    number("evicted"),
    number("invalidated"),
    `${(Number(counts["savedMs"]) / 1000).toFixed(1)} s`,
  ];
}

function size(bytes: unknown): string {
  const number = Number(bytes);
  return number < 1024 ** 2 ? `${Math.ceil(number / 1024)} KiB` : `${(number / 1024 ** 2).toFixed(1)} MiB`;
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
