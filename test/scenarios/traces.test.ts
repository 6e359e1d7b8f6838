import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { before, test } from "node:test";
import { objectAt } from "../../src/core/json.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { type OtlpReceiver, type ReceivedSpan, otlpReceiver } from "../rig/otlp-receiver.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig, httpUpstream } from "../rig/rig.ts";
import { serveScripted } from "../rig/scripted-http.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

/* Traces that callers bring are handed on; with a receiver, calls are told of as parts of them. */

const rig = fileRig();
const overHttp = new ScriptedServer(modernScript());
/** One for each gateway: a channel has two ends. */
const near = { plain: new ScriptedServer(legacyScript()), traced: new ScriptedServer(legacyScript()) } as const;
const gateways = new Map<keyof typeof near, string>();
const headersSeen: IncomingHttpHeaders[] = [];
let receiver: OtlpReceiver;

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const tracestate = "vendor=1";

before(async () => {
  const { url } = rig.use(
    await listenOnFreePort((request, response) => {
      headersSeen.push(request.headers);
      void serveScripted(overHttp, "json", request, response);
    }),
  );
  receiver = rig.use(await otlpReceiver());
  const upstreams = (kind: keyof typeof near): readonly UpstreamOptions[] => [
    httpUpstream("far", url),
    { name: "near", target: { kind: "channel", open: near[kind].open }, ...upstreamDefaults },
  ];
  gateways.set("plain", (await rig.gateway(upstreams("plain"))).url);
  const otel = { endpoint: receiver.url, headers: { "x-key": "k" } };
  const traced = await rig.gateway(upstreams("traced"), { otel });
  await traced.switchyard.tracing;
  gateways.set("traced", traced.url);
});

/** Calls `echo` of a server; what its server got as `_meta`, and as headers where it has them. */
async function call(
  gateway: keyof typeof near,
  server: "far" | "near",
  meta: object,
  headers: Record<string, string> = {},
) {
  const source = server === "far" ? overHttp : near[gateway];
  const got = source.next("tools/call");
  const request = rawModern(gateways.get(gateway) ?? "", headers);
  await request("tools/call", { name: `${server}__echo`, arguments: { secret: "hunter2" }, _meta: meta });
  const { params } = await got;
  return { meta: objectAt(params, "_meta") ?? {}, headers: headersSeen.at(-1) ?? {} };
}

test("without a receiver a caller's trace is handed on unchanged, in the message and over HTTP in the headers", async () => {
  for (const server of ["far", "near"] as const) {
    const { meta, headers } = await call("plain", server, { traceparent, tracestate, baggage: "a=b" });
    assert.deepEqual([meta["traceparent"], meta["tracestate"], meta["baggage"]], [traceparent, tracestate, "a=b"]);
    if (server === "far") assert.deepEqual([headers["traceparent"], headers["tracestate"]], [traceparent, tracestate]);
  }
});

test("a trace that comes in headers goes on in the message; what the message says goes before", async () => {
  const other = traceparent.replace("b7", "c8");
  const { meta, headers } = await call("plain", "far", {}, { traceparent, tracestate });
  assert.deepEqual([meta["traceparent"], meta["tracestate"]], [traceparent, tracestate]);
  assert.equal(headers["traceparent"], traceparent);
  const both = await call("plain", "near", { traceparent: other }, { traceparent, tracestate });
  assert.deepEqual([both.meta["traceparent"], both.meta["tracestate"]], [other, undefined]);
});

test("without a trace none is made, and one that is malformed makes no header", async () => {
  const { meta, headers } = await call("plain", "far", {});
  assert.deepEqual([meta["traceparent"], headers["traceparent"]], [undefined, undefined]);
  const odd = await call("plain", "far", { traceparent: "odd" });
  assert.deepEqual([odd.meta["traceparent"], odd.headers["traceparent"]], ["odd", undefined]);
  const wrong = await call("plain", "far", {}, { traceparent: "odd" });
  assert.equal(wrong.meta["traceparent"], undefined);
});

