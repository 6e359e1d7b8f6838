import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { browse } from "../rig/authorization-server.ts";
import { newStand } from "../rig/oauth-stand.ts";
import { fileRig, httpUpstream } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf } from "./downstream.ts";
import { openFront } from "./front.ts";
import { type Exchange, at, listenWrongly } from "./http-upstream.ts";
import { noJitter, outcomeOf, storyBecomes, storyOf, unhurried } from "./story.ts";

const rig = fileRig();

/** What an HTTP status means: what a caller is told, whether it counts against the server, and when one that starts with it is tried again. */
const statuses: readonly {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: string;
  readonly told: JsonObject;
  /** Whether five of them in a row open the breaker. */
  readonly isFailure: boolean;
  /** In how many ms a server that answers everything so is tried again the first times. */
  readonly delays: readonly [number, number];
}[] = [
  {
    status: 401,
    code: "upstream_refused_credentials",
    told: { retryable: false },
    isFailure: false,
    delays: [500, 1000],
  },
  {
    status: 403,
    code: "upstream_refused_credentials",
    told: { retryable: false },
    isFailure: false,
    delays: [500, 1000],
  },
  { status: 429, code: "upstream_rate_limited", told: { retryable: true }, isFailure: false, delays: [500, 1000] },
  {
    status: 429,
    headers: { "retry-after": "7" },
    code: "upstream_rate_limited",
    told: { retryable: true, retryAfterMs: 7000 },
    isFailure: false,
    delays: [7000, 7000],
  },
  { status: 500, code: "upstream_protocol_error", told: { retryable: false }, isFailure: true, delays: [500, 1000] },
  { status: 503, code: "upstream_protocol_error", told: { retryable: false }, isFailure: true, delays: [500, 1000] },
  {
    status: 503,
    headers: { "retry-after": "120" },
    code: "upstream_protocol_error",
    told: { retryable: false, retryAfterMs: 120_000 },
    isFailure: true,
    delays: [120_000, 120_000],
  },
];

/** A server that works, until it answers with a status: calls alone, or everything. */
async function openStatus(status: number, headers: Readonly<Record<string, string>>, only: "calls" | "everything") {
  let isWrong = true;
  const wrong = (exchange: Exchange, proper: JsonObject): void => {
    if (isWrong) exchange.response.writeHead(status, headers).end();
    else exchange.result(proper);
  };
  const info = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } };
  const server = rig.use(
    await listenWrongly({
      "tools/call": (exchange) => {
        wrong(exchange, { content: [{ type: "text", text: "well again" }] });
      },
      ...(only === "everything" && {
        "server/discover": ({ response }) => response.writeHead(isWrong ? status : 400, headers).end(),
        initialize: (exchange: Exchange) => {
          wrong(exchange, info);
        },
      }),
    }),
  );
  const clock = new ManualClock(1);
  // In these tests a minute passes in no time, which is no time to answer a health check.
  const bad = at("bad", server.url, { health: { intervalMs: 0 } });
  const policies = { upstreams: { bad: { retry: { attempts: 1 } } } };
  const front = await openFront(rig, [bad, unhurried], { clock, random: noJitter, policies });
  await front.reaches("healthy", "ready");
  const heal = (): void => {
    isWrong = false;
  };
  return { front, clock, heal };
}

for (const { status, headers = {}, code, told, isFailure, delays } of statuses) {
  const named = `HTTP ${status}${"retry-after" in headers ? ` and Retry-After: ${headers["retry-after"]}` : ""}`;

  test(`calls that are answered with ${named} fail as ${code}${isFailure ? ", and five in a row open the breaker" : ""}`, async () => {
    const { front, clock, heal } = await openStatus(status, headers, "calls");
    await front.reaches("bad", "ready");
    const expected = { code, stage: "exchange", status, ...told };
    for (let count = 0; count < 5; count += 1)
      assert.deepEqual(outcomeOf(await call(front.url, "bad__echo")), expected);
    assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
    heal();
    if (!isFailure) {
      assert.equal(outcomeOf(await call(front.url, "bad__echo")), "answered well again");
      assert.deepEqual(storyOf(front), ["ready"]);
      return;
    }
    assert.equal(failureOf(await call(front.url, "bad__echo"))["code"], "breaker_open");
    clock.advance(60_000);
    for (let count = 0; count < 3; count += 1) {
      assert.equal(outcomeOf(await call(front.url, "bad__echo")), "answered well again");
    }
    const opened = ["ready", "breaker.opened", "degraded: breaker_open"];
    await storyBecomes(front, [...opened, "breaker.half_opened", "breaker.closed", "ready"]);
  });

  test(`a server that answers everything with ${named} is tried again after ${delays.join(" and ")} ms`, async () => {
    const { front, clock, heal } = await openStatus(status, headers, "everything");
    const [first, second] = delays;
    await storyBecomes(front, [`recovering: ${code}, again in ${first} ms`]);
    clock.advance(first - 1);
    assert.equal(storyOf(front).length, 1, "not before its time");
    clock.advance(1);
    const twice = [`recovering: ${code}, again in ${first} ms`, `starting: ${code}`];
    await storyBecomes(front, [...twice, `recovering: ${code}, again in ${second} ms`]);
    assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
    heal();
    clock.advance(second);
    await storyBecomes(front, [...twice, `recovering: ${code}, again in ${second} ms`, `starting: ${code}`, "ready"]);
    assert.equal(outcomeOf(await call(front.url, "bad__echo")), "answered well again");
  });
}

test("a server that wants a login waits for a person, is not tried meanwhile, and callers are told where to log in", async () => {
  const { upstream } = await newStand(rig);
  const clock = new ManualClock(1);
  const front = await openFront(rig, [httpUpstream("bad", upstream.url), unhurried], { clock, random: noJitter });
  await front.reaches("healthy", "ready");
  await front.reaches("bad", "awaiting_login");
  const refused = upstream.refused.length;
  const failure = failureOf(await call(front.url, "bad__echo"));
  assert.deepEqual([failure["code"], failure["stage"], failure["retryable"]], ["login_required", "login", false]);
  assert.equal(failure["authorizationUrl"], front.status("bad").authorizationUrl);
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.equal(upstream.refused.length, refused, "nobody asked the server again");
  assert.deepEqual(storyOf(front), ["awaiting_login: login_required"]);
  await browse(front.status("bad").authorizationUrl ?? "");
  await storyBecomes(front, ["awaiting_login: login_required", "starting", "ready"]);
  await until(async () => textOf(await call(front.url, "bad__echo")) === "hi", "its calls are answered");
});
