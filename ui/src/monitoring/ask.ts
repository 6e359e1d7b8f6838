import type { UseQueryResult } from "@tanstack/react-query";
import type { JsonObject } from "../answers.ts";
import { useToolAnswer } from "../ask.ts";

/** Under which answers about what is monitored are held. */
export const subject = "monitoring";

/** The live stream tells of what changes at a site only whose key reaches all of it; answers that still hold are kept by the gateway, and cost little. */
const renewedEveryMs = 30_000;

/** What a tool of a site answers; the answer before stays until there is the next one. */
export function useAnswer<T>(site: string, tool: string, args: JsonObject): UseQueryResult<T> {
  return useToolAnswer({ subject, renewedEveryMs, upstream: site, tool, args });
}
