import type { Call } from "../protocol/call.ts";
import { type TraceContext, traceContextIn } from "../protocol/trace-context.ts";
import type { CallObserver } from "./ended-call.ts";
import type { CallRecord } from "./call-record.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";

/** Tells a tracing backend of calls. */
export interface Tracer extends CallObserver {
  /**
   * A call begins, as a part of this trace. What is returned goes to the upstream instead; undefined where the call is not traced here, so that
   * `parent` goes on as it came.
   */
  began(record: CallRecord, inbound: Inbound, parent: TraceContext | undefined): TraceContext | undefined;
}

/**
 * A call with the trace that its upstream is to see as its parent: that of our own span where calls are traced here; else what came, in the message
 * or, where it says nothing, in the header of the HTTP request.
 *
 * @see MCP 2026-07-28, basic, OpenTelemetry trace context: `traceparent` and `tracestate` travel in `_meta`, without a prefix.
 */
export function withTrace({ tracer }: Gateway, inbound: Inbound, record: CallRecord, call: Call): Call {
  const { trace } = inbound;
  // Without either, what the message says passes as the rest of its _meta does.
  if (tracer === undefined && trace === undefined) return call;
  const own = traceContextIn(call.meta);
  const onward = tracer?.began(record, inbound, own ?? trace) ?? own ?? trace;
  if (onward === undefined || onward === own) return call;
  const { tracestate: _, ...meta } = call.meta ?? {};
  return { ...call, meta: { ...meta, ...onward } };
}
