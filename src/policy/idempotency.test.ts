import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { type Ending, Idempotency, type IdempotencyOptions, type KeyedCall } from "./idempotency.ts";
import { idempotencyStoreContract } from "./idempotency-store.contract.ts";
import { memoryIdempotencyStore } from "./idempotency-store.ts";

idempotencyStoreContract("memory", () => {
  const store = memoryIdempotencyStore();
  return { store, reopen: () => store };
});

const text = { write: (answer: string) => answer, read: (kept: string) => kept };

function made(options: IdempotencyOptions = {}, clock = new ManualClock(), store = memoryIdempotencyStore()) {
  return { idempotency: new Idempotency(options, clock, store, text), clock, store };
}

function call(key: string, given: unknown = {}): KeyedCall {
  return { principal: "p", upstream: "u", tool: "t", key, given };
}

const answering = (answer: string) => (): Promise<Ending<string>> => Promise.resolve({ kind: "answered", answer });
const failing = (kind: "undone" | "unknown", thrown: unknown) => (): Promise<Ending<string>> =>
  Promise.resolve({ kind, thrown });
const asking = (): Promise<Ending<string>> => Promise.resolve({ kind: "returned", answer: "which?" });
const neverRun = (): Promise<Ending<string>> => assert.fail("ran again");

test("a key is answered as the first time, for a day", async () => {
  const { idempotency, clock } = made();
  assert.deepEqual(await idempotency.once(call("k", { a: 1, b: 2 }), answering("one")), {
    answer: "one",
    isRepeated: false,
  });
  clock.advance(86_400_000);
  assert.deepEqual(await idempotency.once(call("k", { b: 2, a: 1 }), neverRun), { answer: "one", isRepeated: true });
  clock.advance(1);
  assert.equal((await idempotency.once(call("k", { a: 1, b: 2 }), answering("two"))).answer, "two");
});

test("keys are apart for each principal, upstream and tool", async () => {
  const { idempotency } = made();
  await idempotency.once(call("k"), answering("one"));
  for (const other of [{ principal: "q" }, { upstream: "v" }, { tool: "s" }]) {
    assert.equal((await idempotency.once({ ...call("k"), ...other }, answering("other"))).answer, "other");
  }
});

test("a key with other arguments is a conflict, also while the first call runs", async () => {
  const { idempotency } = made();
  const { promise, resolve } = Promise.withResolvers<Ending<string>>();
  const first = idempotency.once(call("k", 1), () => promise);
  await assert.rejects(idempotency.once(call("k", 2), neverRun), { code: "idempotency_conflict" });
  resolve({ kind: "answered", answer: "one" });
  await first;
  await assert.rejects(idempotency.once(call("k", 2), neverRun), { code: "idempotency_conflict" });
});

test("a call with the key of one that runs waits with it", async () => {
  const { idempotency } = made();
  const { promise, resolve } = Promise.withResolvers<Ending<string>>();
  const both = [idempotency.once(call("k"), () => promise), idempotency.once(call("k"), neverRun)];
  resolve({ kind: "answered", answer: "one" });
  assert.deepEqual(await Promise.all(both), [
    { answer: "one", isRepeated: false },
    { answer: "one", isRepeated: true },
  ]);
});

test("what certainly did nothing frees its key; what may have had its effect does not", async () => {
  const { idempotency } = made();
  const busy = new GatewayError("upstream_busy", "busy");
  await assert.rejects(idempotency.once(call("k"), failing("undone", busy)), busy);
  await idempotency.once(call("k"), answering("one"));
  assert.equal((await idempotency.once(call("m"), asking)).answer, "which?");
  assert.equal((await idempotency.once(call("m", "this one"), answering("done"))).answer, "done");
  const gone = new GatewayError("upstream_disconnected", "gone");
  await assert.rejects(idempotency.once(call("l"), failing("unknown", gone)), gone);
  await assert.rejects(idempotency.once(call("l"), neverRun), { code: "outcome_unknown" });
});

test("a later process knows the answers, and of what was under way that its outcome is unknown", async () => {
  const { idempotency, clock, store } = made({ maxKeptText: 10 });
  await idempotency.once(call("answered"), answering("one"));
  await idempotency.once(call("large"), answering("x".repeat(11)));
  await assert.rejects(idempotency.once(call("undone"), failing("undone", new Error("no"))), /no/);
  void idempotency.once(call("running"), () => new Promise(() => undefined));
  const later = made({}, clock, store).idempotency;
  assert.equal((await later.once(call("answered"), neverRun)).answer, "one");
  await assert.rejects(later.once(call("large"), neverRun), { code: "outcome_unknown" });
  await assert.rejects(later.once(call("running"), neverRun), { code: "outcome_unknown" });
  assert.equal((await later.once(call("undone"), answering("again"))).answer, "again");
});

test("of too many, or too much text, the oldest are forgotten, but none that runs", async () => {
  const { idempotency } = made({ maxEntries: 3, maxText: 20 });
  const { promise, resolve } = Promise.withResolvers<Ending<string>>();
  const running = idempotency.once(call("running"), () => promise);
  for (const key of ["a", "b", "c"]) await idempotency.once(call(key), answering(key));
  assert.equal(idempotency.size, 3);
  await idempotency.once(call("b"), neverRun);
  await idempotency.once(call("big"), answering("x".repeat(20)));
  assert.equal(idempotency.size, 2);
  resolve({ kind: "answered", answer: "" });
  await running;
  await idempotency.once(call("running"), neverRun);
});

test("whatever happens, a key has at most one effect until it is freed or forgotten, and its answer never changes", async () => {
  const step = fc.record({
    key: fc.constantFrom("a", "b"),
    given: fc.constantFrom(1, 2),
    ending: fc.constantFrom("answered" as const, "undone" as const, "unknown" as const),
    restarts: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ManualClock();
      const store = memoryIdempotencyStore();
      let { idempotency } = made({}, clock, store);
      const known = new Map<string, { given: number; answer: string | undefined }>();
      for (const [at, { key, given, ending, restarts }] of steps.entries()) {
        if (restarts) ({ idempotency } = made({}, clock, store));
        let ran = false;
        const outcome = await idempotency
          .once(call(key, given), () => {
            ran = true;
            if (ending === "answered") return Promise.resolve({ kind: ending, answer: `${at}` });
            return Promise.resolve({ kind: ending, thrown: new GatewayError("internal_error", ending) });
          })
          .catch((thrown: unknown) => thrown);
        const before = known.get(key);
        assert.equal(ran, before === undefined);
        if (before === undefined && ending !== "undone") {
          known.set(key, { given, answer: ending === "answered" ? `${at}` : undefined });
        }
        if (before !== undefined && before.given !== given) {
          assert.ok(outcome instanceof GatewayError && outcome.code === "idempotency_conflict");
        } else if (before?.answer !== undefined) {
          assert.deepEqual(outcome, { answer: before.answer, isRepeated: true });
        } else if (before !== undefined)
          assert.ok(outcome instanceof GatewayError && outcome.code === "outcome_unknown");
      }
    }),
  );
});
