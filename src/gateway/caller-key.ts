import type { JsonObject } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import type { UpstreamTarget } from "../upstream/options.ts";

/** Where in `_meta` a connector is told who asks. No other server is. */
export const callerKey = "switchyard/caller";

/** What goes to an upstream as the rest of `_meta`: to a connector who asks, and to nobody what a caller says of that. */
export function metaFor({ meta }: Call, target: UpstreamTarget, caller: string): JsonObject | undefined {
  const isConnector = target.kind === "connector" || (target.kind === "stdio" && target.connector !== undefined);
  if (isConnector) return { ...meta, [callerKey]: caller };
  if (meta?.[callerKey] === undefined) return meta;
  const { [callerKey]: _, ...rest } = meta;
  return rest;
}
