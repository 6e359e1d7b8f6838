import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../client.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway } from "../running.ts";
import { printable } from "../terminal.ts";

/** What an operator may do to an upstream of a running gateway, and what each is for. */
export const operations = {
  try: "try a server at once that is down, instead of waiting for its turn",
  restart: "end the connection to a server, with the calls under way, and make another",
  isolate: "let no call through to a server until it is released; it stays connected",
  release: "let calls through again to a server that was isolated",
  disable: "disconnect a server until it is enabled; its tools are no longer listed",
  enable: "connect a server again that was disabled, by an operator or for failing too often",
} as const;

export type Operation = keyof typeof operations;

/**
 * Does one of the {@link operations} to an upstream of a running gateway. It lasts until another one, or until the gateway ends.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs; `route_not_found` — it has no such upstream.
 */
export async function operate(
  operation: Operation,
  name: string,
  context: Context,
  options: ClientOptions,
): Promise<number> {
  const url = await gatewayOf(context, options);
  const answer = await askGateway(url, `/api/upstreams/${encodeURIComponent(name)}/${operation}`, { body: {} });
  const state = objectAt(isJsonObject(answer) ? answer : {}, "state") ?? {};
  context.terminal.out(options.json === true ? JSON.stringify({ name, state }) : text(name, state));
  return exitCodes.ok;
}

function text(name: string, state: JsonObject): string {
  const problem = objectAt(state, "problem");
  const why = problem === undefined ? "" : `: ${stringAt(problem, "message") ?? ""}`;
  return printable(`${name} is ${stringAt(state, "kind") ?? "unknown"}${why}`);
}
