import type { UseQueryResult } from "@tanstack/react-query";
import type { JsonObject } from "../answers.ts";
import { useToolAnswer } from "../ask.ts";
import { useTools } from "../queries.ts";

/** Under which answers about what is monitored are held. */
export const subject = "monitoring";

/** What a tool of a site answers; the answer before stays until there is the next one. */
export function useAnswer<T>(site: string, tool: string, args: JsonObject): UseQueryResult<T> {
  return useToolAnswer({ subject, upstream: site, tool, args });
}

/** Whether the visitor may use a tool of a site. */
export function useMayUse(site: string, tool: string): boolean {
  return useTools().data?.some(({ name }) => name === `${site}__${tool}`) === true;
}
