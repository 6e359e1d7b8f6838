import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway } from "../running.ts";
import { printable } from "../terminal.ts";

/** What an operator may do to an upstream of a running gateway. */
export type Operation = "try" | "restart" | "isolate" | "release";

/**
 * Does something to an upstream of a running gateway. It lasts until another one, or until the gateway ends.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs; `route_not_found` — it has no such upstream.
 */
export async function operate(
  operation: Operation,
  name: string,
  context: Context,
  options: ClientOptions,
): Promise<number> {
  const gateway = await gatewayOf(context, options);
  const answer = await askGateway(gateway, `/api/upstreams/${encodeURIComponent(name)}/${operation}`, { body: {} });
  const state = objectAt(isJsonObject(answer) ? answer : {}, "state") ?? {};
  context.terminal.out(options.json === true ? JSON.stringify({ name, state }) : stateText(name, state));
  return exitCodes.ok;
}

/** A state in one sentence. */
export function stateText(name: string, state: JsonObject): string {
  const problem = objectAt(state, "problem");
  const why = problem === undefined ? "" : `: ${stringAt(problem, "message") ?? ""}`;
  return printable(`${name} is ${stringAt(state, "kind") ?? "unknown"}${why}`);
}
