import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { GatewayError } from "../../core/errors.ts";
import { SseReader } from "../../transport/sse.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway, streamFrom } from "../running.ts";
import { printable } from "../terminal.ts";

/** Options of `switchyard events`. */
export interface EventsOptions extends ClientOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly topic?: readonly string[];
}

/**
 * Shows what happened last at a running gateway; with `follow` goes on until Ctrl-C, or until the gateway stops.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs; `forbidden` — a topic is not for this key's role; `invalid_params` — there
 *   is no such topic.
 */
export async function events(context: Context, options: EventsOptions): Promise<number> {
  const { terminal } = context;
  const gateway = await gatewayOf(context, options);
  const query = new URLSearchParams((options.topic ?? []).map((topic): [string, string] => ["topics", topic]));
  const { id, messages } = await read(gateway, query, options.lines);
  const show = (message: JsonObject): void => {
    terminal.out(options.json === true ? JSON.stringify(message) : messageLine(message));
  };
  if (options.follow !== true && options.json === true) {
    terminal.out(JSON.stringify({ id, messages }));
    return exitCodes.ok;
  }
  for (const message of messages) show(message);
  if (options.follow !== true && messages.length === 0) terminal.note("Nothing has happened yet that is kept.");
  if (options.follow !== true) return exitCodes.ok;
  query.set("since", id);
  return follow(gateway, query, context, show);
}

async function read(
  gateway: Reached,
  query: URLSearchParams,
  lines: number,
): Promise<{ readonly id: string; readonly messages: readonly JsonObject[] }> {
  const last = Math.min(lines, 1000);
  const answer = await askGateway(gateway, `/api/events?${query.toString()}&follow=false&last=${last}`);
  const { id, messages } = isJsonObject(answer) ? answer : {};
  if (typeof id !== "string" || !Array.isArray(messages)) {
    throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} tells no events`);
  }
  return { id, messages: messages.filter(isJsonObject) };
}

async function follow(
  gateway: Reached,
  query: URLSearchParams,
  { terminal, signal }: Context,
  show: (message: JsonObject) => void,
): Promise<number> {
  const reader = new SseReader({
    event({ data }) {
      const message: unknown = JSON.parse(data.toString());
      // What has no topic keeps the stream going; that something is missing is worth a line.
      if (isJsonObject(message) && (message["topic"] !== undefined || message["type"] === "gap")) show(message);
    },
    retry: () => undefined,
    tooLong: () => undefined,
  });
  const isOver = AbortSignal.any([signal, terminal.left]);
  try {
    for await (const text of streamFrom(gateway, `/api/events?${query.toString()}`, isOver))
      reader.push(Buffer.from(text));
  } catch (thrown) {
    if (signal.aborted) return exitCodes.interrupted;
    if (terminal.left.aborted) return exitCodes.ok;
    if (thrown instanceof GatewayError) throw thrown;
    // The connection broke: as below.
  }
  terminal.note("The gateway has stopped.");
  return exitCodes.ok;
}

/** A message as one line: when, what, about what, and the rest. */
function messageLine(message: JsonObject): string {
  const { upstream, tool, ...rest } = objectAt(message, "data") ?? {};
  const about = [upstream, tool].filter((part) => typeof part === "string").join("/");
  const more = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const words = [stringAt(message, "timestamp") ?? "", (stringAt(message, "type") ?? "").padEnd(21), about, ...more];
  return printable(words.filter((word) => word !== "").join(" "));
}
