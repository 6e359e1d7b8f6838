import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { longestSilenceMs } from "../../src/upstream/http-stream.ts";
import type { HealthCheckOptions } from "../../src/upstream/health-check.ts";
import type { UpstreamTarget } from "../../src/upstream/options.ts";
import { fixtureV1Sse } from "../rig/fixture-sse.ts";
import { fixtureV1WebSocket } from "../rig/fixture-web-socket.ts";
import type { Listening } from "../rig/http-server.ts";
import { proxyTo } from "../rig/proxy.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, textOf, toolNames } from "./downstream.ts";
import { type Front, openFront } from "./front.ts";
import { listenWrongly } from "./http-upstream.ts";
import { noJitter, outcomeOf, passUntil, storyBecomes, storyOf, unhurried } from "./story.ts";

const rig = fileRig();

/** A gateway whose time stands still, in front of an upstream at the far end of a line that can go dead. */
async function openLine(server: Listening, kind: "http" | "sse" | "ws", health: HealthCheckOptions = {}) {
  const far = rig.use(server);
  const proxy = rig.use(await proxyTo(far.url));
  const clock = new ManualClock(1);
  const target: UpstreamTarget = { kind, url: proxy.url, headers: {} };
  const bad = { name: "bad", target, timeoutMs: 20_000, startTimeoutMs: 30_000, health };
  const front = await openFront(rig, [bad, unhurried], { clock, random: noJitter });
  await front.reaches("bad", "ready");
  await front.reaches("healthy", "ready");
  return { front, proxy, clock };
}

async function othersWork(front: Front): Promise<void> {
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.deepEqual(storyOf(front, "healthy"), ["ready"], "the other one has not noticed");
}

const silent = "upstream_unresponsive";

/** What becomes of an upstream whose peer has vanished, by what carries its messages. */
const lines: readonly {
  readonly carrier: string;
  readonly kind: "http" | "sse" | "ws";
  readonly serve: () => Promise<Listening>;
  readonly health?: HealthCheckOptions;
  /** How the call ends that was under way. */
  readonly outcome: object;
  /** What happens until it is tried again, and how that ends, with the peer still away. */
  readonly story: readonly string[];
  readonly tried: string;
}[] = [
  {
    carrier: "exchanges of Streamable HTTP",
    kind: "http",
    serve: () => listenWrongly({}),
    outcome: { code: "deadline_exceeded", retryable: true },
    story: [`degraded: ${silent}`, `recovering: ${silent}, again in 500 ms`, `starting: ${silent}`],
    tried: "deadline_exceeded",
  },
  {
    carrier: "the event stream of HTTP+SSE",
    kind: "sse",
    serve: () => fixtureV1Sse("far"),
    outcome: { code: "deadline_exceeded", retryable: true },
    story: [`degraded: ${silent}`, `recovering: ${silent}, again in 500 ms`, `starting: ${silent}`],
    tried: "upstream_protocol_error",
  },
  {
    carrier: "a WebSocket",
    kind: "ws",
    serve: () => fixtureV1WebSocket("far"),
    outcome: { code: "deadline_exceeded", retryable: true },
    // Its own pings find out.
    health: { intervalMs: 0 },
    story: ["recovering: upstream_disconnected, again in 500 ms", "starting: upstream_disconnected"],
    tried: "upstream_unavailable",
  },
];

for (const { carrier, kind, serve, health, outcome, story, tried } of lines) {
  test(`a peer that vanishes from ${carrier} without a word is found out, given up, and taken back when it is there again`, async () => {
    const { front, proxy, clock } = await openLine(await serve(), kind, health);
    proxy.vanish();
    const before = proxy.lost;
    assert.ok(before > 0 || kind === "http", "a connection was open");
    const waiting = call(front.url, "bad__echo", { message: "lost" });
    await othersWork(front);
    clock.advance(20_000);
    assert.deepEqual(outcomeOf(await waiting), outcome);
    assert.deepEqual(storyOf(front), ["ready"], "one call that takes too long says nothing of the next");
    const expected = ["ready", ...story, `recovering: ${tried}, again in 1000 ms`];
    await passUntil(clock, 500, () => storyOf(front).length >= expected.length, "it was tried again in vain");
    assert.deepEqual(storyOf(front), expected);
    proxy.comeBack();
    await passUntil(clock, 500, () => storyOf(front).length > expected.length, "it is tried once more");
    await storyBecomes(front, [...expected, `starting: ${tried}`, "ready"]);
    assert.match(JSON.stringify(outcomeOf(await call(front.url, "bad__echo", { message: "hi" }))), /answered.*hi/);
    await othersWork(front);
  });
}

test("a vanished stream of a session, which no request would notice, is opened anew after five minutes, and what changed is read", async () => {
  let tools = ["echo"];
  let streams = 0;
  const server = await listenWrongly({
    GET: ({ response }) => {
      streams += 1;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
    },
    "tools/list": ({ result }) => {
      result({ tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })) });
    },
    ping: ({ result }) => {
      result({});
    },
  });
  const { front, proxy, clock } = await openLine(server, "http", { intervalMs: 0 });
  await until(() => streams === 1, "the stream is open");
  proxy.vanish((head) => head.startsWith("GET"));
  assert.equal(proxy.lost, 1);
  tools = ["echo", "new"];
  clock.advance(longestSilenceMs - 1);
  assert.equal(streams, 1);
  clock.advance(1);
  // Opened anew a second after it was given up.
  clock.advance(1000);
  await until(() => streams === 2, "another stream is open");
  await storyBecomes(front, ["ready", "definition.added: new"]);
  assert.deepEqual(await toolNames(front.url), ["bad__echo", "bad__new", "healthy__echo"]);
  await othersWork(front);
});

test("what a modern server is listened to by, which no request would notice either, is opened anew after five minutes of silence", async () => {
  let tools = ["echo"];
  let streams = 0;
  let lists = 0;
  const dress = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
  const server = await listenWrongly({
    "server/discover": ({ result }) => {
      result({ supportedVersions: ["2026-07-28"], capabilities: { tools: { listChanged: true } }, ...dress });
    },
    "tools/list": ({ result }) => {
      lists += 1;
      result({ tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })), ...dress });
    },
    "subscriptions/listen": ({ response, message }) => {
      streams += 1;
      response.writeHead(200, { "content-type": "text/event-stream" });
      const notifications = { toolsListChanged: true };
      const params = { notifications, _meta: { "io.modelcontextprotocol/subscriptionId": message["id"] } };
      const say = (method: string): void => {
        response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", method, params })}\n\n`);
      };
      say("notifications/subscriptions/acknowledged");
      if (streams === 1) say("notifications/tools/list_changed");
    },
  });
  const { front, proxy, clock } = await openLine(server, "http", { intervalMs: 0 });
  await until(() => streams === 1, "it is listened to");
  await passUntil(clock, 100, () => lists === 2, "what the stream says is heard");
  // That was a sign of life.
  clock.advance(longestSilenceMs);
  assert.equal(streams, 1);
  proxy.vanish((head) => head.includes("subscriptions/listen"));
  tools = ["echo", "new"];
  await passUntil(clock, 60_000, () => streams === 2, "it is listened to anew");
  await storyBecomes(front, ["ready", "definition.added: new"]);
  assert.deepEqual(await toolNames(front.url), ["bad__echo", "bad__new", "healthy__echo"]);
  await othersWork(front);
});
