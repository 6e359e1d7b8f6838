import type { Config } from "../config/config.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import { type SwitchyardOptions, startSwitchyard } from "../gateway.ts";
import { upstreamDeps } from "../upstream-deps.ts";
import { memoryPair } from "../transport/memory.ts";
import { Connection, type ConnectionReceiver } from "../upstream/connection.ts";
import { type UpstreamOptions, upstreamDefaults } from "../upstream/options.ts";
import { type Context, type CommonOptions, chooseConfig, loginOptions } from "./context.ts";
import { type Reached, askGateway, findRunning, keyHeader } from "./running.ts";

/** Options of the commands that speak to upstreams through a gateway. */
export interface ClientOptions extends CommonOptions {
  readonly url?: string;
  /** The key to the gateway. Default: what SWITCHYARD_KEY says, else what the gateway noted for this machine. */
  readonly key?: string;
}

/** A connection to a gateway, as any MCP client has one. */
export interface Client {
  readonly connection: Connection;
  close(): Promise<void>;
}

/** Time to connect, in ms. */
const connectMs = 30_000;

/**
 * Connects to the route of one upstream: of the gateway at `--url`, else of the one that runs for this configuration, else of one that
 * is started for this command alone, with this upstream alone.
 *
 * @throws {GatewayError} `route_not_found` — no upstream of that name; `upstream_unavailable`; `invalid_config`; what
 *   {@link checkStartable} throws.
 */
export async function connectTo(upstream: string, context: Context, options: ClientOptions): Promise<Client> {
  const named = namedGateway(context, options);
  if (named !== undefined) return overHttp(named, upstream, context);
  const { config, isDemo } = await chooseConfig(context, options);
  const running = await runningGateway(config, context, options);
  if (running !== undefined) return overHttp(running, upstream, context);
  const found = config.upstreams.find(({ name }) => name === upstream);
  if (found === undefined)
    throw noUpstream(
      upstream,
      config.upstreams.map(({ name }) => name),
    );
  checkStartable(found);
  // Its calls go on record as any others do, where somebody has set up a gateway.
  const kept = isDemo ? {} : { dataDir: config.dataDir, audit: config.audit };
  return inProcess(found, { ...kept, oauth: loginOptions(config, context) }, context);
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

async function overHttp(gateway: Reached, upstream: string, context: Context): Promise<Client> {
  const names = await upstreamsOf(gateway);
  if (!names.includes(upstream)) throw noUpstream(upstream, names);
  const { url, key } = gateway;
  return connectToAddress(new URL(`/mcp/u/${encodeURIComponent(upstream)}`, url).href, keyHeader(key), context);
}

/** Connects to an MCP server at a Streamable HTTP address. */
export async function connectToAddress(
  address: string,
  headers: Readonly<Record<string, string>>,
  context: Context,
): Promise<Client> {
  const target = { kind: "http", url: address, headers } as const;
  const connection = await open({ name: "gateway", target, ...upstreamDefaults }, context);
  return { connection, close: () => connection.close() };
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

async function inProcess(
  upstream: UpstreamOptions,
  options: Pick<SwitchyardOptions, "dataDir" | "audit" | "oauth">,
  context: Context,
): Promise<Client> {
  const switchyard = startSwitchyard({ ...options, upstreams: [upstream] });
  const [ours, theirs] = memoryPair();
  const served = switchyard.serve(theirs, { kind: "upstream", name: upstream.name }, "cli");
  const target = { kind: "channel", open: () => ours } as const;
  const close = async (): Promise<void> => {
    await ours.close();
    await served;
    await switchyard.close();
  };
  try {
    await switchyard.tried;
    const connection = await open({ name: "gateway", target, ...upstreamDefaults }, context);
    return { connection, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

const unheard: ConnectionReceiver = {
  notification: () => undefined,
  noise: () => undefined,
  omission: () => undefined,
  ended: () => undefined,
};

async function open(options: UpstreamOptions, { signal }: Context): Promise<Connection> {
  const deps = upstreamDeps();
  const limit = deadline(deps.clock, connectMs, signal, () => {
    return new GatewayError("deadline_exceeded", `The gateway did not answer within ${connectMs} ms`);
  });
  try {
    return await Connection.open(options, deps, unheard, limit.signal);
  } finally {
    limit.stop();
  }
}
