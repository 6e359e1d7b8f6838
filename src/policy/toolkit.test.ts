import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { CircuitBreaker, type Operation, bulkhead, fallback, rateLimit, retry, timed } from "./toolkit.ts";

const never = new AbortController().signal;
const broken = new GatewayError("upstream_disconnected", "broke");

/** Fails so often, then says how often it ran. */
function failing(times: number): Operation<number> {
  let runs = 0;
  return () => {
    runs += 1;
    return runs <= times ? Promise.reject(broken) : Promise.resolve(runs);
  };
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    await turn();
    clock.advance(50);
  }
  await turn();
}

test("retry makes again what may pass, and gives up after its attempts", async () => {
  const clock = new ManualClock();
  const twice = retry(failing(2), {}, { clock })(never);
  const always = retry(failing(9), {}, { clock })(never).catch((thrown: unknown) => thrown);
  await pass(clock, 1000);
  assert.equal(await twice, 3);
  assert.equal(await always, broken);
});

test("bulkhead and rateLimit refuse what is too much", async () => {
  const clock = new ManualClock();
  const { promise, resolve } = Promise.withResolvers<string>();
  const one = bulkhead(() => promise, { max: 1, queue: 1 }, { clock });
  const running = [one(never), one(never)];
  await assert.rejects(one(never), { code: "upstream_busy" });
  resolve("done");
  assert.deepEqual(await Promise.all(running), ["done", "done"]);
  const rare = rateLimit(() => Promise.resolve("ran"), { perMinute: 1, burst: 1 }, { clock });
  assert.equal(await rare(never, "a"), "ran");
  await assert.rejects(rare(never, "a"), { code: "rate_limited" });
  assert.equal(await rare(never, "b"), "ran");
});

test("timed ends what is silent, and what goes on too long in spite of its signs of life", async () => {
  const clock = new ManualClock();
  let ended: unknown;
  const silent = timed(
    (signal) => {
      signal.addEventListener("abort", () => {
        ended = signal.reason;
      });
      return new Promise(() => undefined);
    },
    { timeoutMs: 100 },
    { clock },
  )(never);
  const lively = timed(
    async (signal, alive) => {
      while (!signal.aborted) {
        await turn();
        alive();
      }
      return "?";
    },
    { timeoutMs: 100, maxTimeoutMs: 500 },
    { clock },
  )(never);
  const outcomes = Promise.allSettled([silent, lively]);
  await pass(clock, 500);
  const messages = (await outcomes).map((outcome) => outcome.status === "rejected" && String(outcome.reason));
  assert.match(String(messages[0]), /within 100 ms/);
  assert.match(String(messages[1]), /within 500 ms/);
  assert.ok(ended instanceof GatewayError && ended.code === "deadline_exceeded");
  assert.equal(clock.pending, 0);
});

test("fallback answers where it is meant to, and nobody who has left", async () => {
  const instead = fallback(
    failing(9),
    () => Promise.resolve(7),
    (thrown) => thrown === broken,
  );
  assert.equal(await instead(never), 7);
  await assert.rejects(instead(AbortSignal.abort()), broken);
});

test("a breaker around a retry around a time limit goes through its states, one after another", async () => {
  const clock = new ManualClock();
  const states: string[] = [];
  let isWell = false;
  const call = retry(
    timed(() => (isWell ? Promise.resolve("well") : Promise.reject(broken)), { timeoutMs: 1000 }, { clock }),
    { attempts: 2, firstMs: 10 },
    { clock },
  );
  const breaker = new CircuitBreaker({ failures: 2, openMs: 1000, probes: 1 }, undefined, { clock });
  for (let step = 0; step < 6; step += 1) {
    if (step === 4) isWell = true;
    const outcome = breaker.run(() => call(never)).catch((thrown: unknown) => thrown);
    await pass(clock, step >= 3 ? 1000 : 100);
    const ended = await outcome;
    states.push(`${breaker.state.kind} ${ended instanceof GatewayError ? ended.code : String(ended)}`);
  }
  assert.deepEqual(states, [
    "closed upstream_disconnected",
    "open upstream_disconnected",
    "open breaker_open",
    "open breaker_open",
    "closed well",
    "closed well",
  ]);
});
