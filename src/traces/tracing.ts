import type * as OpenTelemetry from "@opentelemetry/api";
import type { Context, Span, Tracer as OtelTracer } from "@opentelemetry/api";
import type { Clock } from "../core/clock.ts";
import type { EndedCall } from "../gateway/ended-call.ts";
import type { CallRecord } from "../gateway/call-record.ts";
import type { Inbound } from "../gateway/inbound.ts";
import type { Tracer } from "../gateway/tracer.ts";
import type { Identity } from "../protocol/codec.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { TracingOptions } from "./options.ts";
import { attributesOf, firstAttributes, nameOf, stagesOf } from "./span.ts";

/** A gateway's tracer. */
export interface Tracing extends Tracer {
  /** Resolves when calls are traced: those before are not. */
  readonly loaded: Promise<void>;
  /** Sends what is left, for at most some seconds; resolves when nothing is. Safe to call twice. */
  close(): Promise<void>;
}

/** How long spans wait for others before they leave together, in ms. */
const batchMs = 1000;

/** How long the last spans may take to leave, in ms. */
const flushMs = 3000;

type Api = typeof OpenTelemetry;

interface Loaded {
  readonly api: Api;
  readonly tracer: OtelTracer;
  readonly shutdown: () => Promise<void>;
}

/**
 * Tells an OTLP receiver of every call. OpenTelemetry is loaded by this, some 100 ms of CPU, and by nothing else.
 *
 * Callers that say that their trace is not sampled are believed. What goes wrong with the receiver never reaches a call.
 */
export function startTracing(options: TracingOptions, clock: Clock, identity: Identity): Tracing {
  const spans = new WeakMap<CallRecord, Span>();
  let ready: Loaded | undefined;
  const loading = load(options, identity).then((loaded) => {
    ready = loaded;
  });
  // Somebody may be waiting for it, but nobody must.
  loading.catch(() => undefined);
  let closing: Promise<void> | undefined;
  return {
    loaded: loading,
    began(record, inbound, parent) {
      if (ready === undefined) return undefined;
      const span = begin(ready, clock, record, inbound, parent);
      spans.set(record, span);
      return contextOf(span, parent);
    },
    ended(call) {
      const span = spans.get(call.record);
      if (span !== undefined && ready !== undefined) end(ready, clock, span, call);
    },
    close() {
      closing ??= loading.then(
        () => ready?.shutdown(),
        () => undefined,
      );
      return closing;
    },
  };
}

async function load({ endpoint, headers }: TracingOptions, { name, version }: Identity): Promise<Loaded> {
  const [api, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const exporter = new OTLPTraceExporter({ url: endpoint, ...(headers && { headers: { ...headers } }) });
  const own = resources.resourceFromAttributes({ "service.name": name, "service.version": version });
  const said = resources.detectResources({
    detectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector],
  });
  const provider = new TracerProvider({
    resource: own.merge(said),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: batchMs, exportTimeoutMillis: flushMs })],
  });
  return { api, tracer: provider.getTracer(name, version), shutdown: () => provider.shutdown() };
}

function begin(
  { api, tracer }: Loaded,
  clock: Clock,
  record: CallRecord,
  inbound: Inbound,
  parent: TraceContext | undefined,
): Span {
  const attributes = firstAttributes(inbound, record);
  const startTime = wallTime(clock, record.beganAt);
  return tracer.startSpan(record.method, { kind: api.SpanKind.SERVER, attributes, startTime }, parentOf(api, parent));
}

/** The caller's span as the parent of ours. */
function parentOf(api: Api, parent: TraceContext | undefined): Context {
  if (parent === undefined) return api.ROOT_CONTEXT;
  const [, traceId = "", spanId = "", flags = "00"] = parent.traceparent.split("-");
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}

function contextOf(span: Span, parent: TraceContext | undefined): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  return parent?.tracestate === undefined ? { traceparent } : { traceparent, tracestate: parent.tracestate };
}

function end({ api, tracer }: Loaded, clock: Clock, span: Span, call: EndedCall): void {
  const { record, outcome, durationMs } = call;
  const endedAt = record.beganAt + durationMs;
  if (span.isRecording()) {
    span.updateName(nameOf(record));
    span.setAttributes(attributesOf(call));
    // The message may hold what the caller gave: the code is enough to find it.
    if (outcome !== "ok") span.setStatus({ code: api.SpanStatusCode.ERROR });
    const within = api.trace.setSpan(api.ROOT_CONTEXT, span);
    for (const { stage, from, to } of stagesOf(record.marks, endedAt)) {
      const kind = stage === "attempt" ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
      const attributes = { "switchyard.stage": stage };
      tracer.startSpan(stage, { kind, attributes, startTime: wallTime(clock, from) }, within).end(wallTime(clock, to));
    }
  }
  span.end(wallTime(clock, endedAt));
}

/** A moment of monotonic time as wall time, in ms since 1970. */
function wallTime(clock: Clock, at: number): Date {
  return new Date(clock.now() - (clock.monotonic() - at));
}