test("a session's calls carry their trace as well", async () => {
  const got = near.plain.next("tools/call");
  const request = await rawLegacy(gateways.get("plain") ?? "");
  await request("tools/call", { name: "near__echo", arguments: {}, _meta: { traceparent } });
  assert.equal(objectAt((await got).params, "_meta")?.["traceparent"], traceparent);
});

async function received(count: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]> {
  await until(() => count(receiver.state.spans), "the spans have arrived");
  return receiver.state.spans;
}

test("with a receiver a call is a span of its caller's trace, its stages are spans within, and its upstream sees it as parent", async () => {
  const began = Date.now();
  const { meta, headers } = await call("traced", "far", { traceparent, tracestate });
  const [, ownTrace, ownSpan, flags] = String(meta["traceparent"]).split("-");
  assert.deepEqual([ownTrace, flags, meta["tracestate"]], [traceId, "01", tracestate]);
  assert.notEqual(ownSpan, "b7ad6b7169203331");
  assert.equal(headers["traceparent"], meta["traceparent"]);
  const spans = await received((all) => all.some(({ spanId }) => spanId === ownSpan));
  const root = spans.find(({ spanId }) => spanId === ownSpan) ?? assert.fail();
  assert.deepEqual(
    [root.name, root.kind, root.traceId, root.parentSpanId, root.isError],
    ["tools/call echo", 2, traceId, "b7ad6b7169203331", false],
  );
  const { "switchyard.call": id, ...attributes } = root.attributes;
  assert.ok(typeof id === "string" && id.length > 10);
  assert.deepEqual(attributes, {
    "mcp.method.name": "tools/call",
    "mcp.protocol.version": "2026-07-28",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "echo",
    "switchyard.upstream": "far",
    "switchyard.outcome": "ok",
    "switchyard.attempts": 1,
  });
  assert.ok(root.startMs >= began - 5 && root.endMs <= Date.now() + 5 && root.endMs > root.startMs);
  const attempt =
    spans.find(({ name, parentSpanId }) => name === "attempt" && parentSpanId === ownSpan) ?? assert.fail();
  assert.deepEqual([attempt.kind, attempt.traceId], [3, traceId]);
  assert.ok(attempt.startMs >= root.startMs - 1 && attempt.endMs <= root.endMs + 1);
  const { resource, headers: sent } = receiver.state;
  assert.deepEqual([resource["service.name"], sent["x-key"]], ["switchyard", "k"]);
});

test("a call without a trace begins one, and what failed is marked with its code; nothing of arguments or results is told", async () => {
  near.traced.answer("tools/call", { content: [{ type: "text", text: "EACCES for hunter2" }], isError: true });
  const { meta } = await call("traced", "near", {});
  near.traced.answer("tools/call", { error: { code: -32_603, message: "hunter2 broke" } });
  const second = await call("traced", "near", {});
  const ids = [meta, second.meta].map(({ traceparent: parent }) => String(parent).split("-")[2]);
  const spans = await received((all) => ids.every((id) => all.some(({ spanId }) => spanId === id)));
  const [failed, broken] = ids.map((id) => spans.find(({ spanId }) => spanId === id) ?? assert.fail());
  assert.deepEqual([failed?.parentSpanId ?? "", failed?.isError], ["", true]);
  assert.equal(failed?.attributes["error.type"], "tool_error");
  assert.equal(failed.attributes["switchyard.explained"], "permission_denied");
  assert.deepEqual(
    [broken?.attributes["error.type"], broken?.attributes["rpc.response.status_code"]],
    ["-32603", "-32603"],
  );
  assert.ok(!receiver.state.text.includes("hunter2"));
});

test("a caller that does not sample is believed: nothing is sent, and its upstream sees that too", async () => {
  const unsampled = traceparent.replace("0af7", "1bf8").replace(/01$/, "00");
  const { meta } = await call("traced", "near", { traceparent: unsampled });
  assert.match(String(meta["traceparent"]), /-00$/);
  const after = await call("traced", "near", {});
  const marker = String(after.meta["traceparent"]).split("-")[2];
  const spans = await received((all) => all.some(({ spanId }) => spanId === marker));
  assert.deepEqual(
    spans.filter((span) => span.traceId === unsampled.split("-")[1]),
    [],
  );
});
