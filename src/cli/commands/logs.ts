import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf, noUpstream, upstreamsOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";
import { printable } from "../terminal.ts";

/** Options of `switchyard logs`. */
export interface LogsOptions extends ClientOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

/** How long the gateway may keep a reader waiting for something new, in ms. */
const waitMs = 25_000;

/** Lines that a reader is behind at most when the log is read again: all that are kept. */
const everyLine = Number.MAX_SAFE_INTEGER;

interface Log {
  readonly entries: readonly JsonObject[];
  readonly last: number;
}

/**
 * Shows an upstream's log from a running gateway; with `follow` goes on until Ctrl-C, or until the gateway stops.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs; `route_not_found` — no upstream of that name.
 */
export async function logs(name: string, context: Context, options: LogsOptions): Promise<number> {
  const { terminal } = context;
  const gateway = await gatewayOf(context, options);
  const names = await upstreamsOf(gateway);
  if (!names.includes(name)) throw noUpstream(name, names);
  const first = await read(gateway, name, { after: 0, lines: options.lines });
  const show = (entry: JsonObject): void => {
    terminal.out(options.json === true ? JSON.stringify(entry) : entryText(entry));
  };
  if (options.follow !== true && options.json === true) {
    terminal.out(JSON.stringify({ name, ...first }));
    return exitCodes.ok;
  }
  for (const entry of first.entries) show(entry);
  if (options.follow !== true && first.entries.length === 0) terminal.note(`Nothing is known of ${name} yet.`);
  return options.follow === true ? follow(gateway, name, first.last, context, show) : exitCodes.ok;
}

async function follow(
  gateway: Reached,
  name: string,
  from: number,
  { terminal, signal }: Context,
  show: (entry: JsonObject) => void,
): Promise<number> {
  let after = from;
  const isOver = AbortSignal.any([signal, terminal.left]);
  for (;;) {
    try {
      const { entries, last } = await read(gateway, name, { after, lines: everyLine, wait: waitMs }, isOver);
      for (const entry of entries) show(entry);
      after = last;
    } catch (thrown) {
      if (signal.aborted) return exitCodes.interrupted;
      if (terminal.left.aborted) return exitCodes.ok;
      if (thrown instanceof GatewayError) break;
      throw thrown;
    }
  }
  terminal.note(`The gateway has stopped, or no longer has ${name}.`);
  return exitCodes.ok;
}

async function read(
  gateway: Reached,
  name: string,
  query: Readonly<Record<string, number>>,
  signal?: AbortSignal,
): Promise<Log> {
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const path = `/api/upstreams/${encodeURIComponent(name)}/logs?${search.toString()}`;
  const answer = await askGateway(gateway, path, { waitMs: query["wait"] ?? 0, ...(signal && { signal }) });
  const { entries, last } = isJsonObject(answer) ? answer : {};
  if (!Array.isArray(entries) || typeof last !== "number") {
    throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} keeps no logs`);
  }
  return { entries: entries.filter(isJsonObject), last };
}

/** What stands before an entry's text: as wide as the widest. */
const labels: Readonly<Record<string, string>> = {
  started: "started",
  stderr: "stderr ",
  noise: "stdout!",
  omission: "lists! ",
  state: "state  ",
  warning: "warning",
};

function entryText(entry: JsonObject): string {
  const { at, kind } = entry;
  const time = typeof at === "number" ? new Date(at).toISOString() : "";
  return `${time} ${labels[String(kind)] ?? printable(String(kind))} ${printable(stringAt(entry, "text") ?? "")}`;
}
