import { enabledUpstreams } from "../../config/config.ts";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, namedGateway, noUpstream, runningGateway } from "../reached.ts";
import { type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";
import { printable } from "../terminal.ts";

/** What may be waited for: that a gateway listens, or that its servers answer too. */
export type WaitGoal = "ready" | "listening";

export interface WaitOptions extends ClientOptions {
  /** Longest time to wait, in seconds. */
  readonly timeout: number;
  readonly for: WaitGoal;
}

const betweenLooksMs = 250;

/** What a look found: all that was waited for, or what is missing. */
type Look =
  | { readonly kind: "done"; readonly url: string; readonly upstreams: readonly JsonObject[] }
  | { readonly kind: "not_yet"; readonly missing: string };

/**
 * Waits until a gateway runs and the named upstreams, or all of them, are ready.
 *
 * @throws {GatewayError} `deadline_exceeded` — the time is over; the message says what is missing. `route_not_found` — no upstream of that
 *   name; `cancelled`; `invalid_config`.
 */
export async function wait(names: readonly string[], context: Context, options: WaitOptions): Promise<number> {
  const { terminal, signal } = context;
  const look = await looker(names, context, options);
  const end = systemClock.monotonic() + options.timeout * 1000;
  for (;;) {
    const found = await look();
    if (found.kind === "done") return report(found, context, options);
    if (signal.aborted) throw new GatewayError("cancelled", "Stopped before everything was ready");
    const left = end - systemClock.monotonic();
    if (left <= 0) throw timeIsOver(found.missing, options);
    terminal.passing(`Waiting for ${found.missing} … ${Math.ceil(left / 1000)} s left`);
    await pause(Math.min(betweenLooksMs, left), undefined, { signal }).catch(() => undefined);
  }
}

function timeIsOver(missing: string, { timeout }: WaitOptions): GatewayError {
  const message = `Not there after ${timeout} s: ${missing}`;
  const suggestion = "`switchyard status` and `switchyard doctor` say more; --timeout waits longer.";
  return new GatewayError("deadline_exceeded", message, { data: { suggestion } });
}

async function looker(names: readonly string[], context: Context, options: WaitOptions): Promise<() => Promise<Look>> {
  const named = namedGateway(context, options);
  if (named !== undefined) return () => lookAt(named, names, names, options);
  const { config } = await chooseConfig(context, options);
  const known = config.upstreams.map(({ name }) => name);
  const enabled = enabledUpstreams(config).map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noUpstream(unknown, known);
  // A gateway that is just starting, or reading its configuration again, will have them in a moment.
  return async () => {
    const running = await runningGateway(config, context, options);
    return running === undefined ? noGateway : lookAt(running, names.length > 0 ? names : enabled, [], options);
  };
}

const noGateway: Look = { kind: "not_yet", missing: "a gateway of this configuration" };

async function lookAt(
  gateway: Reached,
  wanted: readonly string[],
  required: readonly string[],
  options: WaitOptions,
): Promise<Look> {
  const status = await statusAt(gateway);
  const { url } = gateway;
  if (status === undefined) return { kind: "not_yet", missing: `a gateway at ${url}` };
  const there = status.map((upstream) => stringAt(upstream, "name") ?? "");
  const unknown = required.find((name) => !there.includes(name));
  if (unknown !== undefined) throw noUpstream(unknown, there);
  if (options.for === "listening") return { kind: "done", url, upstreams: [] };
  const names =
    wanted.length > 0 ? wanted : status.filter(isEnabled).map((upstream) => stringAt(upstream, "name") ?? "");
  const upstreams = names.map((name) => status.find((upstream) => upstream["name"] === name) ?? { name });
  const missing = upstreams.filter((upstream) => objectAt(upstream, "state")?.["kind"] !== "ready");
  if (missing.length === 0) return { kind: "done", url, upstreams };
  return { kind: "not_yet", missing: missing.map(missingText).join("; ") };
}

async function statusAt(gateway: Reached): Promise<readonly JsonObject[] | undefined> {
  try {
    const status = await askGateway(gateway, "/api/status");
    const isStatus = isJsonObject(status) && Array.isArray(status["upstreams"]);
    return isStatus && Array.isArray(status["upstreams"]) ? status["upstreams"].filter(isJsonObject) : undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === "upstream_unavailable") return undefined;
    throw thrown;
  }
}

/** Whether the gateway would have it ready: one that somebody switched off, nobody waits for. */
function isEnabled(upstream: JsonObject): boolean {
  const state = objectAt(upstream, "state") ?? {};
  return state["kind"] !== "disabled" || objectAt(state, "problem") !== undefined;
}

function missingText(upstream: JsonObject): string {
  const state = objectAt(upstream, "state") ?? {};
  const name = stringAt(upstream, "name") ?? "";
  if (state["kind"] === "awaiting_login") return `${name} (needs a login: \`switchyard login ${name}\`)`;
  const problem = stringAt(objectAt(state, "problem") ?? {}, "message");
  return printable(`${name} (${problem ?? stringAt(state, "kind") ?? "not taken up yet"})`);
}

function report(
  { url, upstreams }: Extract<Look, { kind: "done" }>,
  { terminal }: Context,
  { json, for: goal }: WaitOptions,
): number {
  const names = upstreams.map((upstream) => stringAt(upstream, "name") ?? "");
  if (json === true) terminal.out(JSON.stringify({ url, ready: names }));
  else if (goal === "listening") terminal.out(`A gateway listens at ${url}/mcp.`);
  else terminal.out(names.length === 0 ? `${url}/mcp has no servers to wait for.` : `Ready: ${names.join(", ")}.`);
  return exitCodes.ok;
}
