import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { Bulkhead } from "./bulkhead.ts";

const never = new AbortController().signal;

/** Lets calls in and writes down, in order, what became of each. */
function noting(bulkhead: Bulkhead): { order: string[]; enter: (name: string, signal?: AbortSignal) => Promise<void> } {
  const order: string[] = [];
  return {
    order,
    async enter(name, signal = never) {
      const [principal = ""] = name.split("#");
      try {
        await bulkhead.enter(principal, signal);
        order.push(name);
      } catch (thrown) {
        order.push(`${name} ${thrown instanceof GatewayError ? thrown.code : "?"}`);
      }
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("as many calls as may be are let in at once, without a promise", () => {
  const bulkhead = new Bulkhead({ max: 2 }, new ManualClock());
  assert.deepEqual([bulkhead.enter("a", never), bulkhead.enter("a", never)], [undefined, undefined]);
  assert.equal(bulkhead.active, 2);
});

test("principals take turns, however many calls one of them has", async () => {
  const bulkhead = new Bulkhead({ max: 1 }, new ManualClock());
  const { order, enter } = noting(bulkhead);
  for (let number = 0; number < 5; number += 1) void enter(`batch#${number}`);
  void enter("person#0");
  void enter("other#0");
  void enter("person#1");
  for (let freed = 0; freed < 8; freed += 1) {
    await settled();
    bulkhead.leave();
  }
  assert.deepEqual(order, ["batch#0", "batch#1", "person#0", "other#0", "batch#2", "person#1", "batch#3", "batch#4"]);
  assert.deepEqual([bulkhead.active, bulkhead.waiting], [0, 0]);
});

test("a full queue refuses at once, and says when to come again", () => {
  const bulkhead = new Bulkhead({ max: 1, queue: 1, waitMs: 5000 }, new ManualClock());
  assert.equal(bulkhead.enter("a", never), undefined);
  void bulkhead.enter("a", never);
  assert.throws(
    () => bulkhead.enter("b", never),
    (thrown) => {
      assert.ok(thrown instanceof GatewayError);
      assert.equal(thrown.code, "upstream_busy");
      assert.equal(thrown.data?.["retryAfterMs"], 1000);
      return true;
    },
  );
  bulkhead.leave();
  bulkhead.leave();
});

test("who waits too long is refused, who hangs up leaves the queue, and neither takes a turn nor leaves a timer", async () => {
  const clock = new ManualClock();
  const bulkhead = new Bulkhead({ max: 1, waitMs: 100 }, clock);
  const { order, enter } = noting(bulkhead);
  const caller = new AbortController();
  void enter("in#0");
  void enter("a#0");
  void enter("gone#0", caller.signal);
  clock.advance(50);
  void enter("b#0");
  caller.abort(new GatewayError("cancelled", "The caller hung up"));
  clock.advance(50);
  await settled();
  assert.deepEqual(order, ["in#0", "gone#0 cancelled", "a#0 upstream_busy"]);
  bulkhead.leave();
  await settled();
  assert.deepEqual(order.at(-1), "b#0");
  assert.deepEqual([bulkhead.active, bulkhead.waiting, clock.pending], [1, 0, 0]);
});

test("a lower bound sends nobody away, a higher one lets the next in", async () => {
  const bulkhead = new Bulkhead({ max: 2 }, new ManualClock());
  const { order, enter } = noting(bulkhead);
  for (const name of ["a#0", "a#1", "a#2"]) void enter(name);
  await settled();
  bulkhead.options = { max: 1 };
  assert.equal(bulkhead.active, 2);
  bulkhead.leave();
  await settled();
  assert.deepEqual(order, ["a#0", "a#1"]);
  bulkhead.options = { max: 2 };
  await settled();
  assert.deepEqual(order, ["a#0", "a#1", "a#2"]);
});

type Step = { readonly kind: "enter"; readonly principal: string } | { readonly kind: "leave" | "wait" | "abort" };

test("of any calls at most so many are in, at most so many wait, and nobody is passed by more calls of another than others have turns", async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant("enter" as const), principal: fc.constantFrom("a", "b", "c") }),
    fc.record({ kind: fc.constantFrom("leave" as const, "wait" as const, "abort" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), async (steps, max) => {
      const clock = new ManualClock();
      const bulkhead = new Bulkhead({ max, queue: 10, waitMs: 100 }, clock);
      const waiting: { principal: string; passedBy: Map<string, number>; caller: AbortController }[] = [];
      let inside = 0;
      for (const each of steps) {
        if (each.kind === "enter") {
          const caller = new AbortController();
          const call = { principal: each.principal, passedBy: new Map<string, number>(), caller };
          const isFirst = !waiting.some(({ principal }) => principal === each.principal);
          let entered: Promise<void> | undefined;
          try {
            entered = bulkhead.enter(each.principal, caller.signal);
          } catch {
            assert.equal(waiting.length, 10);
            continue;
          }
          if (entered === undefined) inside += 1;
          else {
            waiting.push(call);
            const leaveQueue = (): void => void waiting.splice(waiting.indexOf(call), 1);
            void entered.then(() => {
              leaveQueue();
              inside += 1;
              for (const other of waiting.filter(({ principal }) => principal !== call.principal)) {
                other.passedBy.set(call.principal, (other.passedBy.get(call.principal) ?? 0) + 1);
              }
              // Whoever was the first of its principal to wait is passed at most once by each other principal.
              if (isFirst) for (const times of call.passedBy.values()) assert.ok(times <= 1, `passed ${times} times`);
            }, leaveQueue);
          }
        } else if (each.kind === "leave" && inside > 0) {
          inside -= 1;
          bulkhead.leave();
        } else if (each.kind === "abort") waiting.at(-1)?.caller.abort(new GatewayError("cancelled", "gone"));
        else if (each.kind === "wait") clock.advance(60);
        await settled();
        assert.equal(bulkhead.active, inside);
        assert.ok(inside <= max);
        assert.equal(bulkhead.waiting, waiting.length);
        assert.ok(waiting.length === 0 || inside === max, "nobody waits beside a free slot");
      }
    }),
    { numRuns: 100 },
  );
});
