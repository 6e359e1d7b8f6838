import type { Config } from "../config/config.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { type CommonOptions, type Context, chooseConfig } from "./context.ts";
import { type Reached, askGateway, findRunning } from "./running.ts";

/** Options of the commands that speak to upstreams through a gateway. */
export interface ClientOptions extends CommonOptions {
  readonly url?: string;
  /** The key to the gateway. Default: what SWITCHYARD_KEY says, else what the gateway noted for this machine. */
  readonly key?: string;
}

/**
 * Where the gateway is that a command is about: the one at `--url`, else the one that runs for this configuration.
 *
 * @throws {GatewayError} `upstream_unavailable` — none runs; `invalid_config`.
 */
export async function gatewayOf(context: Context, options: ClientOptions): Promise<Reached> {
  const named = namedGateway(context, options);
  if (named !== undefined) return named;
  const { config } = await chooseConfig(context, options);
  const running = await runningGateway(config, context, options);
  if (running !== undefined) return running;
  throw new GatewayError("upstream_unavailable", "No gateway is running for this configuration", {
    data: { suggestion: "Start one with `switchyard serve`, or name one with --url." },
  });
}

/** The gateway at `--url`; undefined where none is named. The key that another noted for this machine does not go there. */
export function namedGateway(context: Context, options: ClientOptions): Reached | undefined {
  return options.url === undefined ? undefined : { url: options.url, key: keyGiven(context, options) };
}

/** The gateway that runs for this configuration. */
export async function runningGateway(
  { dataDir }: Config,
  context: Context,
  options: ClientOptions,
): Promise<Reached | undefined> {
  const running = await findRunning(dataDir);
  return running && { ...running, key: keyGiven(context, options) ?? running.key };
}

function keyGiven({ env }: Context, { key }: ClientOptions): string | undefined {
  const given = key ?? env["SWITCHYARD_KEY"];
  return given === "" ? undefined : given;
}

/**
 * The names of a running gateway's upstreams.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway answers at that address.
 */
export async function upstreamsOf(gateway: Reached): Promise<string[]> {
  const status = await askGateway(gateway, "/api/status");
  const upstreams = isJsonObject(status) && Array.isArray(status["upstreams"]) ? status["upstreams"] : [];
  return upstreams.filter(isJsonObject).map((upstream) => stringAt(upstream, "name") ?? "");
}

/**
 * Refuses an upstream that a gateway of this configuration would not start.
 *
 * @throws {GatewayError} `upstream_disabled`; `upstream_misconfigured` — it refers to what is not there.
 */
export function checkStartable({ name, isDisabled, obstacle }: UpstreamOptions): void {
  if (isDisabled === true) throw new GatewayError("upstream_disabled", `The configuration disables "${name}"`);
  if (obstacle !== undefined) {
    throw new GatewayError(obstacle.code, obstacle.message, { data: { suggestion: obstacle.suggestion } });
  }
}

/** The error for a name that no upstream has. */
export function noUpstream(name: string, known: readonly string[]): GatewayError {
  const list = known.length === 0 ? "none is configured" : `there are ${known.join(", ")}`;
  return new GatewayError("route_not_found", `There is no upstream "${name}"; ${list}`, {
    data: { suggestion: "`switchyard list` shows the upstreams." },
  });
}
