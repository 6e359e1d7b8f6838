import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { type Problem, type UpstreamState, delayAfter, failuresOf, nextState, problemOf, stableMs } from "./state.ts";

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
  assert.deepEqual(nextState(failed, { kind: "stopped", at: 700 }), { kind: "stopped", since: 700 });
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
  assert.deepEqual(nextState(renewed, { kind: "stopped", at: 30 }), { kind: "stopped", since: 30 });
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
  const stopped: UpstreamState = { kind: "stopped", since: 0 };
  assert.equal(nextState(ready, { kind: "connected", at: 1 }), ready);
  assert.equal(nextState(ready, { kind: "due", at: 1 }), ready);
  assert.equal(nextState(stopped, { kind: "failed", at: 1, problem, delayMs: 1 }), stopped);
});

test("delays double from half a second to a minute, and chance takes at most half", () => {
  assert.deepEqual(
    [0, 1, 2, 7, 30].map((failures) => delayAfter(failures, () => 1)),
    [500, 1000, 2000, 60_000, 60_000],
  );
  assert.equal(
    delayAfter(0, () => 0),
    250,
  );
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
