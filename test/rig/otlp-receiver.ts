import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { listenOnFreePort } from "./http-server.ts";

/** One span as it arrived, with its attributes as a plain object. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly attributes: JsonObject;
}

/** What a receiver was sent. */
export interface Received {
  readonly spans: ReceivedSpan[];
  /** Attributes of the resource that sent last. */
  resource: JsonObject;
  headers: IncomingHttpHeaders;
  /** All that came, as text. */
  text: string;
}

/** An OTLP/HTTP receiver for traces, in JSON, as the official collector is one. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly state: Received;
}

/** Starts one on a free port. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const state: Received = { spans: [], resource: {}, headers: {}, text: "" };
  const listening = await listenOnFreePort((request, response) => {
    void text(request).then((body) => {
      state.headers = request.headers;
      state.text += body;
      const value: unknown = JSON.parse(body);
      for (const resourceSpans of listAt(value, "resourceSpans")) {
        state.resource = attributesOf(objectAt(resourceSpans, "resource"));
        for (const scope of listAt(resourceSpans, "scopeSpans"))
          state.spans.push(...listAt(scope, "spans").map(spanOf));
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  return {
    url: listening.url,
    state,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

function listAt(value: unknown, key: string): JsonObject[] {
  const list = isJsonObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function spanOf(span: JsonObject): ReceivedSpan {
  const { name, kind, traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano } = span;
  return {
    name: String(name),
    kind: Number(kind),
    traceId: String(traceId),
    spanId: String(spanId),
    parentSpanId: typeof parentSpanId === "string" ? parentSpanId : undefined,
    startMs: Number(startTimeUnixNano) / 1e6,
    endMs: Number(endTimeUnixNano) / 1e6,
    isError: objectAt(span, "status")?.["code"] === 2,
    attributes: attributesOf(span),
  };
}

function attributesOf(holder: JsonObject | undefined): JsonObject {
  return Object.fromEntries(
    listAt(holder, "attributes").map(({ key, value }) => {
      const [found] = Object.values(isJsonObject(value) ? value : {});
      return [String(key), found];
    }),
  );
}
