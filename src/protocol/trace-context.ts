import type { JsonObject } from "../core/json.ts";

/**
 * Which trace a request belongs to, as W3C writes it.
 *
 * @see W3C Trace Context; MCP 2026-07-28, basic, OpenTelemetry trace context.
 */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Longest list of vendors' states that is passed on; W3C asks for 512 characters at the least. */
const maxStateLength = 512;
const parentPattern =
  /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\u0021-\u007e]{0,200})?$/;

/** The context among these keys: headers, or a request's `_meta`. Undefined where there is none, or none that is written as W3C says. */
export function traceContextIn(source: JsonObject | undefined): TraceContext | undefined {
  const traceparent = source?.["traceparent"];
  if (typeof traceparent !== "string" || !parentPattern.test(traceparent)) return undefined;
  const tracestate = source?.["tracestate"];
  const isState = typeof tracestate === "string" && /^[\u0020-\u007e]+$/.test(tracestate);
  return isState && tracestate.length <= maxStateLength ? { traceparent, tracestate } : { traceparent };
}
