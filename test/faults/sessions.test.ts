import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { verifies } from "../requirements/verifies.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, textOf } from "./downstream.ts";
import { type Front, openFront } from "./front.ts";
import { type Exchange, type Wrong, at, listenWrongly } from "./http-upstream.ts";
import { noJitter, outcomeOf, storyBecomes, storyOf } from "./story.ts";

const rig = fileRig();

/** A server of numbered sessions that knows the last one only, and what a test may have it do. */
class Sessions {
  begun = 0;
  /** Whether the session is forgotten by the next request of this method. */
  forgetsAt: string | undefined;
  /** Whether it takes a call before it forgets the session that the call is of. */
  readonly waiting: Exchange[] = [];
  isHolding = false;

  readonly wrong: Wrong = {
    initialize: ({ result }) => {
      this.begun += 1;
      const info = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "s" } };
      result(info, { "mcp-session-id": `session-${this.begun}` });
    },
    "tools/list": (exchange) => {
      this.#answer("tools/list", exchange, { tools: [{ name: "echo", inputSchema: { type: "object" } }] });
    },
    "tools/call": (exchange) => {
      if (this.isHolding) this.waiting.push(exchange);
      else this.#answer("tools/call", exchange, { content: [{ type: "text", text: `session-${this.begun}` }] });
    },
    ping: (exchange) => {
      this.#answer("ping", exchange, {});
    },
  };

  #answer(method: string, { request, response, result }: Exchange, value: Parameters<Exchange["result"]>[0]): void {
    const isKnown = request.headers["mcp-session-id"] === `session-${this.begun}`;
    if (isKnown && this.forgetsAt !== method) result(value);
    else response.writeHead(404).end();
    if (this.forgetsAt === method && this.begun > 1) this.forgetsAt = undefined;
    else if (this.forgetsAt === method && isKnown && method === "tools/call") this.forgetsAt = undefined;
  }
}

async function openSessions(sessions: Sessions): Promise<{ readonly front: Front; readonly clock: ManualClock }> {
  const clock = new ManualClock(1);
  const server = rig.use(await listenWrongly(sessions.wrong));
  const front = await openFront(rig, [at("bad", server.url)], { clock, random: noJitter });
  return { front, clock };
}

const lost = "upstream_unavailable";
/** A session is begun anew at once. */
const begunAnew = ["ready", `recovering: ${lost}, again in 0 ms`, `starting: ${lost}`, "ready"];

test("a session that was forgotten between calls is begun anew by the next one, whose caller does not notice", async () => {
  verifies("session.begun-anew");
  const sessions = new Sessions();
  const { front } = await openSessions(sessions);
  await front.reaches("bad", "ready");
  assert.equal(textOf(await call(front.url, "bad__echo")), "session-1");
  sessions.forgetsAt = "tools/call";
  assert.equal(textOf(await call(front.url, "bad__echo")), "session-2");
  assert.equal(sessions.begun, 2);
  await storyBecomes(front, begunAnew);
});

test("a session that was forgotten while nobody calls is begun anew by the next health check", async () => {
  const sessions = new Sessions();
  const { front, clock } = await openSessions(sessions);
  await front.reaches("bad", "ready");
  sessions.forgetsAt = "ping";
  clock.advance(30_000);
  await storyBecomes(front, begunAnew);
  assert.equal(sessions.begun, 2);
});

test("of many calls under way when the session is forgotten none is lost", async () => {
  verifies("session.begun-anew");
  const sessions = new Sessions();
  const { front } = await openSessions(sessions);
  await front.reaches("bad", "ready");
  sessions.isHolding = true;
  const calls = Array.from({ length: 20 }, () => call(front.url, "bad__echo"));
  await until(() => sessions.waiting.length === 20, "every call is under way");
  sessions.isHolding = false;
  // One is refused first; the others, still under way when the link is given up, are refused one by one.
  for (const { response } of sessions.waiting) {
    response.writeHead(404).end();
    await new Promise(setImmediate);
  }
  for (const result of await Promise.all(calls)) assert.equal(textOf(result), "session-2");
  assert.equal(sessions.begun, 2);
  await storyBecomes(front, begunAnew);
});

test("a server that forgets every session at once is asked for the next one later and later, and callers are told", async () => {
  const sessions = new Sessions();
  const never: Wrong = { ...sessions.wrong, "tools/list": ({ response }) => response.writeHead(404).end() };
  const clock = new ManualClock(1);
  const server = rig.use(await listenWrongly(never));
  const front = await openFront(rig, [at("bad", server.url)], { clock, random: noJitter });
  const expected = [`recovering: ${lost}, again in 500 ms`];
  await storyBecomes(front, expected);
  for (const [delayMs, nextMs] of [
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
  ] as const) {
    clock.advance(delayMs);
    expected.push(`starting: ${lost}`, `recovering: ${lost}, again in ${nextMs} ms`);
    await storyBecomes(front, expected);
  }
  assert.equal(sessions.begun, 4);
  assert.deepEqual(outcomeOf(await call(front.url, "bad__echo")), {
    code: lost,
    stage: "session",
    retryable: true,
    retryAfterMs: 4000,
  });
  assert.deepEqual(storyOf(front), expected);
});
