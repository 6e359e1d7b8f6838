import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { startSwitchyard } from "../../gateway.ts";
import { loginFile } from "../../upstream/oauth/login-file.ts";
import { type ClientOptions, checkStartable, namedGateway, noUpstream, runningGateway } from "../reached.ts";
import { type CommonOptions, type Context, chooseConfig, loginOptions } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway, findRunning } from "../running.ts";
import { type Terminal, printable } from "../terminal.ts";

const betweenLooksMs = 300;

/**
 * Shows where to log in to an upstream, and waits until somebody has: at the gateway that runs, else at one for this command alone.
 *
 * @throws {GatewayError} `route_not_found` — no upstream of that name; `cancelled`; what starting a gateway throws.
 */
export async function login(name: string, context: Context, options: ClientOptions): Promise<number> {
  const { config } = await chooseConfig(context, options);
  const running = namedGateway(context, options) ?? (await runningGateway(config, context, options));
  if (running !== undefined) return watch(running, name, context, options);
  const upstreams = config.upstreams.filter((upstream) => upstream.name === name);
  if (upstreams.length === 0) {
    throw noUpstream(
      name,
      config.upstreams.map((upstream) => upstream.name),
    );
  }
  for (const upstream of upstreams) checkStartable(upstream);
  await using switchyard = startSwitchyard({ upstreams, auth: config.auth, oauth: loginOptions(config, context) });
  const server = await switchyard.listen(config.listen);
  return await watch({ url: server.origin, key: switchyard.localKey }, name, context, options);
}

/** Forgets a login. A gateway that runs goes on with it until it is started anew. */
export async function logout(name: string, context: Context, options: CommonOptions): Promise<number> {
  const { config } = await chooseConfig(context, options);
  const store = loginFile({ ...loginOptions(config, context), clock: systemClock });
  const isKnown = (await store.read(name)) !== undefined;
  if (isKnown) await store.change(name, () => undefined);
  if (options.json === true) context.terminal.out(JSON.stringify({ name, forgotten: isKnown }));
  else context.terminal.out(isKnown ? `The login to ${name} is forgotten.` : `No login to ${name} is kept.`);
  const running = isKnown ? await findRunning(config.dataDir) : undefined;
  if (running !== undefined) context.terminal.note("The running gateway goes on with it until it is started anew.");
  return exitCodes.ok;
}

async function watch(gateway: Reached, name: string, context: Context, { json }: CommonOptions): Promise<number> {
  const { terminal, signal } = context;
  const told = new Set<string>();
  for (;;) {
    const upstream = await statusOf(gateway, name);
    const [state, address] = [objectAt(upstream, "state") ?? {}, stringAt(upstream, "authorizationUrl")];
    if (state["kind"] === "ready" && address === undefined) {
      terminal.out(json === true ? JSON.stringify({ name, state: "ready" }) : `${name} is ready.`);
      return exitCodes.ok;
    }
    tell(terminal, told, address, objectAt(state, "problem"));
    await pause(betweenLooksMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new GatewayError("cancelled", "Stopped before the login was complete");
  }
}

async function statusOf(gateway: Reached, name: string): Promise<JsonObject> {
  const status = await askGateway(gateway, "/api/status");
  const found = isJsonObject(status) && Array.isArray(status["upstreams"]) ? status["upstreams"] : [];
  const upstreams = found.filter(isJsonObject);
  const upstream = upstreams.find((each) => each["name"] === name);
  if (upstream !== undefined) return upstream;
  throw noUpstream(
    name,
    upstreams.map((each) => stringAt(each, "name") ?? ""),
  );
}

/** Each address and each problem once. */
function tell(
  terminal: Terminal,
  told: Set<string>,
  address: string | undefined,
  problem: JsonObject | undefined,
): void {
  const message = problem === undefined ? undefined : printable(stringAt(problem, "message") ?? "");
  const text = address === undefined ? message : `Open this address to log in:\n\n  ${printable(address)}\n`;
  if (text === undefined || told.has(text)) return;
  told.add(text);
  terminal.note(text);
}
