import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { seededRandom } from "../core/seeded-random.ts";
import {
  type Problem,
  type StateInput,
  type UpstreamState,
  failuresOf,
  nextState,
  problemOf,
  stableMs,
} from "./state.ts";

const problem: Problem = { stage: "exit", code: "upstream_disconnected", message: "gone", suggestion: "look" };
const starting: UpstreamState = { kind: "starting", since: 0, attempts: 0 };

test("an upstream becomes ready, loses its connection, recovers and stops", () => {
  const ready = nextState(starting, { kind: "connected", at: 10 });
  assert.deepEqual(ready, { kind: "ready", since: 10, attempts: 0 });
  const recovering = nextState(ready, { kind: "failed", at: 20, problem, delayMs: 500 });
  assert.deepEqual(recovering, { kind: "recovering", since: 20, attempts: 1, nextTryAt: 520, problem });
  const again = nextState(recovering, { kind: "due", at: 520 });
  assert.deepEqual(again, { kind: "starting", since: 520, attempts: 1, problem });
  const failed = nextState(again, { kind: "failed", at: 600, problem, delayMs: 1000 });
  assert.equal(failed.kind === "recovering" && failed.attempts, 2);
  assert.deepEqual(nextState(failed, { kind: "closed", at: 700 }), { kind: "stopped", since: 700, why: "closed" });
});

test("a server that crashes soon after it was ready keeps its count of failures, one that was stable begins anew", () => {
  const soon: UpstreamState = { kind: "ready", since: 0, attempts: 3 };
  assert.equal(failuresOf(soon, stableMs - 1), 3);
  assert.equal(failuresOf(soon, stableMs), 0);
});

test("an upstream that needs a login waits for it however long, with an address that may change", () => {
  const needed = { ...problem, stage: "login", code: "login_required" } as const;
  const waiting = nextState(starting, {
    kind: "login_required",
    at: 10,
    authorizationUrl: "https://a/1",
    problem: needed,
  });
  const expected = {
    kind: "awaiting_login",
    since: 10,
    attempts: 0,
    authorizationUrl: "https://a/1",
    problem: needed,
  } as const;
  assert.deepEqual(waiting, expected);
  assert.equal(nextState(waiting, { kind: "due", at: 20 }), waiting);
  assert.equal(nextState(waiting, { kind: "connected", at: 20 }), waiting);
  const renewed = nextState(waiting, {
    kind: "login_required",
    at: 20,
    authorizationUrl: "https://a/2",
    problem: needed,
  });
  assert.deepEqual(renewed, { ...expected, authorizationUrl: "https://a/2" });
  assert.deepEqual(nextState(renewed, { kind: "logged_in", at: 30 }), { kind: "starting", since: 30, attempts: 0 });
  assert.equal(nextState(renewed, { kind: "failed", at: 30, problem, delayMs: 0 }).kind, "recovering");
  assert.deepEqual(nextState(renewed, { kind: "closed", at: 30 }), { kind: "stopped", since: 30, why: "closed" });
});

test("a login is news to an upstream that waits for one or is away, and to no other", () => {
  const ready: UpstreamState = { kind: "ready", since: 0, attempts: 0 };
  assert.equal(nextState(ready, { kind: "logged_in", at: 1 }), ready);
  assert.equal(nextState(starting, { kind: "logged_in", at: 1 }), starting);
  const away = nextState(ready, { kind: "failed", at: 1, problem, delayMs: 500 });
  assert.equal(nextState(away, { kind: "logged_in", at: 2 }).kind, "starting");
});

test("an input that makes no sense in a state changes nothing", () => {
  const ready: UpstreamState = { kind: "ready", since: 0, attempts: 0 };
  const stopped: UpstreamState = { kind: "stopped", since: 0, why: "closed" };
  assert.equal(nextState(ready, { kind: "connected", at: 1 }), ready);
  assert.equal(nextState(ready, { kind: "due", at: 1 }), ready);
  assert.equal(nextState(stopped, { kind: "failed", at: 1, problem, delayMs: 1 }), stopped);
});

test("what fails calls or health checks while connected is degraded until that is over", () => {
  const ready: UpstreamState = { kind: "ready", since: 0, attempts: 2 };
  const degraded = nextState(ready, { kind: "worsened", at: 10, problem });
  assert.deepEqual(degraded, { kind: "degraded", since: 10, attempts: 2, problem });
  const other = { ...problem, code: "breaker_open" } as const;
  assert.deepEqual(nextState(degraded, { kind: "worsened", at: 20, problem: other }), { ...degraded, problem: other });
  assert.deepEqual(nextState(degraded, { kind: "recovered", at: 30 }), { kind: "ready", since: 30, attempts: 2 });
  assert.equal(nextState(degraded, { kind: "failed", at: 30, problem, delayMs: 1 }).kind, "recovering");
});

