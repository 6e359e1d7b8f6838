import type { UseQueryResult } from "@tanstack/react-query";
import type { JsonObject } from "../answers.ts";
import { useToolAnswer } from "../ask.ts";
import type { DocTypeAnswer, LinksAnswer } from "./answers.ts";

/** Under which answers about documents are held. */
export const subject = "documents";

/** Under which answers are held that the site has to compute first. */
export const computed = "computed";

/** Others work on the site too, and it tells nobody of it: what is shown is read anew this often, in ms. */
const renewedEveryMs = 60_000;

/** What a tool of a site answers; the answer before stays until there is the next one. */
export function useAnswer<T>(site: string, tool: string, args: JsonObject, enabled = true): UseQueryResult<T> {
  return useToolAnswer({ subject, renewedEveryMs, upstream: site, tool, args }, enabled);
}

/** What the site has to compute first: read when somebody asks for it, and not again by itself. */
export function useComputed<T>(site: string, tool: string, args: JsonObject, enabled = true): UseQueryResult<T> {
  return useToolAnswer({ subject: computed, upstream: site, tool, args }, enabled);
}

/** What a DocType is like: forms change seldom. */
export function useDocType(site: string, doctype: string): UseQueryResult<DocTypeAnswer> {
  return useComputed(site, "get_doctype_info", { doctype });
}

/** Which of these DocTypes the site has; undefined until that is known, or where it cannot be found out. */
export function useDocTypesOf(site: string, doctypes: readonly string[]): ReadonlySet<string> | undefined {
  const filters = [["name", "in", doctypes]];
  const { data } = useComputed<LinksAnswer>(site, "search_link", { doctype: "DocType", filters, limit: 100 });
  return data === undefined ? undefined : new Set(data.results.map(({ value }) => value));
}
