import type { HttpRequest } from "./http-exchange.ts";

/** What a request's query says; of what stands there twice, the last. */
export function queryIn({ url = "" }: Pick<HttpRequest, "url">): Readonly<Record<string, string>> {
  const at = url.indexOf("?");
  return Object.fromEntries(new URLSearchParams(at === -1 ? "" : url.slice(at)));
}