test("an isolated upstream keeps its place whatever its connection does, and goes on from there when it is released", () => {
  const ready: UpstreamState = { kind: "ready", since: 0, attempts: 0 };
  const isolated = nextState(ready, { kind: "isolated", at: 10 });
  assert.deepEqual(isolated, { kind: "quarantined", since: 10, attempts: 0 });
  assert.equal(nextState(isolated, { kind: "failed", at: 20, problem, delayMs: 1 }), isolated);
  assert.equal(nextState(isolated, { kind: "due", at: 20 }), isolated);
  assert.equal(nextState(isolated, { kind: "released", at: 30, isConnected: true }).kind, "ready");
  assert.equal(nextState(isolated, { kind: "released", at: 30, isConnected: false }).kind, "starting");
});

test("a disabled upstream is not tried until it is enabled, and says who disabled it and why", () => {
  const state = nextState(starting, { kind: "disabled", at: 5, by: "gateway", problem });
  assert.deepEqual(state, { kind: "disabled", since: 5, by: "gateway", problem });
  assert.deepEqual(nextState(state, { kind: "disabled", at: 6, by: "operator" }), {
    kind: "disabled",
    since: 6,
    by: "operator",
  });
  for (const kind of ["due", "connected", "logged_in", "wanted", "isolated"] as const) {
    assert.equal(nextState(state, { kind, at: 10 }), state);
  }
  assert.deepEqual(nextState(state, { kind: "enabled", at: 10 }), { kind: "starting", since: 10, attempts: 0 });
});

test("an idle upstream is stopped, and started by whoever wants it; a closed one never again", () => {
  const ready: UpstreamState = { kind: "ready", since: 0, attempts: 0 };
  const idle = nextState(ready, { kind: "idled", at: 100 });
  assert.deepEqual(idle, { kind: "stopped", since: 100, why: "idle" });
  assert.equal(nextState(idle, { kind: "failed", at: 101, problem, delayMs: 1 }), idle);
  assert.deepEqual(nextState(idle, { kind: "wanted", at: 200 }), { kind: "starting", since: 200, attempts: 0 });
  const closed = nextState(ready, { kind: "closed", at: 100 });
  assert.equal(nextState(closed, { kind: "wanted", at: 200 }), closed);
});

test("whatever comes in whatever order, nothing leads out of closed, and only what may be tried is dialled", () => {
  const random = seededRandom(5);
  const kinds = ["connected", "due", "logged_in", "enabled", "recovered", "isolated", "idled", "wanted"] as const;
  let state: UpstreamState = starting;
  for (let at = 1; at < 20_000; at += 1) {
    const roll = Math.floor(random() * 14);
    const kind = kinds[roll];
    const input: StateInput =
      kind !== undefined
        ? { kind, at }
        : roll === 8
          ? { kind: "failed", at, problem, delayMs: 10 }
          : roll === 9
            ? { kind: "worsened", at, problem }
            : roll === 10
              ? { kind: "released", at, isConnected: random() < 0.5 }
              : roll === 11
                ? { kind: "disabled", at, by: "operator" }
                : { kind: "login_required", at, authorizationUrl: "https://a/", problem };
    const before = state;
    state = nextState(state, input);
    if (before.kind === "disabled") assert.ok(["disabled", "starting"].includes(state.kind));
    if (before.kind === "quarantined") assert.notEqual(state.kind, "recovering");
    if (state.kind === "ready" && before.kind !== "ready") {
      assert.ok(["starting", "degraded", "quarantined"].includes(before.kind));
    }
  }
  const closed = nextState(state, { kind: "closed", at: 30_000 });
  for (const kind of kinds) assert.equal(nextState(closed, { kind, at: 30_001 }), closed);
});

test("a problem names its stage and what to do, from the reason where that says more than the code", () => {
  const refused = new GatewayError("upstream_unavailable", "No connection", {
    data: { stage: "connect", reason: "ECONNREFUSED" },
  });
  assert.deepEqual(problemOf(refused, "exit"), {
    stage: "connect",
    code: "upstream_unavailable",
    message: "No connection",
    suggestion: "Start the server, or correct host and port in `url`.",
  });
  assert.equal(
    problemOf(new GatewayError("internal_error", "x", { data: { stage: "nonsense" } }), "list").stage,
    "list",
  );
});
