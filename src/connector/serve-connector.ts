import type { Channel } from "../transport/channel.ts";
import { memoryPair } from "../transport/memory.ts";
import type { Connector } from "./connector.ts";
import { ConnectorServer } from "./connector-server.ts";

/**
 * Starts a connector and returns the channel on which it is an MCP server; it ends with the channel. For the `channel` target of an upstream,
 * which opens one for each connection that it makes. Relative paths in `config` are meant from `folder`, by default that of the process.
 *
 * Where `config` is wrong or the connector cannot be set up, its requests fail with the reason, which the upstream's state then shows.
 */
export function serveConnector(connector: Connector, config: unknown, folder: string = process.cwd()): Channel {
  const [ours, theirs] = memoryPair();
  // Its end is that of the channel, which holds it.
  void new ConnectorServer(connector, { config, folder }, theirs);
  return ours;
}
