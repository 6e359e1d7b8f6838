import type { HttpResponse } from "./http-exchange.ts";

const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Sends the headers of an event stream. */
export function openStream(response: HttpResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { ...streamHeaders, ...headers });
  response.flushHeaders();
}
