import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import type { SwitchyardOptions } from "../gateway.ts";
import { upstreamDeps } from "../upstream-deps.ts";
import { memoryPair } from "../transport/memory.ts";
import { Connection, type ConnectionReceiver } from "../upstream/connection.ts";
import { type UpstreamOptions, upstreamDefaults } from "../upstream/options.ts";
import { type Context, chooseConfig, loginOptions } from "./context.ts";
import {
  type ClientOptions,
  checkStartable,
  namedGateway,
  noUpstream,
  runningGateway,
  upstreamsOf,
} from "./reached.ts";
import { type Reached, keyHeader } from "./running.ts";

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

async function inProcess(
  upstream: UpstreamOptions,
  options: Pick<SwitchyardOptions, "dataDir" | "audit" | "oauth">,
  context: Context,
): Promise<Client> {
  // Not before it is needed: a command that asks a running gateway starts in half the time without.
  const { startSwitchyard } = await import("../gateway.ts");
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
