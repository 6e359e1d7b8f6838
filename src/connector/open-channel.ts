import type { Channel } from "../transport/channel.ts";
import { loadConnector } from "./load-connector.ts";
import { serveConnector } from "./serve-connector.ts";

/**
 * Loads a connector and starts it; it ends with the channel.
 *
 * @throws {GatewayError} what {@link loadConnector} throws.
 */
export async function openConnectorChannel(
  { connector, folder, config }: { readonly connector: string; readonly folder: string; readonly config: unknown },
  builtIns: ReadonlyMap<string, URL>,
): Promise<Channel> {
  return serveConnector(await loadConnector(connector, folder, builtIns), config, folder);
}
